"""Driving: how long it takes from facilities to the home, by roads held or by a routing engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.query import Query
from geoportal.index.columns import FacilityColumns
from geoportal.index.driving import COARSEST_M, DriveTimes, HomeDrives
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.roads.network import NO_WAY, ROAD, UNKNOWN

HELD = "held"
NOT_HELD = "not_held"
HOME_UNKNOWN = "home_unknown"
ENGINE_FAILED = "engine_failed"


class EngineError(Exception):
    """A routing engine did not answer, or not as it should; says nothing of the question."""


class Engine(Protocol):
    """A routing engine beside this program; see `geoportal.services.road_engine`."""

    def seconds(
        self, home: tuple[float, float], places: Sequence[tuple[float, float]]
    ) -> list[float]:
        """Return the seconds from each place to a home, NaN where there is no way.

        Raises
        ------
        EngineError
            When it does not answer.
        """
        ...


class EngineDrives:
    """Times of driving to one home as a routing engine says; it is in one request's memory only."""

    def __init__(self, engine: Engine, lon: float, lat: float, uncertainty_m: float) -> None:
        self._engine, self._home = engine, (lon, lat)
        self._known: dict[int, float] = {}
        self.is_on_road = uncertainty_m <= COARSEST_M
        self.failed = False

    def times(self, columns: FacilityColumns, rows: Rows) -> DriveTimes:
        """Return how long it takes from each row; no states when the engine does not answer."""
        lon = columns.lon[rows]
        placed = np.isfinite(lon) & (columns.uncertainty[rows] <= COARSEST_M) & self.is_on_road
        numbers = [row for row in rows[placed].tolist() if row not in self._known]
        if numbers and not self.failed:
            places = list(
                zip(columns.lon[numbers].tolist(), columns.lat[numbers].tolist(), strict=True)
            )
            try:
                seconds = self._engine.seconds(self._home, places)
            except EngineError:
                self.failed = True
            else:
                self._known |= dict(zip(numbers, seconds, strict=True))
        if self.failed:
            return DriveTimes(np.full(rows.size, np.nan), [""] * rows.size)
        seconds_of: NDArray[np.float64] = np.array(
            [self._known.get(row, np.nan) for row in rows.tolist()], dtype=np.float64
        )
        minutes = np.maximum(np.rint(seconds_of / 60), 1.0)
        states = [
            UNKNOWN if not known else NO_WAY if time != time else ROAD
            for known, time in zip(placed.tolist(), minutes.tolist(), strict=True)
        ]
        return DriveTimes(minutes, states)


Drives = HomeDrives | EngineDrives


def drives_home(snapshot: Snapshot, query: Query, engine: Engine | None = None) -> Drives | None:
    """Return the times to the home of a question; None without a home, or roads or an engine."""
    origin = query.origin
    if origin is None:
        return None
    if engine is not None:
        return EngineDrives(engine, origin.lon, origin.lat, origin.uncertainty_m)
    if snapshot.roads is None:
        return None
    return snapshot.roads.towards(origin.lon, origin.lat, origin.uncertainty_m)


def roads_state(query: Query, drives: Drives | None) -> str:
    """Say whether times could be computed; empty when nobody asks and none are held."""
    if drives is not None:
        if isinstance(drives, EngineDrives) and drives.failed:
            return ENGINE_FAILED
        return HELD if drives.is_on_road else HOME_UNKNOWN
    return NOT_HELD if query.by_road else ""
