"""Scopes: the part of a source that an edition replaces, and the larger part it answers for.

A record's scope is a service or kind in one municipality (``120/40105``). An edition that no longer
mentions a municipality at all may mean that its last office has closed, or that the file was cut
to fewer municipalities. What it lists tells which: a file that lists several wards of a city
answers for the whole city, and one that lists many cities of a prefecture for the whole prefecture.
That depends on the file alone, so the order of import does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from geoportal.domain.completeness import CITIES_FOR_PREFECTURE, JAPAN
from geoportal.domain.dating import is_surely_later
from geoportal.ingest.reading.municipalities import MunicipalityFinder

PREFECTURES_FOR_JAPAN = 24
"""A file that lists at least so many prefectures (more than half) answers for all of Japan."""

WARDS_FOR_CITY = 2
"""A file that lists at least so many wards of a city answers for all of it."""

_SCOPE = re.compile(r"(?P<what>.+)/(?P<code>[0-9]{5})")


def answered_scopes(
    complete: Iterable[str], incomplete: Iterable[str], finder: MunicipalityFinder
) -> set[str]:
    """Return the larger scopes an edition answers for.

    For example ``120/40100`` (a city), ``120/40`` (a prefecture), ``120/00`` (Japan). Of the
    scopes ``incomplete`` rows were rejected: nothing larger that contains one is answered for.
    """
    wards: dict[str, set[str]] = {}
    cities: dict[str, set[str]] = {}
    prefectures: dict[str, set[str]] = {}
    for scope in complete:
        match = _SCOPE.fullmatch(scope)
        if match is None:
            continue
        what, code = match["what"], match["code"]
        city = finder.city_of(code)
        if city:
            wards.setdefault(f"{what}/{city}", set()).add(code)
        cities.setdefault(f"{what}/{code[:2]}", set()).add(city or code)
        prefectures.setdefault(f"{what}/{JAPAN}", set()).add(code[:2])
    answered = {scope for scope, codes in wards.items() if len(codes) >= WARDS_FOR_CITY}
    answered |= {scope for scope, codes in cities.items() if len(codes) >= CITIES_FOR_PREFECTURE}
    answered |= {s for s, codes in prefectures.items() if len(codes) >= PREFECTURES_FOR_JAPAN}
    return answered - {wide for scope in incomplete for wide in larger_scopes(scope, finder)}


def scopes_within(scopes: Iterable[str], prefectures: Collection[str]) -> set[str]:
    """Return what of larger scopes lies in some prefectures; everything for none named.

    A list of all Japan of which only their rows are taken answers for these prefectures.
    """
    if not prefectures:
        return set(scopes)
    within = set()
    for scope in scopes:
        what, _, code = scope.rpartition("/")
        if code == JAPAN:
            within |= {f"{what}/{prefecture}" for prefecture in prefectures}
        elif code[:2] in prefectures:
            within.add(scope)
    return within


def larger_scopes(scope: str, finder: MunicipalityFinder) -> Iterator[str]:
    """Yield the larger scopes that hold a scope: its city, its prefecture, Japan."""
    match = _SCOPE.fullmatch(scope)
    if match is None:
        return
    city = finder.city_of(match["code"])
    if city:
        yield f"{match['what']}/{city}"
    yield f"{match['what']}/{match['code'][:2]}"
    yield f"{match['what']}/{JAPAN}"


class ScopeDays:
    """On which days editions of a source answer for its scopes.

    ``days`` has them by scope (see `geoportal.domain.dating`); larger scopes answer for those in
    them.
    """

    def __init__(self, days: Mapping[str, Sequence[str]], finder: MunicipalityFinder) -> None:
        self._finder = finder
        self._days = days
        self._all: dict[str, list[str]] = {}

    def of(self, scope: str) -> list[str]:
        """Return the days on which a scope is answered for, ascending."""
        if scope not in self._all:
            every = (scope, *larger_scopes(scope, self._finder))
            self._all[scope] = sorted({day for one in every for day in self._days.get(one, ())})
        return self._all[scope]

    def closed_on(self, scope: str, last_seen: str) -> str:
        """Return the first edition that answers for a record's scope without it; empty if none.

        Only an edition that is surely later than the last that lists the record counts.
        """
        return next((day for day in self.of(scope) if is_surely_later(day, last_seen)), "")
