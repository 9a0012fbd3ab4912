"""Results: what an answer says of each facility it lists."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count, repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.district import District
from geoportal.domain.facility import KINDS, VISITING_RULE_KINDS, Facility
from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import BANDS, Query
from geoportal.index.claims import SelectedClaim
from geoportal.index.opening import STATUSES
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.driving import Drives
from geoportal.search.match import Bands, Flags
from geoportal.search.rank import Reason, reasons
from geoportal.search.visit_range import visit_range
from geoportal.search.visiting import visits_home

_VISITING_RULE = frozenset(KINDS.index(kind) for kind in VISITING_RULE_KINDS)


class Result(NamedTuple):
    """One facility in an answer.

    Attributes
    ----------
    snapshot : Snapshot
        Where it is from.
    row : int
        Its row there.
    asked : tuple of str
        The needs asked.
    distance_m : int or None
        Metres from the origin, rounded; None without an origin or a position.
    visit_range : str
        ``inside``, ``borderline``, ``outside``; empty where the 16 km rule does not apply.
    match : str
        One of `BANDS`.
    open_at : str
        ``open``, ``closed``, ``unknown``; empty when not asked.
    visits_home : str
        What it says of its visiting area: ``yes``, ``no``, ``unknown``; empty without a home.
    place : int
        Its place in the whole answer, from 1; 0 for none.
    why : tuple of Reason
        The keys of the order and its values; empty unless asked for.
    elsewhere : bool
        True when it is known from a source that the home's municipality lacks: it stands apart,
        after all others.
    water : str
        Code of the strait, bay or sea around an island that the line from the home crosses, empty
        for none.
    minutes : int or None
        Whole minutes by road from the facility to the home; None where there is no time.
    drive : str
        Of `geoportal.roads.network.STATES`; empty without a home or a road map.
    """

    snapshot: Snapshot
    row: int
    asked: tuple[str, ...]
    distance_m: int | None
    visit_range: str
    match: str
    open_at: str
    visits_home: str
    place: int = 0
    why: tuple[Reason, ...] = ()
    elsewhere: bool = False
    water: str = ""
    minutes: int | None = None
    drive: str = ""

    @property
    def facility(self) -> Facility:
        """What is known of it, decoded when asked for: an answer can be written without."""
        return self.snapshot.facilities[self.row]

    @property
    def municipality_code(self) -> str:
        """Where it belongs, empty when unknown."""
        return self.snapshot.municipality_of(self.row)

    @property
    def needs(self) -> dict[str, SelectedClaim | None]:
        """For every need asked the claim that answers, None when nothing is known."""
        shown = self.snapshot.selected_claims[self.row]
        return {code: shown.get(code) for code in self.asked}


_result: Callable[[tuple[Any, ...]], Result] = partial(tuple.__new__, Result)
"""What `Result._make` does, which takes longer."""


def results_of(
    snapshot: Snapshot,
    query: Query,
    calendar: OpeningCalendar,
    home: District | None,
    rows: Rows,
    bands: Bands,
    distances: NDArray[np.float64] | None,
    *,
    fits: NDArray[np.int8] | None = None,
    apart: Flags | None = None,
    drives: Drives | None = None,
    first_place: int | None = None,
) -> tuple[Result, ...]:
    """Return what is said of some rows, arrays of one shape, for a question.

    ``home`` is what `geoportal.search.visiting.home_of` returns; ``distances`` are metres from the
    origin; ``fits`` say how well the words asked for fit, see `TextIndex.rank`; ``apart`` which
    stand after all others; ``drives`` how long it takes to the home; ``first_place`` is the place
    of the first, None: they have none.
    """
    size = rows.size
    if not size:
        return ()
    marks = bands.tolist()
    metres = [None] * size if distances is None else distances.tolist()
    away = [False] * size if apart is None else apart.tolist()
    minutes, roads = _drives(snapshot, drives, rows)
    whys: Iterable[tuple[Reason, ...]] = repeat(())
    if query.explain:
        by_road = query.by_road and drives is not None
        whys = (
            reasons(
                snapshot,
                row,
                band=band,
                needs=query.needs,
                distance=distance,
                text_rank=text,
                minutes=(math.nan if minute is None else minute) if by_road else None,
                elsewhere=elsewhere,
            )
            for row, band, distance, text, minute, elsewhere in zip(
                rows.tolist(),
                marks,
                metres,
                [None] * size if fits is None else fits.tolist(),
                minutes,
                away,
                strict=True,
            )
        )
    columns = (
        repeat(snapshot),
        rows.tolist(),
        repeat(query.needs),
        [None if distance is None else round(distance) for distance in metres],
        _visit_ranges(snapshot, query, rows, metres),
        [BANDS[band] for band in marks],
        _opening(snapshot, query, calendar, rows),
        visits_home(snapshot, query, home, rows),
        repeat(0) if first_place is None else count(first_place),
        whys,
        away,
        _waters(snapshot, query, rows),
        minutes,
        roads,
    )
    return tuple(map(_result, zip(*columns, strict=False)))


def _visit_ranges(
    snapshot: Snapshot, query: Query, rows: Rows, metres: list[float] | list[None]
) -> list[str]:
    """Return for each row how it stands to the 16 km rule, empty where that does not apply."""
    if query.origin is None:
        return [""] * rows.size
    own = query.origin.uncertainty_m
    ruled = [kind in _VISITING_RULE for kind in snapshot.columns.kinds.take(rows).tolist()]
    theirs = snapshot.columns.uncertainty.take(rows).tolist()
    farthest = max([one for one in metres if one is not None], default=0.0)
    if visit_range(farthest + 1.0, own, max(theirs)) == "inside":  # so are all that are nearer
        return ["inside" if under else "" for under in ruled]
    return [
        visit_range(distance, own, uncertainty) if under and distance is not None else ""
        for distance, under, uncertainty in zip(metres, ruled, theirs, strict=True)
    ]


def _waters(snapshot: Snapshot, query: Query, rows: Rows) -> list[str]:
    """Return for each row the water between it and the home, empty for none."""
    if query.origin is None:
        return [""] * rows.size
    return snapshot.waters_before(query.origin.lon, query.origin.lat, rows)


def _drives(
    snapshot: Snapshot, drives: Drives | None, rows: Rows
) -> tuple[list[int | None], list[str]]:
    """Return for each row the minutes to the home, None without a time, and what is known of it."""
    if drives is None:
        return [None] * rows.size, [""] * rows.size
    times = drives.times(snapshot.columns, rows)
    minutes = [None if one != one else int(one) for one in times.minutes.tolist()]
    return minutes, times.states


def _opening(snapshot: Snapshot, query: Query, calendar: OpeningCalendar, rows: Rows) -> list[str]:
    """Return ``open``, ``closed`` or ``unknown`` for each row; empty when no time is asked for."""
    if query.open_at is None:
        return [""] * rows.size
    statuses = snapshot.opening(rows, query.open_at, calendar, query.open_use)
    return [STATUSES[status] for status in statuses]
