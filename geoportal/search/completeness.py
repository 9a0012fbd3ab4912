"""Whether the sources that would answer a question are held where it is asked.

Areas of a question: the home's municipality, and every other one with a facility in reach for
which less or more is held than for the home; or the districts asked for. Without either nothing is
said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.completeness import (
    ANY_DEPARTMENT,
    DEPARTMENTS,
    HELD,
    HOURS,
    MISSING,
    NEEDS,
    PARTIAL,
    PLACES,
    Asked,
    Completeness,
    classes_of_departments,
)
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.domain.query import Query
from geoportal.geo.distinct import distinct
from geoportal.index.completeness import Holdings
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import POSSIBLE, bands
from geoportal.search.visiting import home_code

Flags = NDArray[np.bool_]
_MOST_AREAS = 3


class _Told(NamedTuple):
    """What a source tells: one of `geoportal.domain.completeness.TOLD`, and which needs."""

    tells: str
    needs: tuple[str, ...] = ()


def area_completeness(snapshot: Snapshot, area: str, asked: Asked) -> tuple[Completeness, ...]:
    """Return what is held of what is asked in one district, a line per source and state.

    Without kinds all kinds are meant that the needs are about, and that have departments where such
    are asked for. An area is held when all its
    municipalities are, missing when none is, else in part; places are held in part where any
    source names one.
    """
    holdings = snapshot.holdings
    if holdings is None:
        return ()
    return snapshot.kept.part(
        ("area", area, asked), lambda: tuple(_area_lines(snapshot, holdings, area, asked))
    )


def _area_lines(
    snapshot: Snapshot, holdings: Holdings, area: str, asked: Asked
) -> Iterable[Completeness]:
    municipalities = _municipalities(snapshot, area)
    if not municipalities:
        return
    found: dict[tuple[str, _Told, str], list[str]] = {}
    rows = snapshot.in_district(area)
    present = {KINDS[number] for number in distinct(snapshot.columns.kinds[rows])}
    for kind in asked.kinds or kinds_meant(snapshot, asked):
        for source, told, state in _kind_states(snapshot, holdings, municipalities, kind, asked):
            some = told.tells == PLACES and state == MISSING and kind in present
            found.setdefault((source, told, PARTIAL if some else state), []).append(kind)
    for (source, told, state), of_kinds in found.items():
        facilities, unknown = _counts(snapshot, rows, of_kinds, told)
        silent = told.tells in (HOURS, DEPARTMENTS) and state == HELD and unknown == facilities > 0
        yield Completeness(
            source,
            area,
            tuple(of_kinds),
            told.needs,
            PARTIAL if silent else state,
            facilities,
            unknown,
            told.tells,
        )


def kinds_meant(snapshot: Snapshot, asked: Asked) -> tuple[str, ...]:
    """Return the kinds that needs are about, and that have departments where such are asked for."""
    kinds = asked_kinds(snapshot, asked.needs)
    if not asked.departments:
        return kinds
    return tuple(kind for kind in kinds if asked.may_have_departments(kind))


def asked_kinds(snapshot: Snapshot, needs: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds that all of some needs are about; every kind without needs."""
    applies = snapshot.vocabulary.applies_to
    return tuple(kind for kind in KINDS if all(applies(need, kind) for need in needs))


def search_completeness(
    snapshot: Snapshot,
    home: str,
    rows: Rows,
    asked: Asked,
) -> tuple[Completeness, ...]:
    """Return what is held for the home's municipality and, where it differs, around it.

    ``rows`` are those in reach. Of another prefecture one line is given for all its municipalities
    in reach.
    """
    own = area_completeness(snapshot, home, asked)
    areas = _areas_around(snapshot, home, rows)
    if not areas:
        return own
    known: dict[str, tuple[Completeness, ...]] = snapshot.kept.part(("beside", home, asked), dict)
    for area in areas:
        if area not in known:
            states = {state for line in own for state in _states_of(line)}
            lines = area_completeness(snapshot, area, asked)
            known[area] = tuple(line for line in lines if not _states_of(line) <= states)
    return tuple(chain(own, *(known[area] for area in areas)))


def _states_of(line: Completeness) -> set[tuple[str, _Told, str]]:
    """Return kind, what is told and state for each kind, whichever source it is about."""
    return {(kind, _Told(line.tells, line.needs), line.state) for kind in line.kinds}


def asked_of(query: Query) -> Asked:
    """Return what of a question decides which sources would answer it; no free text."""
    departments = classes_of_departments(query.departments) if query.departments else ()
    return _asked(query.kinds, query.needs, query.open_at is not None, departments)


_asked = lru_cache(maxsize=256)(Asked)
"""The same object for the same question: it is the key of what is kept."""


def completeness_of(
    snapshot: Snapshot, query: Query, home: District | None, rows: Rows
) -> tuple[Completeness, ...]:
    """Return which sources that would answer a question are held where it is asked.

    ``rows`` are those that fulfil all conditions but the needs.
    """
    asked = asked_of(query)
    if query.origin is None:
        return tuple(
            line for code in query.districts for line in area_completeness(snapshot, code, asked)
        )
    code = home_code(query, home)
    if not code:
        return ()
    return search_completeness(snapshot, code, rows, asked)


def answered_elsewhere(snapshot: Snapshot, home: str, rows: Rows, asked: Asked) -> Flags | None:
    """Say which rows are known from a source that the home's municipality lacks altogether.

    None when there is no such source, so that no row stands apart.
    """
    holdings = snapshot.holdings
    if holdings is None or not home:
        return None
    columns = snapshot.columns
    lacking = snapshot.kept.part(("lacking", home, asked), lambda: _lacking(holdings, home, asked))
    if not lacking:
        return None
    codes = columns.municipality_codes

    def answering(code: str) -> list[int]:
        return [
            number
            for number, unheld in lacking.items()
            if code and any(_held_of(holdings, numbers, code) != MISSING for numbers in unheld)
        ]

    apart = np.zeros((len(KINDS), codes.size), dtype=bool)
    for column in columns.municipalities_of(rows):
        code = str(codes[column])
        kinds = snapshot.kept.part(("elsewhere", home, code, asked), partial(answering, code))
        apart[kinds, column] = True
    found: Flags = apart[columns.kinds[rows], columns.municipalities[rows]]
    return found if found.any() else None


def _lacking(holdings: Holdings, home: str, asked: Asked) -> dict[int, list[list[int]]]:
    """Return by number of kind the rows of the list that answer and that a municipality lacks."""
    lacking = {
        number: [
            numbers
            for numbers in _answering(holdings, kind, asked)
            if _held_of(holdings, numbers, home) == MISSING
        ]
        for number, kind in enumerate(KINDS)
        if not asked.kinds or kind in asked.kinds
    }
    return {number: unheld for number, unheld in lacking.items() if unheld}


def _answering(holdings: Holdings, kind: str, asked: Asked) -> list[list[int]]:
    """Return the rows of the list that would answer what is asked of a kind.

    Each entry has those of which one is enough.
    """
    answering = [[number] for number, _ in holdings.knowing(kind, asked.needs)]
    if asked.hours:
        answering.append(holdings.telling(kind, HOURS))
    if asked.may_have_departments(kind):
        answering.append(holdings.telling(kind, DEPARTMENTS))
    return [numbers for numbers in answering if numbers]


def _held_of(holdings: Holdings, numbers: Sequence[int], municipality: str) -> str:
    return _best([holdings.state(number, municipality) for number in numbers])


def dataset_completeness(snapshot: Snapshot, needs: tuple[str, ...]) -> tuple[Completeness, ...]:
    """Return what is held for every kind, some needs, hours and departments.

    In the areas with most facilities.

    Areas are municipalities, and designated cities in place of their wards.
    """
    columns, holdings = snapshot.columns, snapshot.holdings
    if holdings is None:
        return ()
    sizes: Counter[str] = Counter()
    for code, count in zip(
        columns.municipality_codes, np.bincount(columns.municipalities), strict=True
    ):
        if code:
            sizes[holdings.city_of(str(code)) or str(code)] += int(count)
    areas = [area for area, _ in sizes.most_common(_MOST_AREAS)]
    asked = Asked(KINDS, needs, hours=True, departments=ANY_DEPARTMENT)
    return tuple(line for area in areas for line in area_completeness(snapshot, area, asked))


def listing_state(snapshot: Snapshot, area: str, kind: str) -> str:
    """Return whether it is held which facilities of a kind an area has.

    ``missing`` means that a count of them is unknown, not 0.
    """
    lines = area_completeness(snapshot, area, Asked((kind,)))
    return lines[0].state if lines else HELD


def _municipalities(snapshot: Snapshot, area: str) -> tuple[str, ...]:
    members = snapshot.members_of(area)
    if members:
        return members
    columns = snapshot.columns
    own = distinct(columns.municipalities[snapshot.in_district(area)])
    return tuple(str(code) for code in columns.municipality_codes[own] if code)


def _areas_around(snapshot: Snapshot, home: str, rows: Rows) -> list[str]:
    """Return the home's neighbours in reach: its prefecture's one by one, others as prefectures."""
    names: dict[int, str] = snapshot.kept.part(("areas", home), dict)
    areas: dict[str, None] = {}
    for number in snapshot.columns.municipalities_of(rows):
        if number not in names:
            code = str(snapshot.columns.municipality_codes[number])
            names[number] = code if code[:2] == home[:2] else code[:2]
        areas[names[number]] = None
    areas.pop(home, None)
    areas.pop("", None)
    return list(areas)


def _kind_states(
    snapshot: Snapshot,
    holdings: Holdings,
    municipalities: Sequence[str],
    kind: str,
    asked: Asked,
) -> Iterable[tuple[str, _Told, str]]:
    """Yield source, what it tells and state: the fullest list of a kind, and what knows more.

    Nothing on needs for a kind that one of them is not about: nobody of it is asked.
    """
    if all(holdings.is_fictional(code) for code in municipalities):
        yield "sample", _Told(NEEDS if asked.needs else PLACES, asked.needs), HELD
        return
    wanted = [
        PLACES,
        *([HOURS] if asked.hours else []),
        *([DEPARTMENTS] if asked.may_have_departments(kind) else []),
    ]
    for tells in wanted:
        states = [(n, _over(holdings, n, municipalities)) for n in holdings.telling(kind, tells)]
        if states:
            best = _best([state for _, state in states])
            fullest = next(n for n, state in states if state == best)
            yield holdings.source(fullest), _Told(tells), best
    if all(snapshot.vocabulary.applies_to(need, kind) for need in asked.needs):
        for number, told in holdings.knowing(kind, asked.needs):
            yield (
                holdings.source(number),
                _Told(NEEDS, told),
                _over(holdings, number, municipalities),
            )


def _over(holdings: Holdings, number: int, municipalities: Sequence[str]) -> str:
    """Return the state of a row of the list over several municipalities."""
    states = {holdings.state(number, code) for code in municipalities}
    return states.pop() if len(states) == 1 else PARTIAL


def _best(states: Sequence[str]) -> str:
    return next((state for state in (HELD, PARTIAL) if state in states), MISSING)


def _counts(snapshot: Snapshot, rows: Rows, kinds: Sequence[str], told: _Told) -> tuple[int, int]:
    """Return how many of some rows are of the kinds, and of how many it is not known."""
    of_kind = rows[np.isin(snapshot.columns.kinds[rows], [KINDS.index(kind) for kind in kinds])]
    if told.tells == HOURS:
        unknown = ~snapshot.states_times(of_kind)
    elif told.tells == DEPARTMENTS:
        unknown = ~snapshot.states_departments(of_kind)
    else:
        unknown = bands(snapshot, of_kind, told.needs) == POSSIBLE
    return int(of_kind.size), int(unknown.sum())
