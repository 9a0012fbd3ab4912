"""Who is shown how often (公平性): totals per day without anything about who searched.

Two things: a ledger of what was shown, in memory only, and a simulation over a grid of homes and
days that shows what the order does to facilities that are level.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.filters import find
from geoportal.search.match import POSSIBLE
from geoportal.search.rank import order

FIRST_PAGE = 20
KEPT_DAYS = 31
LEAST_QUESTIONS = 200
"""Totals of a day with fewer questions are not given out: who was shown to a few people could
tell where one of them lives."""


@dataclass(slots=True)
class Shown:
    """How often a facility stood on a first page, and how often at its head."""

    first_page: int = 0
    first_place: int = 0


class ExposureLedger:
    """Totals per day and facility; neither the questions nor their order are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[date, dict[str, Shown]] = {}
        self._questions: dict[date, int] = {}

    def record(self, day: date, facility_ids: Sequence[str]) -> None:
        """Count one first page.

        Parameters
        ----------
        day : date
            Today in Japan.
        facility_ids : sequence of str
            In the order shown; only the first `FIRST_PAGE` count.
        """
        with self._lock:
            if day not in self._days:
                self._days[day] = {}
                for old in [d for d in self._days if d < day - timedelta(days=KEPT_DAYS)]:
                    del self._days[old], self._questions[old]
            self._questions[day] = self._questions.get(day, 0) + 1
            totals = self._days[day]
            for place, facility_id in enumerate(facility_ids[:FIRST_PAGE]):
                shown = totals.setdefault(facility_id, Shown())
                shown.first_page += 1
                shown.first_place += place == 0

    def report(self, today: date) -> dict[date, dict[str, Shown]]:
        """Return the totals of past days on which at least `LEAST_QUESTIONS` were asked."""
        with self._lock:
            return {
                day: {key: replace(shown) for key, shown in totals.items()}
                for day, totals in self._days.items()
                if day < today and self._questions[day] >= LEAST_QUESTIONS
            }


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a grid of homes over some days would be shown.

    Attributes
    ----------
    questions : int
        Homes times days.
    first_page, first_place : ndarray of int, shape (n,)
        Per row of the snapshot.
    level_groups : int
        Groups of facilities level with each other (same home, band and distance).
    least_first, most_first : float
        How often a facility came first in its groups over how often an equal share would be:
        the lowest and the highest of any facility; 1 is exactly fair.
    """

    questions: int
    first_page: Rows
    first_place: Rows
    level_groups: int
    least_first: float
    most_first: float


def simulate(
    snapshot: Snapshot,
    query: Query,
    homes: Iterable[tuple[float, float]],
    days: int,
    calendar: OpeningCalendar,
) -> Simulation:
    """Ask the same question from every home on every day, and count who is shown.

    Parameters
    ----------
    snapshot : Snapshot
        The data; the draw is taken anew for each day.
    query : Query
        Kinds, needs and radius.
    homes : iterable of (lon, lat)
        Degrees.
    days : int
        From the snapshot's day on.
    """
    page = np.zeros(len(snapshot), dtype=np.int64)
    head = np.zeros(len(snapshot), dtype=np.int64)
    level, ahead = np.zeros(len(snapshot)), np.zeros(len(snapshot))
    questions, groups = 0, 0
    for lon, lat in homes:
        found = find(snapshot, replace(query, origin=Origin(lon, lat)), calendar)
        keep = found.bands <= POSSIBLE
        rows, bands = found.rows[keep], found.bands[keep]
        metres = np.empty(0) if found.distances is None else found.distances[keep]
        standing = bands * 1e9 + np.rint(metres)
        for number in range(days):
            day = snapshot.today + timedelta(days=number)
            shown = order(snapshot, rows, bands, metres, None, FIRST_PAGE, day)[:FIRST_PAGE]
            questions += 1
            page[rows[shown]] += 1
            head[rows[shown[:1]]] += 1
            _, place, members = np.unique(standing[shown], return_index=True, return_counts=True)
            for start, size in zip(place[members > 1], members[members > 1], strict=True):
                tied = rows[shown[start : start + size]]
                whole = int((standing == standing[shown[start]]).sum())
                if whole == size:
                    groups += 1
                    level[tied] += 1 / size
                    ahead[tied[0]] += 1
    shares = ahead[level > 0] / level[level > 0]
    return Simulation(
        questions=questions,
        first_page=page,
        first_place=head,
        level_groups=groups,
        least_first=float(shares.min(initial=1.0)),
        most_first=float(shares.max(initial=1.0)),
    )
