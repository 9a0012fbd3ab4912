"""Published town names (大字町丁目名): their parts, and their other spellings."""

from __future__ import annotations

import re
from typing import NamedTuple

from geoportal.address.text.canonical import CanonicalText, canonical_key, canonicalize

_NUMERALS = "〇零一二三四五六七八九十百0-9０-９"
_NUMBER = re.compile(r"[0-9]+")
_CHOME = re.compile(rf"(.*[^{_NUMERALS}])([{_NUMERALS}]+(?:丁目|丁))")
_NO_OAZA = re.compile(r"[（(]大字なし[）)]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_FORMER = re.compile(r"(.{2,}?[町村])(.{2,})")
_JOU = re.compile(r"(?<=[0-9])条通?(?=[東西南北]|$)")
_NUMBERED_TOWN = re.compile(r"([0-9]+)(?:番町|番丁|丁目)")
_BLOCK_TOWN = re.compile(r"(.*[0-9])(番町|番丁|ノ町)")
_LINKING_KANA = re.compile(r"(?<=.)[ノケツ](?=.)")

EXACT, WITHOUT_SUFFIX, WITHOUT_FORMER, ABBREVIATED, LOOSE, NUMBER_ONLY = range(6)
"""By which spelling a town is reached: its own; without 町 or 村; without the former municipality
in front; without 条 or a part in brackets; without ノ, ケ and ツ between other letters; by
its number alone (3 for 三番町)."""


class TownParts(NamedTuple):
    """A published town name in parts.

    Attributes
    ----------
    town : str
        Without its 丁目: "赤坂", "大字今津".
    chome : str
        "一丁目" as published, empty when there is none.
    koaza : str
        小字・通称名.
    """

    town: str
    chome: str
    koaza: str


def split_town(town: str, koaza: str) -> TownParts:
    """Split the names of a gazetteer row.

    ``town`` is the 大字町丁目名; "（大字なし）" and the empty name let the 小字・通称名, which
    may be empty, take its place.
    """
    if _NO_OAZA.fullmatch(town) or not town:
        town, koaza = koaza, ""
    match = _CHOME.fullmatch(town)
    if match and canonical_key(match[1]):
        return TownParts(match[1], match[2], koaza)
    return TownParts(town, "", koaza)


def is_oaza(town: str) -> bool:
    """Tell whether 大字 or 字 stands anywhere in a published name."""
    return bool(canonicalize(town).marks)


def town_spellings(town: str) -> dict[str, int]:
    """Return the canonical keys a town is known by, each with the kind of its spelling.

    The town is without its 丁目. Its first key is `EXACT`; the others are only there where they
    differ from it. Only the exact name may be a single letter.
    """
    exact = canonical_key(town)
    spellings = {exact: EXACT} if exact else {}

    def add(key: str, spelling: int) -> None:
        if len(key) >= 2:
            spellings.setdefault(key, spelling)

    bare = _PARENTHESES.sub("", exact)
    add(bare, ABBREVIATED)
    add(_JOU.sub("", bare), ABBREVIATED)
    add(_JOU.sub("条", bare), ABBREVIATED)
    if len(bare) >= 3 and bare[-1] in "町村":
        add(bare[:-1], WITHOUT_SUFFIX)
    if former := _FORMER.fullmatch(bare):
        add(former[2], WITHOUT_FORMER)
        add(former[1][:-1] + former[2], WITHOUT_SUFFIX)
    if block := _BLOCK_TOWN.fullmatch(bare):
        add(f"{block[1]}番{'丁町'[block[2] == '番丁']}", ABBREVIATED)
        if not block[1].isdigit():
            add(block[1], WITHOUT_SUFFIX)
    if numbered := _NUMBERED_TOWN.fullmatch(bare):
        spellings.setdefault(numbered[1], NUMBER_ONLY)
    add(loose_key(bare), LOOSE)
    return spellings


def loose_key(key: str) -> str:
    """Drop ノ, ケ and ツ between other letters: 丸ノ内 and 丸内 are often the same place."""
    return _LINKING_KANA.sub("", key)


def loosen(text: CanonicalText, start: int) -> CanonicalText:
    """Drop ノ, ケ and ツ between other letters from ``start`` on, keeping the original offsets."""
    positions = [
        position
        for position, letter in enumerate(text.key)
        if position <= start or letter not in "ノケツ" or position + 1 == len(text.key)
    ]
    key = "".join(text.key[position] for position in positions)
    return CanonicalText(key, [text.ends[position] for position in positions], {})


def chome_number(chome: str) -> str:
    """Return the number of a 丁目 in Arabic numerals: "十二丁目" → "12"."""
    match = _NUMBER.search(canonical_key(chome))
    return str(int(match[0])) if match else ""
