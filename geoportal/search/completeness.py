"""Whether the sources that would answer a question are held where it is asked.

Areas of a question: the home's municipality, and every other one with a facility in reach for
which less or more is held than for the home; or the districts asked for. Without either nothing is
said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.completeness import HELD, MISSING, PARTIAL, Completeness
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.domain.query import Query
from geoportal.index.completeness import Holdings
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import POSSIBLE, bands
from geoportal.search.visiting import home_code

Flags = NDArray[np.bool_]
_MOST_ANSWERED = 4096
_MOST_AREAS = 3


def area_completeness(
    snapshot: Snapshot, area: str, kinds: tuple[str, ...], needs: tuple[str, ...]
) -> tuple[Completeness, ...]:
    """Return what is held for the kinds and needs in one district, a line per source and state.

    Without kinds all kinds are meant that one of the needs is about. An area is held when all its
    municipalities are, missing when none is, else in part; places are held in part where any
    source names one.
    """
    holdings = snapshot.holdings
    if holdings is None:
        return ()
    key = (area, kinds, needs)
    if key not in holdings.answered:
        if len(holdings.answered) >= _MOST_ANSWERED:
            holdings.answered.clear()
        holdings.answered[key] = tuple(_area_lines(snapshot, holdings, area, kinds, needs))
    return holdings.answered[key]


def _area_lines(
    snapshot: Snapshot,
    holdings: Holdings,
    area: str,
    kinds: Sequence[str],
    needs: Sequence[str],
) -> Iterable[Completeness]:
    municipalities = _municipalities(snapshot, area)
    if not municipalities:
        return
    found: dict[tuple[str, tuple[str, ...], str], list[str]] = {}
    rows = snapshot.in_district(area)
    present = {KINDS[number] for number in np.unique(snapshot.columns.kinds[rows])}
    for kind in kinds or asked_kinds(snapshot, needs):
        for source, told, state in _kind_states(holdings, municipalities, kind, needs):
            some = not told and state == MISSING and kind in present
            found.setdefault((source, told, PARTIAL if some else state), []).append(kind)
    for (source, told, state), of_kinds in found.items():
        counts = _counts(snapshot, rows, of_kinds, told)
        yield Completeness(source, area, tuple(of_kinds), told, state, *counts)


def asked_kinds(snapshot: Snapshot, needs: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds that all of some needs are about; every kind without needs."""
    applies = snapshot.vocabulary.applies_to
    return tuple(kind for kind in KINDS if all(applies(need, kind) for need in needs))


def search_completeness(
    snapshot: Snapshot,
    home: str,
    rows: Rows,
    kinds: tuple[str, ...],
    needs: tuple[str, ...],
) -> tuple[Completeness, ...]:
    """Return what is held for the home's municipality and, where it differs, around it.

    ``rows`` are those in reach. Of another prefecture one line is given for all its municipalities
    in reach.
    """
    own = area_completeness(snapshot, home, kinds, needs)
    known = {state for line in own for state in _states_of(line)}
    around = [
        line
        for area in _areas_around(snapshot, home, rows)
        for line in area_completeness(snapshot, area, kinds, needs)
        if not _states_of(line) <= known
    ]
    return (*own, *around)


def _states_of(line: Completeness) -> set[tuple[str, tuple[str, ...], str]]:
    """Return kind, needs and state for each kind of a line, whichever source it is about."""
    return {(kind, line.needs, line.state) for kind in line.kinds}


def completeness_of(
    snapshot: Snapshot, query: Query, home: District | None, rows: Rows
) -> tuple[Completeness, ...]:
    """Return which sources that would answer a question are held where it is asked.

    ``rows`` are those that fulfil all conditions but the needs.
    """
    if query.origin is None:
        return tuple(
            line
            for code in query.districts
            for line in area_completeness(snapshot, code, query.kinds, query.needs)
        )
    code = home_code(query, home)
    if not code:
        return ()
    return search_completeness(snapshot, code, rows, query.kinds, query.needs)


def answered_elsewhere(
    snapshot: Snapshot, home: str, rows: Rows, needs: Sequence[str]
) -> Flags | None:
    """Say which rows are known from a source that the home's municipality lacks altogether.

    None when there is no such source, so that no row stands apart.
    """
    holdings = snapshot.holdings
    if holdings is None or not home or not needs:
        return None
    columns = snapshot.columns
    lacking = {
        int(number): [
            n
            for n, _ in holdings.knowing(KINDS[number], needs)
            if holdings.state(n, home) == MISSING
        ]
        for number in np.unique(columns.kinds[rows])
    }
    if not any(lacking.values()):
        return None
    codes = columns.municipality_codes
    apart = np.zeros((len(KINDS), codes.size), dtype=bool)
    for column in np.unique(columns.municipalities[rows]):
        code = str(codes[column])
        for number, unheld in lacking.items():
            apart[number, column] = bool(code) and any(
                holdings.state(n, code) != MISSING for n in unheld
            )
    return apart[columns.kinds[rows], columns.municipalities[rows]]


def dataset_completeness(snapshot: Snapshot, needs: tuple[str, ...]) -> tuple[Completeness, ...]:
    """Return what is held for every kind and some needs, in the areas with most facilities.

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
    return tuple(line for area in areas for line in area_completeness(snapshot, area, KINDS, needs))


def listing_state(snapshot: Snapshot, area: str, kind: str) -> str:
    """Return whether it is held which facilities of a kind an area has.

    ``missing`` means that a count of them is unknown, not 0.
    """
    lines = area_completeness(snapshot, area, (kind,), ())
    return lines[0].state if lines else HELD


def _municipalities(snapshot: Snapshot, area: str) -> tuple[str, ...]:
    members = snapshot.members_of(area)
    if members:
        return members
    columns = snapshot.columns
    own = np.unique(columns.municipalities[snapshot.in_district(area)])
    return tuple(str(code) for code in columns.municipality_codes[own] if code)


def _areas_around(snapshot: Snapshot, home: str, rows: Rows) -> list[str]:
    """Return the home's neighbours in reach: its prefecture's one by one, others as prefectures."""
    codes = snapshot.columns.municipality_codes
    around = codes[np.unique(snapshot.columns.municipalities[rows])]
    areas = (str(code) if code[:2] == home[:2] else str(code[:2]) for code in around if code)
    return [area for area in dict.fromkeys(areas) if area != home]


def _kind_states(
    holdings: Holdings, municipalities: Sequence[str], kind: str, needs: Sequence[str]
) -> Iterable[tuple[str, tuple[str, ...], str]]:
    """Yield source, needs told and state: the fullest listing of a kind, and what knows needs."""
    if all(holdings.is_fictional(code) for code in municipalities):
        yield "sample", tuple(needs), HELD
        return
    listing = [(n, _over(holdings, n, municipalities)) for n in holdings.listing(kind)]
    if listing:
        best = _best([state for _, state in listing])
        fullest = next(n for n, state in listing if state == best)
        yield holdings.source(fullest), (), best
    for number, told in holdings.knowing(kind, needs):
        yield holdings.source(number), told, _over(holdings, number, municipalities)


def _over(holdings: Holdings, number: int, municipalities: Sequence[str]) -> str:
    """Return the state of a row of the list over several municipalities."""
    states = {holdings.state(number, code) for code in municipalities}
    return states.pop() if len(states) == 1 else PARTIAL


def _best(states: Sequence[str]) -> str:
    return next((state for state in (HELD, PARTIAL) if state in states), MISSING)


def _counts(
    snapshot: Snapshot, rows: Rows, kinds: Sequence[str], needs: Sequence[str]
) -> tuple[int, int]:
    """Return how many of some rows are of the kinds, and how many of those are only possible."""
    of_kind = rows[np.isin(snapshot.columns.kinds[rows], [KINDS.index(kind) for kind in kinds])]
    return int(of_kind.size), int((bands(snapshot, of_kind, needs) == POSSIBLE).sum())
