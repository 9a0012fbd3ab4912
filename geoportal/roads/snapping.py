"""The road nearest to a point, found in a grid of the segments of all edges.

A cell is higher and wider than `REACH_M`, so that the nine cells around a point hold every segment
within that distance. Distances are taken in the plane that touches GRS80 at the point: within
`REACH_M` they are exact to a millimetre.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.roads.topology import PER_DEGREE, RoadArrays

REACH_M = 500.0
"""Farther from every road than this, a point is on no road we know."""
_CELL_LAT = 0.005
_CELL_LON = 0.0075
"""Degrees: 554 m and, at 46° north, 580 m."""
_ROW = 1 << 20
_A2, _E2 = 6_378_137.0, 0.00669438002290
"""Equatorial radius in metres and squared eccentricity of GRS80."""


class Snaps(NamedTuple):
    """Places on roads, arrays of one shape.

    Attributes
    ----------
    edge : ndarray of int32
        -1: no road within `REACH_M`.
    share : ndarray of float64
        How far along the edge, 0 to 1.
    off_m : ndarray of float64
        Metres from the point to the road.
    """

    edge: NDArray[np.int32]
    share: NDArray[np.float64]
    off_m: NDArray[np.float64]

    def take(self, positions: NDArray[Any]) -> Snaps:
        """Return some of them."""
        return Snaps(self.edge[positions], self.share[positions], self.off_m[positions])


def grid_arrays(edges: RoadArrays, passable: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Return the segments of the edges that can be driven on, and the grid they lie in.

    ``segment.edge``, ``segment.lon1`` …: of each segment; ``segment.from``, ``segment.to``: the
    shares of the edge where it starts and ends; ``grid.cells``: numbers of the cells with any, in
    order; ``grid.ends``, ``grid.segments``: which.
    """
    lon, lat = edges["vertex_lon"] / PER_DEGREE, edges["vertex_lat"] / PER_DEGREE
    ends = edges["vertex_end"].astype(np.int64)
    owner = np.repeat(np.arange(ends.size), np.diff(ends, prepend=0))
    first = np.flatnonzero((owner[:-1] == owner[1:]) & passable[owner[:-1]])
    segment: dict[str, NDArray[Any]] = {
        "edge": owner[first].astype(np.int32),
        "lon1": lon[first],
        "lat1": lat[first],
        "lon2": lon[first + 1],
        "lat2": lat[first + 1],
    }
    metres = _lengths(segment)
    whole = np.bincount(segment["edge"], metres, minlength=ends.size)[segment["edge"]]
    before = np.cumsum(metres) - metres
    starts = np.flatnonzero(np.diff(segment["edge"], prepend=-1))
    before -= np.repeat(before[starts], np.diff(np.append(starts, first.size)))
    segment["from"] = before / whole
    segment["to"] = (before + metres) / whole
    cells, numbers = _cells(segment)
    order = np.lexsort((numbers, cells))
    known, counts = np.unique(cells, return_counts=True)
    return {
        **{f"segment.{name}": column for name, column in segment.items()},
        "grid.cells": known,
        "grid.ends": np.concatenate(([0], np.cumsum(counts))),
        "grid.segments": numbers[order].astype(np.int32),
    }


def _lengths(segment: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return lengths in metres, in the plane; only their proportions along an edge are used."""
    east, north = metres_per_degree((segment["lat1"] + segment["lat2"]) / 2)
    length = np.hypot(
        (segment["lon2"] - segment["lon1"]) * east, (segment["lat2"] - segment["lat1"]) * north
    )
    return np.asarray(np.maximum(length, 1e-6))


def metres_per_degree(lat: NDArray[np.float64] | float) -> tuple[Any, Any]:
    """Return the metres of a degree of longitude and of latitude on GRS80."""
    sine = np.sin(np.radians(lat))
    w = np.sqrt(1 - _E2 * sine**2)
    return (
        np.radians(_A2 * np.cos(np.radians(lat)) / w),
        np.radians(_A2 * (1 - _E2) / w**3),
    )


def _cells(
    segment: Mapping[str, NDArray[Any]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return cells and the segments whose box touches them, pair by pair."""
    box = {
        name: np.sort(np.floor(np.stack((segment[f"{name}1"], segment[f"{name}2"])) / step), axis=0)
        for name, step in (("lon", _CELL_LON), ("lat", _CELL_LAT))
    }
    west, east = box["lon"].astype(np.int64)
    south, north = box["lat"].astype(np.int64)
    wide, high = east - west + 1, north - south + 1
    numbers = np.repeat(np.arange(west.size), wide * high)
    each = np.arange(numbers.size) - np.repeat(np.cumsum(wide * high) - wide * high, wide * high)
    row = south[numbers] + each // wide[numbers]
    column = west[numbers] + each % wide[numbers]
    return row * _ROW + column, numbers


class SegmentGrid:
    """Finds the nearest segment; made of the arrays of `grid_arrays`."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._cells = arrays["grid.cells"]
        self._ends = arrays["grid.ends"]
        self._numbers = arrays["grid.segments"]
        names = ("edge", "lon1", "lat1", "lon2", "lat2", "from", "to")
        self._segment = {name: arrays[f"segment.{name}"] for name in names}

    def snap(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Snaps:
        """Return the places on roads nearest to points in degrees; NaN: to no road."""
        edge = np.full(lon.size, -1, dtype=np.int32)
        share, off_m = np.zeros(lon.size), np.full(lon.size, np.inf)
        for i in np.flatnonzero(np.isfinite(lon) & np.isfinite(lat)).tolist():
            found = self._nearest(float(lon[i]), float(lat[i]))
            if found is not None:
                edge[i], share[i], off_m[i] = found
        return Snaps(edge, share, off_m)

    def _nearest(self, lon: float, lat: float) -> tuple[int, float, float] | None:
        numbers = self._around(lon, lat)
        if not numbers.size:
            return None
        segment = {name: column[numbers] for name, column in self._segment.items()}
        east, north = metres_per_degree(lat)
        x1, y1 = (segment["lon1"] - lon) * east, (segment["lat1"] - lat) * north
        dx = (segment["lon2"] - segment["lon1"]) * east
        dy = (segment["lat2"] - segment["lat1"]) * north
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        along = np.clip(-(x1 * dx + y1 * dy) / square, 0.0, 1.0)
        metres = np.hypot(x1 + along * dx, y1 + along * dy)
        best = int(metres.argmin())
        if metres[best] > REACH_M:
            return None
        start, end = segment["from"][best], segment["to"][best]
        share = float(start + along[best] * (end - start))
        return int(segment["edge"][best]), min(share, 1.0), float(metres[best])

    def _around(self, lon: float, lat: float) -> NDArray[np.int32]:
        """Return the segments in the nine cells around a point, each at least once."""
        column, row = math.floor(lon / _CELL_LON), math.floor(lat / _CELL_LAT)
        parts = []
        for line in (row - 1, row, row + 1):
            first, last = np.searchsorted(
                self._cells, [line * _ROW + column - 1, line * _ROW + column + 2]
            ).tolist()
            parts.append(self._numbers[self._ends[first] : self._ends[last]])
        return np.concatenate(parts)
