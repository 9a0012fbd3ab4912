"""How municipalities, cities and counties (市区町村・政令市・郡) are written."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from geoportal.address.text.canonical import canonical_key
from geoportal.domain.place import Municipality

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


def _split_name(name: str) -> tuple[str, str]:
    """Return the city or county in front of a municipality's name, and the name behind it."""
    for pattern in (_WARD, _COUNTY, _ISLAND):
        if match := pattern.fullmatch(name):
            return match[1], match[2]
    return "", name


def municipality_spellings(municipalities: Sequence[Municipality]) -> list[MunicipalitySpelling]:
    """Return every way in which municipalities, cities and counties are written.

    Municipalities are in code order, which gives them their numbers.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    members: dict[tuple[str, bool], set[int]] = defaultdict(set)
    for number, municipality in enumerate(municipalities):
        if upper := _split_name(municipality.name)[0]:
            groups[municipality.prefecture, upper].append(number)
        for spelling in _spellings(municipality.name):
            members[spelling].add(number)
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
    if own[-1] in "市町村" and len(own) > 2:
        yield own[:-1], False
