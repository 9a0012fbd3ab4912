"""How municipalities, cities and counties (市区町村・政令市・郡) are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from geoportal.address.text.canonical import canonical_key
from geoportal.domain.place import Municipality, MunicipalityChange

_WARD = re.compile(r"(.+?市)(.+区)")
_COUNTY = re.compile(r"(.{1,4}?郡)(.+[町村])")
_ISLAND = re.compile(r"(.+島)(.+[町村])")


class MunicipalitySpelling(NamedTuple):
    """One way in which municipalities are written.

    Attributes
    ----------
    key : str
        Canonical form.
    city : str
        Name of the city or county when the spelling stands for all of it, else empty.
    in_full : bool
        False for a name to be completed: 飯塚 for 飯塚市.
    numbers : list of int
        Numbers of the municipalities, in code order.
    """

    key: str
    city: str
    in_full: bool
    numbers: list[int]


def own_name(name: str) -> str:
    """Return a municipality's name without the county or city in front: 門司区."""
    return _split_name(name)[1]


@lru_cache(maxsize=8192)
def _split_name(name: str) -> tuple[str, str]:
    """Return the city or county in front of a municipality's name, and the name behind it."""
    for pattern in (_WARD, _COUNTY, _ISLAND):
        if match := pattern.fullmatch(name):
            return match[1], match[2]
    return "", name


def changed_municipalities(
    municipalities: Sequence[Municipality],
    changes: Iterable[MunicipalityChange],
    with_towns: Container[int],
) -> dict[str, list[int]]:
    """Return the numbers that codes before and after changes stand for.

    Of the municipalities of the same land, those whose towns are known, else those of today;
    municipalities are in code order, which gives them their numbers.
    """
    number_of = {municipality.code: i for i, municipality in enumerate(municipalities)}
    same_land: dict[str, set[int]] = defaultdict(set)
    today: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        for code, other in (
            (change.old_code, change.new_code),
            (change.new_code, change.old_code),
        ):
            if code and number_of.get(other, -1) in with_towns:
                same_land[code].add(number_of[other])
        if change.old_code != change.new_code and change.new_code in number_of:
            today[change.old_code].add(number_of[change.new_code])
    for code in sorted(today.keys() & number_of.keys() - same_land.keys()):  # 22131, still listed
        same_land[code] = today[code]
    return {
        code: sorted(numbers)
        for code, numbers in same_land.items()
        if number_of.get(code, -1) not in with_towns
    }


def former_names(change: MunicipalityChange) -> Iterator[str]:
    """Yield the old names of a municipality: 筑紫郡那珂川町, and 那珂川町 as it is 那珂川市 now.

    Without their county only names that live on: there are towns called 朝倉町 anywhere.
    """
    own = own_name(change.old_name)
    yield change.old_name
    if own[:-1] == own_name(change.new_name)[:-1]:
        yield own


def municipality_spellings(
    municipalities: Sequence[Municipality],
    changes: Sequence[MunicipalityChange] = (),
    changed: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> list[MunicipalitySpelling]:
    """Return every way in which municipalities, cities and counties are written.

    Municipalities are in code order, which gives them their numbers; ``changed`` is as returned by
    `changed_municipalities`, and stands in for those without towns.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    members: dict[tuple[str, bool], set[int]] = defaultdict(set)
    for number, municipality in enumerate(municipalities):
        if upper := _split_name(municipality.name)[0]:
            groups[municipality.prefecture, upper].append(number)
        stands_for = changed.get(municipality.code, (number,))
        for spelling in _spellings(municipality.name):
            members[spelling].update(stands_for)
    for key, now in _former_spellings(municipalities, changes, changed):
        members[key, True] |= now
    spellings = []
    for (_, upper), numbers in groups.items():
        spellings.append(MunicipalitySpelling(canonical_key(upper), upper, True, numbers))
        if upper.endswith("市"):
            short = canonical_key(upper[:-1])
            spellings.append(MunicipalitySpelling(short, upper, False, numbers))
    for (key, in_full), numbers_of_key in members.items():
        if len(key) >= 2:
            spellings.append(MunicipalitySpelling(key, "", in_full, sorted(numbers_of_key)))
    return spellings


def _former_spellings(
    municipalities: Sequence[Municipality],
    changes: Sequence[MunicipalityChange],
    changed: Mapping[str, Sequence[int]],
) -> Iterator[tuple[str, set[int]]]:
    """Yield the canonical forms of former names, each with the numbers it stands for now."""
    number_of = {municipality.code: i for i, municipality in enumerate(municipalities)}
    for change in changes:
        if change.old_name == change.new_name or change.new_code not in number_of:
            continue
        now = set(changed.get(change.new_code, (number_of[change.new_code],)))
        if change.old_code == change.new_code or number_of.get(change.old_code, -1) not in now:
            for key in _former_keys(change):
                yield key, now


@lru_cache(maxsize=4096)
def _former_keys(change: MunicipalityChange) -> tuple[str, ...]:
    """Return the canonical forms of the old names of a municipality."""
    return tuple(map(canonical_key, former_names(change)))


@lru_cache(maxsize=4096)
def _spellings(name: str) -> tuple[tuple[str, bool], ...]:
    """Return the canonical forms of how one municipality is written, and whether in full."""
    return tuple((canonical_key(text), in_full) for text, in_full in _written(name))


def _written(name: str) -> Iterator[tuple[str, bool]]:
    upper, own = _split_name(name)
    yield name, True
    yield own, True
    if upper.endswith("市"):  # 北九州八幡東区 and 北九州市立八幡西区 stand in official files
        yield upper[:-1] + own, False
        yield upper + "立" + own, False
        yield upper + own[:-1], False
        if len(own) > 2:
            yield upper[:-1] + own[:-1], False
    if own[-1] in "市区町村" and len(own) > 2:
        yield own[:-1], False
