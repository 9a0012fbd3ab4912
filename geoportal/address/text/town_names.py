"""How published town names (大字町丁目名) come apart, and their other spellings."""

from __future__ import annotations

import re
from typing import NamedTuple

from geoportal.address.text.canonical import CanonicalText, canonical_key, canonicalize

_NUMERALS = "〇零一二三四五六七八九十百0-9０-９"
_CHOME = re.compile(rf"(.*[^{_NUMERALS}])([{_NUMERALS}]+(?:丁目|丁))")
_NO_OAZA = re.compile(r"[（(]大字なし[）)]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_OLD_TOWN = re.compile(r"(.{2,}?[町村])(.{2,})")
_JOU = re.compile(r"(?<=[0-9])条通?(?=[東西南北]|$)")
_NUMBERED_TOWN = re.compile(r"([0-9]+)(?:番町|番丁|丁目)")
_BLOCK_TOWN = re.compile(r"(.*[0-9])(番町|番丁|ノ町)")
_SOUNDS = re.compile(r"(?<=.)[ノケツ](?=.)")

EXACT, SUFFIX, OLD_TOWN, SHORT, LOOSE, NUMBER = range(6)
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
    """Take a gazetteer row's names apart.

    Parameters
    ----------
    town : str
        大字町丁目名; "（大字なし）" and the empty name let the 小字 take its place.
    koaza : str
        小字・通称名, may be empty.
    """
    if _NO_OAZA.fullmatch(town) or not town:
        town, koaza = koaza, ""
    found = _CHOME.fullmatch(town)
    if found and canonical_key(found[1]):
        return TownParts(found[1], found[2], koaza)
    return TownParts(town, "", koaza)


def is_oaza(town: str) -> bool:
    """Tell whether 大字 or 字 stands anywhere in a published name."""
    return bool(canonicalize(town).marks)


def town_spellings(town: str) -> dict[str, int]:
    """Return the canonical keys a town is known by, each with how far it is from the exact name.

    Parameters
    ----------
    town : str
        Without its 丁目.

    Returns
    -------
    dict of str to int
        ``EXACT`` first; the others only where they differ from it. Nothing of a single letter but
        the exact name.
    """
    exact = canonical_key(town)
    spellings = {exact: EXACT} if exact else {}

    def add(key: str, kind: int) -> None:
        if len(key) >= 2:
            spellings.setdefault(key, kind)

    bare = _PARENTHESES.sub("", exact)
    add(bare, SHORT)
    add(_JOU.sub("", bare), SHORT)
    add(_JOU.sub("条", bare), SHORT)
    if len(bare) >= 3 and bare[-1] in "町村":
        add(bare[:-1], SUFFIX)
    if former := _OLD_TOWN.fullmatch(bare):
        add(former[2], OLD_TOWN)
        add(former[1][:-1] + former[2], SUFFIX)
    if block := _BLOCK_TOWN.fullmatch(bare):
        add(f"{block[1]}番{'丁町'[block[2] == '番丁']}", SHORT)
        if not block[1].isdigit():
            add(block[1], SUFFIX)
    if numbered := _NUMBERED_TOWN.fullmatch(bare):
        spellings.setdefault(numbered[1], NUMBER)
    add(loose_key(bare), LOOSE)
    return spellings


def loose_key(key: str) -> str:
    """Drop ノ, ケ and ツ between other letters: 丸ノ内 and 丸内 are often the same place."""
    return _SOUNDS.sub("", key)


def loosen(text: CanonicalText, start: int) -> CanonicalText:
    """Drop ノ, ケ and ツ between other letters from ``start`` on, keeping the way back."""
    kept = [
        at
        for at in range(len(text.key))
        if at <= start or text.key[at] not in "ノケツ" or at + 1 == len(text.key)
    ]
    key = "".join(text.key[at] for at in kept)
    return CanonicalText(key, [text.ends[at] for at in kept], {})


_NUMBER = re.compile(r"[0-9]+")


def chome_key(chome: str) -> str:
    """Return the key part of a 丁目 ("十二丁目" → "c12")."""
    found = _NUMBER.search(canonical_key(chome))
    return f"c{int(found[0])}" if found else ""
