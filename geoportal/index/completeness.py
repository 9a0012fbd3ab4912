"""Holdings: which parts of which sources are held, for every municipality and kind.

An edition answers for the scopes it lists and for the larger ones it spans
(`geoportal.ingest.revise.scopes`): a kind without a facility in a municipality is held when the
file that would name one covers the municipality.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from geoportal.domain.completeness import (
    CITIES_FOR_PREFECTURE,
    HELD,
    JAPAN,
    MISSING,
    NEEDS,
    PARTIAL,
    SourceScope,
)
from geoportal.domain.facility import Facility
from geoportal.domain.filing import FilingRule
from geoportal.domain.vocabulary import Vocabulary

_PREFECTURE_DIGITS: Final = 2
SHIPPED = "centres"
"""Its facilities come with the program: they do not tell whether a municipality is fictional."""


@dataclass(slots=True)
class Listing:
    """What the mentions of facilities tell of municipalities.

    Attributes
    ----------
    listed : set of tuple of str
        Source, kind and municipality of every mention.
    invented : dict of str to bool
        Municipalities with facilities, and whether all of these are of a fictional city, which is
        complete by definition.
    """

    listed: set[tuple[str, str, str]] = field(default_factory=set)
    invented: dict[str, bool] = field(default_factory=dict)

    def add(self, facilities: Iterable[Facility], fictional: Callable[[str], bool]) -> Listing:
        """Count facilities in; ``fictional`` says whether a source is a fictional city."""
        for facility in facilities:
            code, sources = facility.municipality_code, {m.source for m in facility.sources}
            self.listed |= {(source, facility.kind, code) for source in sources}
            if sources != {SHIPPED}:
                whole = self.invented.get(code, True)
                self.invented[code] = whole and any(map(fictional, sources))
        return self


Grouped = dict[str, dict[str, list[str]]]
"""Municipalities that are listed, by source and kind, in order."""


def grouped(listed: Iterable[tuple[str, str, str]]) -> Grouped:
    """Return what `Listing.listed` has by source and kind."""
    found: Grouped = {}
    for source, kind, code in sorted({*listed}):
        found.setdefault(source, {}).setdefault(kind, []).append(code)
    return found


class Holdings:
    """What is held of the sources that the reference list names.

    Parameters
    ----------
    scopes : sequence of SourceScope
        What the sources tell; those earlier in the list are named first.
    stated : mapping of str to collection of str
        For each source the scopes that its editions answer for (``130/40106``, ``130/40``,
        ``40/医科``).
    listed : mapping of str to mapping of str to list of str
        Which municipalities each source lists, in part at least; see `grouped`.
    invented : mapping of str to bool
        Which municipalities are fictional; see `Listing`.
    city_of : callable
        Code of the designated city of a ward, empty for others.
    filing_rules : mapping
        What filings say, by 点数表 and symbol.
    vocabulary : Vocabulary
        What follows from a filing, and to which kinds terms apply.
    """

    def __init__(
        self,
        scopes: Sequence[SourceScope],
        stated: Mapping[str, Iterable[str]],
        listed: Grouped,
        invented: Mapping[str, bool],
        *,
        city_of: Callable[[str], str],
        filing_rules: Mapping[tuple[str, str], Sequence[FilingRule]],
        vocabulary: Vocabulary,
    ) -> None:
        self._scopes = scopes
        self._stated = {source: frozenset(keys) for source, keys in stated.items()}
        self.city_of = city_of
        self._filing_rules = filing_rules
        self._vocabulary = vocabulary
        self._listed, self._invented = listed, invented
        self._states: dict[tuple[int, str], str] = {}
        self._cities: dict[str, Mapping[tuple[str, str], set[str]]] = {}

    def is_fictional(self, municipality: str) -> bool:
        """Say whether a municipality has facilities of a fictional city only: all is known."""
        return self._invented.get(municipality, False)

    def telling(self, kind: str, tells: str) -> list[int]:
        """Return the numbers of the rows that tell something of a kind; see `SourceScope`."""
        return self._rows(kind, tells)

    def knowing(self, kind: str, needs: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
        """Return the rows that tell any of some needs of a kind, with the needs they tell."""
        told = (
            (n, tuple(need for need in needs if need in self._needs_told[n, kind]))
            for n in self._rows(kind, NEEDS)
        )
        return [(n, known) for n, known in told if known]

    def source(self, number: int) -> str:
        """Return the source of a row."""
        return self._scopes[number].source

    def state(self, number: int, municipality: str) -> str:
        """Return whether a row of the list is held for a municipality or ward."""
        if self.is_fictional(municipality):
            return HELD
        key = (number, municipality)
        if key not in self._states:
            self._states[key] = self._state(self._scopes[number], municipality)
        return self._states[key]

    def _rows(self, kind: str, tells: str) -> list[int]:
        return self._rows_by_kind.get((kind, tells), [])

    @cached_property
    def _rows_by_kind(self) -> dict[tuple[str, str], list[int]]:
        rows: dict[tuple[str, str], list[int]] = {}
        for number, scope in enumerate(self._scopes):
            for kind in scope.kinds:
                rows.setdefault((kind, scope.tells), []).append(number)
        return rows

    def _state(self, row: SourceScope, municipality: str) -> str:
        states = {self._scope_state(row.source, scope, municipality) for scope in row.scopes}
        if states == {HELD}:
            return HELD
        kinds = self._listed.get(row.source, {})
        listed = any(_holds(kinds.get(kind, ()), municipality) for kind in row.kinds)
        return PARTIAL if listed or states != {MISSING} else MISSING

    def _scope_state(self, source: str, scope: str, municipality: str) -> str:
        """Return the state of one scope.

        ``partial`` when the source lists municipalities of several cities around this one, yet too
        few to tell whether the file covers the prefecture.
        """
        stated = self._stated.get(source, frozenset())
        prefecture = municipality[:2]
        areas = (municipality, self.city_of(municipality), prefecture, JAPAN)
        if any(f"{scope}/{area}" in stated for area in areas if area):
            return HELD
        if f"{prefecture}/{scope}" in stated and self._spans(source, municipality):
            return HELD
        around = self._cities_stated(source).get((scope, prefecture), ())
        return PARTIAL if len(around) > 1 else MISSING

    def _cities_stated(self, source: str) -> Mapping[tuple[str, str], set[str]]:
        """Return the cities that editions of a source answer for, by scope and prefecture."""
        if source not in self._cities:
            cities: dict[tuple[str, str], set[str]] = {}
            for key in self._stated.get(source, ()):
                scope, _, code = key.partition("/")
                if len(code) > _PREFECTURE_DIGITS:
                    where = (scope, code[:_PREFECTURE_DIGITS])
                    cities.setdefault(where, set()).add(self.city_of(code) or code)
            self._cities[source] = cities
        return self._cities[source]

    def _spans(self, source: str, municipality: str) -> bool:
        """Say whether files published by prefecture span a municipality.

        One cut to fewer cities than `CITIES_FOR_PREFECTURE` answers for these only.
        """
        cities: set[str] = self._listed_cities.get((source, municipality[:2]), set())
        whole = not cities or len(cities) >= CITIES_FOR_PREFECTURE
        return whole or (self.city_of(municipality) or municipality) in cities

    @cached_property
    def _listed_cities(self) -> dict[tuple[str, str], set[str]]:
        """The cities that each source lists in each prefecture."""
        listed: dict[tuple[str, str], set[str]] = {}
        for source, kinds in self._listed.items():
            for code in {code for codes in kinds.values() for code in codes if code}:
                listed.setdefault((source, code[:2]), set()).add(self.city_of(code) or code)
        return listed

    @cached_property
    def _needs_told(self) -> dict[tuple[int, str], frozenset[str]]:
        """The needs that filings of a row can answer of a kind, with what they imply."""
        vocabulary, told = self._vocabulary, {}
        for number, row in enumerate(self._scopes):
            if row.tells != NEEDS:
                continue
            stated = {
                rule.code
                for (table, _), rules in self._filing_rules.items()
                if table in row.scopes
                for rule in rules
                if rule.code
            }
            stated |= {rule.implies for code in stated for rule in vocabulary.implied_by(code)}
            for kind in row.kinds:
                applying = (code for code in stated if vocabulary.applies_to(code, kind))
                told[number, kind] = frozenset(applying)
        return told


def _holds(codes: Sequence[str], code: str) -> bool:
    """Say whether a code is among others that are in order."""
    place = bisect_left(codes, code)
    return place < len(codes) and codes[place] == code
