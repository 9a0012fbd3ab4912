"""Parser of prefecture, county, city and ward (都道府県・郡・市・区・町村) in front of the town.

Accepts every way in which people leave parts out or write them twice, and says which
municipalities are still possible.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from geoportal.address.gazetteer.region import Region
from geoportal.address.text.canonical import CanonicalText, canonical_key, canonicalize
from geoportal.address.text.municipality_names import MunicipalitySpelling

_PREFECTURE_SUFFIX = re.compile(r"[都府県]$")
_ANY_COUNTY = re.compile(r"[^0-9]{1,4}?[郡島](?=[^0-9]{1,6}[市町村])")
_LONGEST_NAME = 14
_LONGEST_DAMAGE = 8


@dataclass(frozen=True, slots=True)
class MunicipalitySet:
    """Municipalities that one name stands for.

    Attributes
    ----------
    numbers : frozenset of int
        Numbers of the municipalities (``Region.number``).
    town_ranges : tuple of (int, int)
        Ranges of their towns' node numbers, adjacent ones joined.
    """

    numbers: frozenset[int]
    town_ranges: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, regions: Sequence[Region], numbers: Iterable[int]) -> MunicipalitySet:
        """Return the set of some municipalities by their numbers."""
        ranges: list[tuple[int, int]] = []
        members = frozenset(numbers)
        for number in sorted(members):
            region = regions[number]
            if ranges and ranges[-1][1] == region.start:
                ranges[-1] = (ranges[-1][0], region.stop)
            elif region.stop > region.start:
                ranges.append((region.start, region.stop))
        return cls(members, tuple(ranges))


@dataclass(frozen=True, slots=True)
class MunicipalityParse:
    """One way to parse the beginning of an address.

    Attributes
    ----------
    end : int
        Where in the canonical text it ends and the town begins.
    municipalities : MunicipalitySet or None
        What is still possible; None when nothing was said.
    prefecture : str
        As written or implied, empty when unknown.
    city : str
        Name of the designated city or county when all of its wards or towns are possible, else "".
    in_full : bool
        False when a municipality's name was completed (飯塚 for 飯塚市).
    named : bool
        True when a municipality, city or county was named, not only a prefecture.
    prefecture_conflict : bool
        True when the prefecture written is not that of the municipality written.
    """

    end: int
    municipalities: MunicipalitySet | None = None
    prefecture: str = ""
    city: str = ""
    in_full: bool = True
    named: bool = False
    prefecture_conflict: bool = False

    @property
    def names_one(self) -> bool:
        """True when exactly one municipality was named, in full."""
        one = self.municipalities is not None and len(self.municipalities.numbers) == 1
        return one and self.named and self.in_full


@dataclass(frozen=True, slots=True)
class _Prefecture:
    name: str
    municipalities: MunicipalitySet
    in_full: bool


class MunicipalityParser:
    """Parses municipalities; built once per gazetteer, immutable afterwards."""

    def __init__(
        self,
        regions: tuple[Region, ...],
        spellings: Sequence[MunicipalitySpelling],
        changed: Mapping[str, Sequence[int]] = MappingProxyType({}),
    ) -> None:
        self._regions = regions
        names: dict[str, list[MunicipalitySpelling]] = defaultdict(list)
        self._cities: dict[str, frozenset[int]] = {}
        for spelling in spellings:
            names[spelling.key].append(spelling)
            if spelling.city.endswith("市"):
                first = min(regions[number].code for number in spelling.numbers)
                self._cities[first[:4] + "0"] = frozenset(spelling.numbers)
        self._names: Mapping[str, list[MunicipalitySpelling]] = MappingProxyType(dict(names))
        self._longest: dict[str, int] = defaultdict(int)  # name by its first two letters
        for key in names:
            self._longest[key[:2]] = max(self._longest[key[:2]], min(len(key), _LONGEST_NAME))
        self._codes = {region.code: region.number for region in regions}
        self._changed = changed
        by_prefecture: dict[str, list[int]] = defaultdict(list)
        for region in regions:
            by_prefecture[region.prefecture].append(region.number)
        self._prefectures: dict[str, _Prefecture] = {}
        for prefecture, numbers in by_prefecture.items():
            key, members = canonical_key(prefecture), self.municipality_set(numbers)
            self._prefectures[key] = _Prefecture(prefecture, members, in_full=True)
            if prefecture != "北海道":
                short = _PREFECTURE_SUFFIX.sub("", key)
                self._prefectures.setdefault(short, _Prefecture(prefecture, members, in_full=False))

    def municipality_set(self, numbers: Iterable[int]) -> MunicipalitySet:
        """Return the set of some municipalities by their numbers."""
        return MunicipalitySet.of(self._regions, numbers)

    def parse_hint(self, hint: str) -> frozenset[int]:
        """Return the numbers of the municipalities a hint allows; empty when it says nothing known.

        A hint is a 5- or 6-digit municipality code, a 2-digit prefecture code, or names.
        """
        hint = hint.strip()
        if not hint:
            return frozenset()
        text = canonicalize(hint)
        if text.key.isdigit():
            return self._of_code(text.key)
        numbers: frozenset[int] = frozenset()
        furthest = 0
        for parse in self.parse(text, 0):
            if parse.municipalities is not None and parse.end >= furthest:
                members = parse.municipalities.numbers
                numbers = members | numbers if parse.end == furthest else members
                furthest = parse.end
        return numbers

    def _of_code(self, code: str) -> frozenset[int]:
        if (numbers := self._changed.get(code[:5])) is not None:
            return frozenset(numbers)
        if (number := self._codes.get(code[:5])) is not None:
            return frozenset([number])
        if (members := self._cities.get(code[:5])) is not None:
            return members
        if len(code) == 2 or code[2:5] == "000":
            return frozenset(n for known, n in self._codes.items() if known.startswith(code[:2]))
        return frozenset()

    def parse(self, text: CanonicalText, start: int) -> Iterator[MunicipalityParse]:
        """Yield the possible parses, lazily, the most specific first; the last says nothing."""
        key = text.key
        end, prefecture, members = self._parse_prefecture(key, start)
        yield from self._parse_names(key, end, prefecture, members)
        if county := _ANY_COUNTY.match(key, end):  # a former or misspelt county
            yield from self._parse_names(key, county.end(), prefecture, members)
        if members is not None:
            yield MunicipalityParse(end, members, prefecture)
        else:
            for length in (2, 3):
                short = self._prefectures.get(key[start : start + length])
                if short and not short.in_full:
                    yield from self._parse_names(
                        key, start + length, short.name, short.municipalities
                    )
        yield MunicipalityParse(start)

    def called(self, key: str) -> Iterator[MunicipalityParse]:
        """Yield what a whole canonical text is the name of, in full or not: the prefecture last."""
        for name in self._names.get(key, ()):
            yield MunicipalityParse(
                len(key),
                self.municipality_set(name.numbers),
                city=name.city,
                in_full=name.in_full,
                named=True,
            )
        if prefecture := self._prefectures.get(key):
            yield MunicipalityParse(len(key), prefecture.municipalities, prefecture.name)

    def parse_behind_damage(self, text: CanonicalText, start: int) -> Iterator[MunicipalityParse]:
        """Yield municipalities whose name stands a few letters behind ``start``.

        For text whose beginning is damaged (福岡件みやま市); only names written in full.
        """
        key = text.key
        for offset in range(start + 1, min(start + _LONGEST_DAMAGE, len(key))):
            for parse in self._parse_names(key, offset, "", None):
                if parse.in_full and key[parse.end - 1] in "市区町村":
                    yield parse

    def _parse_prefecture(self, key: str, start: int) -> tuple[int, str, MunicipalitySet | None]:
        """Return the end of the prefecture, its name and its municipalities."""
        end, name, members = start, "", None
        for _ in range(2):  # it may be written twice
            for length in (3, 4):
                prefecture = self._prefectures.get(key[end : end + length])
                if prefecture and prefecture.in_full and (not name or prefecture.name == name):
                    name, members = prefecture.name, prefecture.municipalities
                    end += length
                    break
        return end, name, members

    def _names_at(self, key: str, start: int) -> Iterator[tuple[int, MunicipalitySpelling]]:
        """Yield the end and the names at ``start``, longest first.

        A name to be completed is left out when a longer name in full stands there.
        """
        names = self._names
        in_full = False
        longest = self._longest.get(key[start : start + 2], 0)
        for stop in range(min(start + longest, len(key)), start + 1, -1):
            for name in names.get(key[start:stop], ()):
                if name.in_full:
                    in_full = True
                    yield stop, name
                elif not in_full:
                    yield stop, name

    def _parse_names(
        self, key: str, start: int, prefecture: str, within: MunicipalitySet | None
    ) -> Iterator[MunicipalityParse]:
        """Yield city and ward names; those of another prefecture only when no other fits."""
        elsewhere: list[MunicipalityParse] = []
        fits = False
        for end, name in self._names_at(key, start):
            named = self.municipality_set(name.numbers)
            members = self._intersection(named, within)
            if members is None:
                if name.in_full:
                    parse = MunicipalityParse(end, named, "", name.city, named=True)
                    elsewhere.append(replace(parse, prefecture_conflict=True))
                continue
            fits = True
            parse = MunicipalityParse(
                end, members, prefecture, name.city, in_full=name.in_full, named=True
            )
            yield from self._parse_deeper(key, parse, members)
            yield parse
        if not fits:
            yield from elsewhere

    def _intersection(
        self, members: MunicipalitySet, within: MunicipalitySet | None
    ) -> MunicipalitySet | None:
        if within is None or members.numbers <= within.numbers:
            return members
        numbers = members.numbers & within.numbers
        return self.municipality_set(numbers) if numbers else None

    def _parse_deeper(
        self, key: str, upper: MunicipalityParse, within: MunicipalitySet
    ) -> Iterator[MunicipalityParse]:
        """Parse on behind a name: a ward behind its city, or the same name written twice."""
        start, _, again = self._parse_prefecture(key, upper.end)
        if again is None or not again.numbers & within.numbers:
            start = upper.end
        for end, name in self._names_at(key, start):
            named = self.municipality_set(name.numbers)
            if name.in_full and (members := self._intersection(named, within)):
                city = name.city if len(members.numbers) > 1 else ""
                deeper = MunicipalityParse(
                    end, members, upper.prefecture, city, in_full=upper.in_full, named=True
                )
                yield from self._parse_deeper(key, deeper, members)
                yield deeper
                return
