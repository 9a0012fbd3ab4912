"""Waters (海峡, 湾, 離島の海) that a straight line to a facility may cross where no road goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Degrees = NDArray[np.float64]
_PAIRS_AT_ONCE = 256
_SLACK = 1e-9
"""Degrees by which the bounds of an edge are widened: far more than a rounding."""


@dataclass(frozen=True, slots=True)
class Water:
    """A strait, a bay, or the sea around an island that no bridge joins.

    Attributes
    ----------
    water : str
        Its code; its names are labels of the list ``water``.
    line : LineString
        Its middle, from shore to shore end, or a ring around the island; degrees, EPSG:4326.
    """

    water: str
    line: shapely.LineString


class WaterIndex:
    """Finds the first of some waters that lies between a point and each of many places."""

    def __init__(self, waters: Sequence[Water]) -> None:
        lines = [shapely.get_coordinates(water.line) for water in waters]
        self._codes = [water.water for water in waters]
        self._owners = np.repeat(np.arange(len(lines)), [len(line) - 1 for line in lines])
        self._starts = np.concatenate([np.empty((0, 2)), *(line[:-1] for line in lines)])
        self._ends = np.concatenate([np.empty((0, 2)), *(line[1:] for line in lines)])
        low = np.minimum(self._starts, self._ends) - _SLACK
        high = np.maximum(self._starts, self._ends) + _SLACK
        self._limits = np.hstack((low, -high))

    def before(self, lon: float, lat: float, lons: Degrees, lats: Degrees) -> list[str]:
        """Return for each place the code of the first water between it and a point, empty for none.

        A water is between them when the straight line crosses its middle an odd number of times:
        one that leaves a shore and comes back to it (門司 to 戸畑) crosses twice. All in degrees;
        a place that is not known is NaN.
        """
        return self._first(np.array((lon,)), np.array((lat,)), lons, lats)

    def between(
        self, lons: Degrees, lats: Degrees, to_lons: Degrees, to_lats: Degrees
    ) -> list[str]:
        """Return for each pair of a point and a place what `before` does, arrays of shape (n,)."""
        codes: list[str] = []
        for first in range(0, lons.size, _PAIRS_AT_ONCE):
            some = slice(first, first + _PAIRS_AT_ONCE)
            codes += self._first(lons[some], lats[some], to_lons[some], to_lats[some])
        return codes

    def _first(self, lon: Degrees, lat: Degrees, lons: Degrees, lats: Degrees) -> list[str]:
        """Return the first waters between points, as many as places or one, and places."""
        codes = [""] * lons.size
        near = self._near((*lon.tolist(), *lons.tolist()), (*lat.tolist(), *lats.tolist()))
        if not near.size:
            return codes
        rows, edges = self._crossings(near, lon, lat, lons, lats)
        if rows.size:
            number = rows * len(self._codes) + self._owners[edges]
            times = np.bincount(number, minlength=lons.size * len(self._codes))
            odd = (times % 2 == 1).reshape(lons.size, -1)
            for row in np.flatnonzero(odd.any(axis=1)).tolist():
                codes[row] = self._codes[int(odd[row].argmax())]
        return codes

    def _near(self, lons: Iterable[float], lats: Iterable[float]) -> NDArray[np.int64]:
        """Return the edges whose bounds touch those of some places."""
        x, y = [one for one in lons if one == one], [one for one in lats if one == one]
        touched = self._limits <= np.array((max(x), max(y), -min(x), -min(y)))
        return np.asarray(np.logical_and.reduce(touched, axis=1).nonzero()[0])

    def _crossings(
        self, near: NDArray[np.int64], lon: Degrees, lat: Degrees, lons: Degrees, lats: Degrees
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs of places and edges that cross, of some edges.

        A vertex on the line counts as lying on its right, so that a line through it crosses once.
        """
        starts, ends = self._starts[near], self._ends[near]
        home_x, home_y = lon[:, np.newaxis], lat[:, np.newaxis]
        x1, y1 = starts[:, 0] - home_x, starts[:, 1] - home_y
        x2, y2 = ends[:, 0] - home_x, ends[:, 1] - home_y
        to_x, to_y = lons - lon, lats - lat
        across, along = to_x[:, np.newaxis], to_y[:, np.newaxis]
        rows, found = ((across * y1 > along * x1) != (across * y2 > along * x2)).nonzero()
        if not rows.size:
            return rows, found
        edges = near[found]
        dx, dy = (self._ends[edges] - self._starts[edges]).T
        home = rows if lon.size == lons.size else np.zeros_like(rows)
        x1, y1 = x1[home, found], y1[home, found]
        at_home = dy * x1 > dx * y1
        at_place = dx * (to_y[rows] - y1) > dy * (to_x[rows] - x1)
        (between,) = (at_home != at_place).nonzero()
        return rows[between], edges[between]
