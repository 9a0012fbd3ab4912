"""The head of an address: prefecture, county, city and ward (都道府県・郡・市・区・町村).

Reads what stands in front of the town, in every way people leave parts out or write them twice, and
says which municipalities are still possible.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from geoportal.address.gazetteer.municipality_spellings import FIRM
from geoportal.address.gazetteer.region import Region
from geoportal.address.text.canonical import CanonicalText, canonical_key, canonicalize

_PREFECTURE_SUFFIX = re.compile(r"[都府県]$")
_ANY_COUNTY = re.compile(r"[^0-9]{1,4}?[郡島](?=[^0-9]{1,6}[市町村])")
_LONGEST_NAME = 14
_LONGEST_DAMAGE = 8


@dataclass(frozen=True, slots=True)
class Area:
    """Municipalities that one name stands for.

    Attributes
    ----------
    numbers : frozenset of int
        Numbers of the municipalities (``Region.number``).
    ranges : tuple of (int, int)
        Their towns' node numbers, neighbours joined.
    """

    numbers: frozenset[int]
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """One reading of the head of an address.

    Attributes
    ----------
    position : int
        Where in the canonical text the town begins.
    area : Area or None
        What is still possible; None when nothing was said.
    prefecture : str
        As written or implied by the area, empty when unknown.
    city : str
        Name of the designated city or county when the area is all of its wards or towns, else "".
    firm : bool
        False when a municipality's name was completed (飯塚 for 飯塚市).
    named : bool
        True when a municipality, city or county was named, not only a prefecture.
    conflict : bool
        True when the prefecture written is not that of the municipality written.
    """

    position: int
    area: Area | None = None
    prefecture: str = ""
    city: str = ""
    firm: bool = True
    named: bool = False
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    area: Area
    city: str
    strength: int


def _area(regions: tuple[Region, ...], numbers: Iterable[int]) -> Area:
    ranges: list[tuple[int, int]] = []
    members = frozenset(numbers)
    for number in sorted(members):
        region = regions[number]
        if ranges and ranges[-1][1] == region.start:
            ranges[-1] = (ranges[-1][0], region.stop)
        elif region.stop > region.start:
            ranges.append((region.start, region.stop))
    return Area(members, tuple(ranges))


class HeadReader:
    """Reads heads; built once per gazetteer, immutable afterwards.

    Parameters
    ----------
    regions : tuple of Region
        All municipalities, in code order.
    spellings : sequence
        What :func:`spell_regions` made of them.
    """

    def __init__(self, regions: tuple[Region, ...], spellings: Sequence[Sequence[Any]]) -> None:
        self._regions = regions
        names: dict[str, list[_Name]] = defaultdict(list)
        for key, city, strength, numbers in spellings:
            names[key].append(_Name(_area(regions, numbers), city, strength))
        self._names: Mapping[str, list[_Name]] = MappingProxyType(dict(names))
        self._codes = {region.code: region.number for region in regions}
        self._cities: dict[str, frozenset[int]] = {}
        for name in (name for names in self._names.values() for name in names):
            if name.city.endswith("市"):
                first = min(regions[number].code for number in name.area.numbers)
                self._cities[first[:4] + "0"] = name.area.numbers
        members: dict[str, list[int]] = defaultdict(list)
        for region in regions:
            members[region.prefecture].append(region.number)
        self._prefectures: dict[str, tuple[str, Area, bool]] = {}
        for prefecture, numbers in members.items():
            key, area = canonical_key(prefecture), _area(regions, numbers)
            self._prefectures[key] = (prefecture, area, True)
            if prefecture != "北海道":
                short = _PREFECTURE_SUFFIX.sub("", key)
                self._prefectures.setdefault(short, (prefecture, area, False))

    def area(self, numbers: frozenset[int]) -> Area:
        """Return the area of some municipalities."""
        return _area(self._regions, numbers)

    def hinted(self, hint: str) -> frozenset[int]:
        """Return the municipalities a hint allows; empty when it says nothing known.

        Parameters
        ----------
        hint : str
            A 5- or 6-digit municipality code, a 2-digit prefecture code, or names.
        """
        hint = hint.strip()
        if not hint:
            return frozenset()
        text = canonicalize(hint)
        if text.key.isdigit():
            return self._coded(text.key)
        numbers: frozenset[int] = frozenset()
        furthest = 0
        for head in self.read(text, 0):
            if head.area is not None and head.position >= furthest:
                same = head.position == furthest
                numbers = head.area.numbers | numbers if same else head.area.numbers
                furthest = head.position
        return numbers

    def _coded(self, code: str) -> frozenset[int]:
        if (number := self._codes.get(code[:5])) is not None:
            return frozenset([number])
        if (numbers := self._cities.get(code[:5])) is not None:
            return numbers
        if len(code) == 2 or code[2:5] == "000":
            return frozenset(n for known, n in self._codes.items() if known.startswith(code[:2]))
        return frozenset()

    def read(self, text: CanonicalText, start: int) -> Iterator[Head]:
        """Yield the possible readings, lazily, the most said first; the last says nothing.

        Parameters
        ----------
        text : CanonicalText
            The address.
        start : int
            Where it begins (behind a postal code).
        """
        key = text.key
        position, prefecture, area = self._read_prefecture(key, start)
        yield from self._read_names(key, position, prefecture, area)
        if county := _ANY_COUNTY.match(key, position):  # a former or misspelt county
            yield from self._read_names(key, county.end(), prefecture, area)
        if area is not None:
            yield Head(position, area, prefecture)
        else:
            for length in (2, 3):
                short = self._prefectures.get(key[start : start + length])
                if short and not short[2]:
                    yield from self._read_names(key, start + length, short[0], short[1])
        yield Head(start)

    def read_behind(self, text: CanonicalText, start: int) -> Iterator[Head]:
        """Yield names of municipalities that stand a few letters behind ``start``.

        For text whose beginning is damaged (福岡件みやま市); only names written in full.
        """
        key = text.key
        for offset in range(start + 1, min(start + _LONGEST_DAMAGE, len(key))):
            for head in self._read_names(key, offset, "", None):
                if head.firm and key[head.position - 1] in "市区町村":
                    yield head

    def _read_prefecture(self, key: str, start: int) -> tuple[int, str, Area | None]:
        """Return what is behind the prefecture, its name and its municipalities."""
        position, name, area = start, "", None
        for _ in range(2):  # written twice happens
            for length in (3, 4):
                found = self._prefectures.get(key[position : position + length])
                if found and found[2] and (not name or found[0] == name):
                    name, area = found[0], found[1]
                    position += length
                    break
        return position, name, area

    def _named(self, key: str, start: int) -> Iterator[tuple[int, _Name]]:
        """Yield names at ``start``, longest first; no completed name shorter than a firm one."""
        names = self._names
        firm = False
        for stop in range(min(start + _LONGEST_NAME, len(key)), start + 1, -1):
            for name in names.get(key[start:stop], ()):
                if name.strength == FIRM:
                    firm = True
                    yield stop, name
                elif not firm:
                    yield stop, name

    def _read_names(
        self, key: str, start: int, prefecture: str, within: Area | None
    ) -> Iterator[Head]:
        """Yield city and ward names; those of another prefecture only when no other fits."""
        elsewhere: list[Head] = []
        fitting = False
        for stop, name in self._named(key, start):
            area = self._common(name.area, within)
            firm = name.strength == FIRM
            if area is None:
                if firm:
                    elsewhere.append(
                        Head(stop, name.area, "", name.city, named=True, conflict=True)
                    )
                continue
            fitting = True
            head = Head(stop, area, prefecture, name.city, firm=firm, named=True)
            yield from self._read_deeper(key, head, area)
            yield head
        if not fitting:
            yield from elsewhere

    def _common(self, area: Area, within: Area | None) -> Area | None:
        if within is None or area.numbers <= within.numbers:
            return area
        numbers = area.numbers & within.numbers
        return _area(self._regions, numbers) if numbers else None

    def _read_deeper(self, key: str, head: Head, area: Area) -> Iterator[Head]:
        """Read on behind a name: a ward behind its city, or the same written twice."""
        start, _, again = self._read_prefecture(key, head.position)
        if again is None or not again.numbers & area.numbers:
            start = head.position
        for stop, name in self._named(key, start):
            if name.strength == FIRM and (common := self._common(name.area, area)):
                city = name.city if len(common.numbers) > 1 else ""
                deeper = Head(stop, common, head.prefecture, city, firm=head.firm, named=True)
                yield from self._read_deeper(key, deeper, common)
                yield deeper
                return
