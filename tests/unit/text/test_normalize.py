"""Folding: what looks alike to a reader must be equal to the search."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geoportal.text.normalize import VARIANT_KANJI, fold, fold_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾊｰﾄ", "はーと"),
        ("ハート", "ハ−ト"),
        ("ハート", "ハ-ト"),
        ("ハート", "ハー・ート"),
        ("ﾃﾞｲｻｰﾋﾞｽ", "デイサービス"),
        ("髙橋", "高橋"),
        ("𣘺本", "橋本"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("龍神", "竜神"),
        ("澤田", "沢田"),
        ("濵口", "浜口"),
        ("濱口", "浜口"),
        ("佐々木", "佐佐木"),
        ("葛\U000e0100飾", "葛飾"),
        ("青葉　ク リ・ニック（分院）", "青葉クリニック分院"),
        ("ＡＢＣ薬局１号店", "abc薬局1号店"),
        ("自由ヶ丘", "自由ケ丘"),
        ("か\u3099ん", "がん"),
        ("㈱青葉", "(株)青葉"),
    ],
)
def test_readers_see_one_name(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("大坂", "大阪"), ("河合", "川合"), ("はと", "ばと"), ("ハト", "ハート"), ("一条", "二条")],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", ["", "　", "()・-", "\u200b\ufe0f"])
def test_nothing_left_is_empty(text: str) -> None:
    assert fold(text) == ""


@given(st.text(max_size=80))
@example("İ")
@example("ﷺ")
@example("ᄀ-ᅡ")
@example("か\ufe0f\u3099")
@example("一々々々々々々")
def test_folding_is_idempotent_and_bounded(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert len(once) <= 18 * len(text)


@given(
    st.text(max_size=40)
    | st.text("ァアヴヵヶカハー・-々〻一丁目龍髙佐鿿㐀ｱﾞ\u3099がhH1１0 ", max_size=12)
    | st.characters()
)
def test_what_nobody_sees_does_not_matter(text: str) -> None:
    assert fold(text) == fold(f"\u200b{text}")


@given(st.text(alphabet="ｱｶﾞﾊﾟｰアカガハパあかがはぱ 髙高", max_size=20))
def test_width_does_not_matter(text: str) -> None:
    assert fold(text) == fold(unicodedata.normalize("NFKC", text))


def test_no_common_form_is_itself_a_variant() -> None:
    assert not set(VARIANT_KANJI.values()) & set(VARIANT_KANJI)
    assert all(len(variant) == len(common) == 1 for variant, common in VARIANT_KANJI.items())


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("医療法人社団 青葉会 青葉医院", "青葉会青葉医院"),
        ("医療法人財団　青葉会", "青葉会"),
        ("医療法人青葉会", "青葉会"),
        ("社会医療法人財団　青葉会", "青葉会"),
        ("特定医療法人 青葉会", "青葉会"),
        ("社会福祉法人 青葉会", "青葉会"),
        ("株式会社 青葉", "青葉"),
        ("（株）青葉", "青葉"),
        ("㈱青葉", "青葉"),
        ("㈲ 青葉", "青葉"),
        ("合同会社青葉", "青葉"),
        ("一般社団法人 青葉", "青葉"),
        ("公益社団法人青葉", "青葉"),
        ("独立行政法人　青葉病院", "青葉病院"),
        ("地方独立行政法人青葉病院", "青葉病院"),
        ("ＮＰＯ法人あおば", "アオバ"),
        ("特定非営利活動法人 あおば", "アオバ"),
        ("青葉株式会社", "青葉株式会社"),
        ("株式会社", "株式会社"),
    ],
)
def test_the_legal_form_in_front_is_dropped(name: str, bare: str) -> None:
    assert fold_name(name) == fold(bare)
