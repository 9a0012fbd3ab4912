"""Waters (海峡, 湾, 離島の海) that a straight line to a facility may cross where no road goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

Degrees = NDArray[np.float64]


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
        vertices = np.concatenate([np.empty((0, 2)), *lines])
        self._x, self._y = np.ascontiguousarray(vertices.T)
        self._owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
        self._edge_x, self._edge_y = np.diff(self._x), np.diff(self._y)
        bounds = [(*line.min(axis=0), *line.max(axis=0)) for line in lines]
        self._bounds = np.array(bounds, dtype=np.float64).reshape(-1, 4).T
        self._joins = np.flatnonzero(np.diff(self._owners))  # no edge, but the next water's start

    def before(self, lon: float, lat: float, lons: Degrees, lats: Degrees) -> list[str]:
        """Return for each place the code of the first water between it and a point, empty for none.

        A water is between them when the straight line crosses its middle an odd number of times:
        one that leaves a shore and comes back to it (門司 to 戸畑) crosses twice. All in degrees;
        a place that is not known is NaN.
        """
        codes = [""] * lons.size
        if not self._are_near(lon, lat, lons, lats):
            return codes
        rows, edges = self._crossings(lon, lat, lons, lats)
        if rows.size:
            number = rows * len(self._codes) + self._owners[edges]
            times = np.bincount(number, minlength=lons.size * len(self._codes))
            odd = (times % 2 == 1).reshape(lons.size, -1)
            for row in np.flatnonzero(odd.any(axis=1)).tolist():
                codes[row] = self._codes[int(odd[row].argmax())]
        return codes

    def _are_near(self, lon: float, lat: float, lons: Degrees, lats: Degrees) -> bool:
        """Say whether any water's bounds touch those of a point and some places."""
        west, south, east, north = self._bounds
        touched = west <= np.fmax.reduce(lons, initial=lon)
        touched &= east >= np.fmin.reduce(lons, initial=lon)
        touched &= south <= np.fmax.reduce(lats, initial=lat)
        touched &= north >= np.fmin.reduce(lats, initial=lat)
        return bool(touched.any())

    def _crossings(
        self, lon: float, lat: float, lons: Degrees, lats: Degrees
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the pairs of places and edges that cross; an edge has the number of its start.

        A vertex on the line counts as lying on its right, so that a line through it crosses once.
        """
        x, y = self._x - lon, self._y - lat
        to_x, to_y = lons - lon, lats - lat
        left = to_x[:, np.newaxis] * y > to_y[:, np.newaxis] * x
        turns = left[:, :-1] != left[:, 1:]
        turns[:, self._joins] = False
        rows, edges = turns.nonzero()
        if not rows.size:
            return rows, edges
        x1, y1, dx, dy = x[edges], y[edges], self._edge_x[edges], self._edge_y[edges]
        home = dy * x1 > dx * y1
        place = dx * (to_y[rows] - y1) > dy * (to_x[rows] - x1)
        between = np.flatnonzero(home != place)
        return rows[between], edges[between]
