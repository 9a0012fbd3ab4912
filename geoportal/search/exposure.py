"""Exposure (公平性): how often each facility is on a first page; nothing about who searched.

The ledger counts real answers, in memory only; the simulation asks the same question from a grid
of homes over many days, to measure what the order does to facilities with equal keys.
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
from geoportal.search.rank import leading_key, order

FIRST_PAGE = 20
RETENTION_DAYS = 31
LEAST_QUESTIONS = 200
"""Totals of a day with fewer questions are not given out: who was shown to a few people could
tell where one of them lives."""


@dataclass(slots=True)
class ExposureCount:
    """How often a facility was on a first page, and how often first on it."""

    first_page: int = 0
    first_place: int = 0


class ExposureLedger:
    """Totals per day and facility; neither the questions nor their order are kept. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[date, dict[str, ExposureCount]] = {}
        self._questions: dict[date, int] = {}

    def record(self, day: date, facility_ids: Sequence[str]) -> None:
        """Count one first page, ids in the order shown; only the first `FIRST_PAGE` count."""
        with self._lock:
            if day not in self._days:
                self._days[day] = {}
                for old in [d for d in self._days if d < day - timedelta(days=RETENTION_DAYS)]:
                    del self._days[old], self._questions[old]
            self._questions[day] = self._questions.get(day, 0) + 1
            totals = self._days[day]
            for place, facility_id in enumerate(facility_ids[:FIRST_PAGE]):
                count = totals.get(facility_id)
                if count is None:
                    count = totals[facility_id] = ExposureCount()
                count.first_page += 1
                count.first_place += place == 0

    def report(self, today: date) -> dict[date, dict[str, ExposureCount]]:
        """Return the totals of past days on which at least `LEAST_QUESTIONS` were asked."""
        with self._lock:
            return {
                day: {key: replace(count) for key, count in totals.items()}
                for day, totals in self._days.items()
                if day < today and self._questions[day] >= LEAST_QUESTIONS
            }


@dataclass(frozen=True, slots=True)
class Simulation:
    """Exposure over a grid of homes and some days.

    Attributes
    ----------
    questions : int
        Homes times days.
    first_page, first_place : ndarray of int, shape (n,)
        Per row of the snapshot.
    level_groups : int
        Groups of facilities with equal keys (same home, band and distance).
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

    Homes are lon and lat in degrees; days start with the snapshot's, each with a draw of its own.
    """
    first_page = np.zeros(len(snapshot), dtype=np.int64)
    first_place = np.zeros(len(snapshot), dtype=np.int64)
    expected, came_first = np.zeros(len(snapshot)), np.zeros(len(snapshot))
    questions, groups = 0, 0
    for lon, lat in homes:
        candidates = find(snapshot, replace(query, origin=Origin(lon, lat)), calendar)
        candidates = candidates.take(candidates.bands <= POSSIBLE)
        rows, grades = candidates.rows, candidates.grades
        metres = np.empty(0) if candidates.distances is None else candidates.distances
        keys = leading_key(grades, metres)
        for number in range(days):
            day = snapshot.today + timedelta(days=number)
            positions = order(snapshot, rows, grades, metres, first=FIRST_PAGE, day=day)
            shown = positions[:FIRST_PAGE]
            questions += 1
            first_page[rows[shown]] += 1
            first_place[rows[shown[:1]]] += 1
            _, starts, members = np.unique(keys[shown], return_index=True, return_counts=True)
            for start, size in zip(starts[members > 1], members[members > 1], strict=True):
                tied = rows[shown[start : start + size]]
                whole = int((keys == keys[shown[start]]).sum())
                if whole == size:
                    groups += 1
                    expected[tied] += 1 / size
                    came_first[tied[0]] += 1
    shares = came_first[expected > 0] / expected[expected > 0]
    return Simulation(
        questions=questions,
        first_page=first_page,
        first_place=first_place,
        level_groups=groups,
        least_first=float(shares.min(initial=1.0)),
        most_first=float(shares.max(initial=1.0)),
    )
