"""Lists of towns as cities publish them for an area: 旭町、高浜1～4丁目・7丁目、幕張町の一部."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from geoportal.address.text.canonical import canonical_key

Covered = Literal["whole", "part", ""]

_MOST_NUMBERS: Final = 99
_SEPARATOR = re.compile(r"[、,，;；|\n\r・／/]+")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_DASH = "[-~〜～‐‑–—−]"
_RANGE = rf"([0-9]+)(?:丁目)?{_DASH}([0-9]+)"
_NUMBERS = re.compile(rf"(?:{_RANGE}|([0-9]+))(?:丁目|$)")
_ONLY_NUMBERS = re.compile(rf"(?:(?:{_RANGE}|[0-9]+)(?:丁目)?)+")
_IN_PART = re.compile("一部|のうち|除く|を除|の各|番地|番から|以外")
_WHOLE_NAME = re.compile("(?:市|区|町|村)?(?:全域|全体|内全部)")
_KANJI_CHOME = re.compile(rf"[一二三四五六七八九十]+(?=丁目|{_DASH}[一二三四五六七八九十]+丁目)")
_CHOME = re.compile(r"(?P<name>.*?\D)(?P<number>[0-9]+)丁目.*")


@dataclass(frozen=True, slots=True)
class ListedTown:
    """A town of a list.

    Attributes
    ----------
    text : str
        As written, with its own numbers only: 高浜1～4丁目.
    name : str
        Canonical, without 丁目.
    numbers : frozenset of int
        Which 丁目; empty for all of the town.
    partial : bool
        Whether the list says that it is only a part (の一部, を除く).
    """

    text: str
    name: str
    numbers: frozenset[int] = frozenset()
    partial: bool = False

    def covers(self, name: str, number: int | None) -> Covered:
        """Say how much of a town is meant, given its canonical name and 丁目."""
        if self.name != name:
            return ""
        if not self.numbers:
            return "part" if self.partial else "whole"
        if number is None:
            return "part"
        if number not in self.numbers:
            return ""
        return "part" if self.partial else "whole"


@lru_cache(maxsize=1024)
def listed_towns(text: str) -> tuple[ListedTown, ...]:
    """Return the towns of a list, in its order; what names no town is left out.

    Entries are separated by 、 or ・; numbers that stand alone go with the name before them.
    """
    return tuple(_towns(unicodedata.normalize("NFKC", text)))


def _towns(text: str) -> Iterator[ListedTown]:
    name = ""
    for piece in _SEPARATOR.split(_without_brackets(text)):
        entry = _KANJI_CHOME.sub(lambda match: _arabic(match[0]), piece.strip().replace(" ", ""))
        if not entry:
            continue
        partial = bool(_IN_PART.search(entry))
        if _ONLY_NUMBERS.fullmatch(_in_part_removed(entry)):
            numbers, rest = entry, name
        else:
            begins = _NUMBERS.search(entry)
            rest = entry[: begins.start()] if begins else entry
            numbers = entry[begins.start() :] if begins else ""
            rest = name = _in_part_removed(rest)
        key = canonical_key(rest)
        if not key or _WHOLE_NAME.search(rest):
            continue
        yield ListedTown(rest + numbers, key, _numbers(numbers), partial)


def _without_brackets(text: str) -> str:
    """Return a list with what stands in brackets behind the name it belongs to."""
    return _BRACKETS.sub(lambda match: _inner(match[1]), text)


def _inner(text: str) -> str:
    stripped = text.strip()
    if _ONLY_NUMBERS.fullmatch(re.sub(r"[、,・\s]", "", stripped)):
        return stripped
    return "の一部" if _IN_PART.search(stripped) else ""


def _in_part_removed(text: str) -> str:
    return re.sub("の?(?:一部|各町|うち.*|.*を?除く)$", "", text)


def _numbers(text: str) -> frozenset[int]:
    found: set[int] = set()
    for match in re.finditer(rf"{_RANGE}|([0-9]+)", text):
        if match[3]:
            found.add(int(match[3]))
        elif int(match[1]) <= int(match[2]) <= _MOST_NUMBERS:
            found.update(range(int(match[1]), int(match[2]) + 1))
    return frozenset(found)


def _arabic(numeral: str) -> str:
    return canonical_key(f"{numeral}丁目").removesuffix("丁目")


def name_and_number(town: str) -> tuple[str, int | None]:
    """Return the canonical name of a published 大字町丁目 and its 丁目, None without one."""
    key = canonical_key(town)
    match = _CHOME.fullmatch(key)
    return (match["name"], int(match["number"])) if match else (key, None)
