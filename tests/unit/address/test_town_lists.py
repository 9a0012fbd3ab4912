"""Lists of towns: what is written, and which 丁目 that means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.address.town_lists import listed_towns, name_and_number

KANJI = "〇一二三四五六七八九"


def meant(text: str) -> list[tuple[str, set[int], bool]]:
    return [(town.name, set(town.numbers), town.partial) for town in listed_towns(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("旭町、港町", [("旭町", set(), False), ("港町", set(), False)]),
        ("高浜1～4丁目・7丁目", [("高浜", {1, 2, 3, 4}, False), ("高浜", {7}, False)]),
        ("台２丁目～４丁目", [("台", {2, 3, 4}, False)]),
        ("高浜一丁目～四丁目、七丁目", [("高浜", {1, 2, 3, 4}, False), ("高浜", {7}, False)]),
        ("港1・2・5丁目", [("港", {1}, False), ("港", {2}, False), ("港", {5}, False)]),
        ("大手町（1～3丁目）、米町(一部)", [("大手町", {1, 2, 3}, False), ("米町", set(), True)]),
        ("幕張町の一部", [("幕張町", set(), True)]),
        ("花見川区全域", []),
        ("", []),
    ],
)
def test_names_and_numbers_of_a_list(text: str, expected: list[tuple[str, set[int], bool]]) -> None:
    assert meant(text) == expected


@given(st.sets(st.integers(1, 9), min_size=1), st.integers(1, 9))
def test_a_town_is_covered_exactly_by_the_numbers_listed(numbers: set[int], asked: int) -> None:
    (first, *rest) = sorted(numbers)
    text = f"見本{first}丁目" + "".join(f"・{number}丁目" for number in rest)
    name, number = name_and_number(f"見本{KANJI[asked]}丁目")
    covered = {town.covers(name, number) for town in listed_towns(text)} - {""}
    assert covered == ({"whole"} if asked in numbers else set())
    assert {town.covers("見本", None) for town in listed_towns(text)} == {"part"}


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for town in listed_towns(text):
        assert town.name
