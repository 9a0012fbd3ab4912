"""The canonical form, and the way back to the original."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geoportal.address.text.canonical import LONGEST_TEXT, canonical_key, canonicalize


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("青葉一丁目２番３号", "青葉1丁目2番3号"),
        ("青葉二十一丁目", "青葉21丁目"),
        ("二百三十五", "235"),
        ("百道", "100道"),
        ("一二三四", "1234"),
        ("二〇三", "203"),
        ("青葉ニ丁目", "青葉2丁目"),
        ("青葉ー丁目", "青葉1丁目"),
        ("青葉1町目", "青葉1丁目"),
        ("新金岡町4丁", "新金岡町4丁目"),
        ("仕丁町", "仕丁町"),
        ("4一40", "4-40"),
        ("１―２‐３－４", "1-2-3-4"),
        ("大字今津", "今津"),
        ("今津字浜", "今津浜"),
        ("自由ヶ丘", "自由ケ丘"),
        ("自由が丘", "自由ケ丘"),
        ("堀之内", "堀ノ内"),
        ("堀の内", "堀ノ内"),
        ("ﾃﾞﾊﾟｰﾄ", "デパ-ト"),
        ("葛\U000e0100飾 区", "葛飾区"),
        ("三萩野1 203", "3萩野1 203"),
        ("第二十七地割", "27地割"),
        ("御池上る", "御池上ル"),
        ("大宮東入ル", "大宮東入"),
        ("髙﨑邊龍澤濵", "高崎辺竜沢浜"),
        ("㈱", "(株)"),
    ],
)
def test_one_form(text: str, key: str) -> None:
    assert canonical_key(text) == key


@given(
    st.text(max_size=LONGEST_TEXT + 10)
    | st.text("カはハ゛ﾞ゜\u3099ー-一二十百〇0２１丁目大字第地割 が之𠮷𣘺髙㈱\U000e0100\ufa6c上ル")
)
def test_letters_alone_are_those_with_a_way_back(text: str) -> None:
    assert canonical_key(text) == canonicalize(text).key


def test_the_way_back() -> None:
    text = "福岡県　大字今津　二十一番地"
    canonical = canonicalize(text)
    stop = canonical.key.index("21") + 2
    assert text[: canonical.end(stop)] == "福岡県　大字今津　二十一"
    assert canonical.marks == {3: "大字"}


def test_where_numerals_may_fall_apart() -> None:
    assert canonicalize("上八762").seams == (2,)
    assert canonicalize("与一四丁目").seams == (2,)
    assert canonicalize("二十一762").seams == (2,)
    assert canonicalize("一丁目2").seams == ()


@given(st.text(max_size=200))
@example("一二三ニ丁目\ud800ﾞ")
def test_every_letter_has_its_place(text: str) -> None:
    canonical = canonicalize(text)
    assert len(canonical.ends) == len(canonical.key)
    assert canonical.ends == sorted(canonical.ends)
    assert all(0 < end <= min(len(text), LONGEST_TEXT) for end in canonical.ends)
    assert all(0 <= at <= len(canonical.key) for at in (*canonical.marks, *canonical.seams))
