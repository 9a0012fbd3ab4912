"""Approximate matching of town names: what may be corrected, and what never is."""

from __future__ import annotations

import pytest

from geoportal.address.text.misspelling import match_misspelt


@pytest.mark.parametrize(
    ("name", "text", "length", "reason"),
    [
        ("大里桜ケ丘", "大里桜ケ岡1-2", 5, "spelling_corrected"),
        ("若久町", "若又町1-2", 3, "spelling_corrected"),
        ("浅野", "浅\ufffd1-2", 2, "letter_unreadable"),
        ("東町", "〓町1-2", 2, "letter_unreadable"),
        ("四谷3栄町", "3栄町1-2", 3, "town_prefix_inferred"),
    ],
)
def test_one_letter_is_corrected(name: str, text: str, length: int, reason: str) -> None:
    assert match_misspelt(name, text) == (length, reason)


@pytest.mark.parametrize(
    "pair", ["東西", "南北", "上下", "上中", "大小", "前後", "内外", "本新", "12"]
)
def test_letters_that_tell_neighbours_apart_are_never_corrected(pair: str) -> None:
    first, second = pair
    assert match_misspelt(f"{first}青葉台", f"{second}青葉台1-2") == (0, "")
    assert match_misspelt(f"{second}青葉台", f"{first}青葉台1-2") == (0, "")
    assert match_misspelt(f"{first}青葉台", "山青葉台1-2") == (0, "")
    assert match_misspelt("山青葉台", f"{first}青葉台1-2") == (0, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("浅野", "浅田1-2"),  # two letters
        ("大里桜ケ丘", "大里梅ケ岡1-2"),  # two letters wrong
        ("大里桜ケ丘", "大里桜"),  # cut short
        ("四谷3栄町", "栄町1-2"),  # too little of the name
    ],
)
def test_anything_else_is_not_matched(name: str, text: str) -> None:
    assert match_misspelt(name, text) == (0, "")
