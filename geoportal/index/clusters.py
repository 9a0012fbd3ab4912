"""Markers of a map counted together by a grid of the zoom, for more points than a browser is sent.

The grid is that of ``points.js``, which counts fewer points in the browser: squares of `CELL_PX`
pixels of the Web Mercator plane at a whole zoom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELL_PX = 72
SINGLE_FROM_ZOOM = 17
"""From this zoom on nothing is counted together."""
MOST_CELLS = 4_096
"""Cells of one question: a window of 4,600 × 4,600 pixels."""
MIXED = -1
"""Kind of a cluster of several points."""
_TILE_PX = 256
_MOST_LATITUDE = 85.05

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters of m points or groups of points; groups by row of the grid, then from west to east.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (m,)
        Mean position, degrees.
    count : ndarray of int64, shape (m,)
    kind : ndarray of int64, shape (m,)
        Of a single point its kind, else `MIXED`.
    west, south, east, north : ndarray of float64, shape (m,)
        Extent, degrees.
    """

    lon: Numbers
    lat: Numbers
    count: NDArray[np.int64]
    kind: NDArray[np.int64]
    west: Numbers
    south: Numbers
    east: Numbers
    north: Numbers


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a zoom that cover a box: columns ``left`` to ``right``, rows ``top`` to ``bottom``.

    Bounds are inclusive; columns count from 180° W eastward, rows from the north southward.
    """

    scale: float
    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def over(cls, box: tuple[float, float, float, float], zoom: int) -> Grid:
        """Return the cells that touch a box (west, south, east, north in degrees)."""
        west, south, east, north = box
        scale = _TILE_PX * 2**zoom / CELL_PX
        columns = np.floor(eastward(np.array([west, east])) * scale).astype(int)
        rows = np.floor(southward(np.array([north, south])) * scale).astype(int)
        return cls(scale, int(columns[0]), int(rows[0]), int(columns[1]), int(rows[1]))

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)


def cluster(
    lon: Numbers,
    lat: Numbers,
    kind: NDArray[Any],
    *,
    zoom: int,
    grid: Grid,
    kinds: tuple[int, ...] = (),
) -> Clusters:
    """Count the points in the cells of a grid.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, finite.
    kind : ndarray of int, shape (n,)
        0 or more; any number that is to be known of a point which stands by itself.
    zoom : int
        Of the grid; from `SINGLE_FROM_ZOOM` on every point stands by itself.
    grid : Grid
        Points in other cells are left out.
    kinds : tuple of int
        Points of other kinds are left out; empty = none is.
    """
    column = np.floor(eastward(lon) * grid.scale).astype(np.int64) - grid.left
    chosen = np.flatnonzero((column >= 0) & (column <= grid.right - grid.left))
    if kinds:
        chosen = chosen[np.isin(kind[chosen], kinds)]
    row = np.floor(southward(lat[chosen]) * grid.scale).astype(np.int64) - grid.top
    inside = (row >= 0) & (row <= grid.bottom - grid.top)
    chosen, row = chosen[inside], row[inside]
    lon, lat, kind = lon[chosen], lat[chosen], kind[chosen]
    if zoom >= SINGLE_FROM_ZOOM:
        return Clusters(lon, lat, np.ones_like(chosen), kind, lon, lat, lon, lat)
    return _counted(lon, lat, kind, row * (grid.right - grid.left + 1) + column[chosen], grid.cells)


def _counted(
    lon: Numbers, lat: Numbers, kind: NDArray[Any], cell: NDArray[np.int64], cells: int
) -> Clusters:
    """Count points by the number of their cell."""
    counts = np.bincount(cell, minlength=cells)
    used = np.flatnonzero(counts)
    count = counts[used]
    kinds = np.empty(cells, dtype=np.int64)
    kinds[cell] = kind

    def extreme(ufunc: np.ufunc, values: Numbers, start: float) -> Numbers:
        found = np.full(cells, start)
        ufunc.at(found, cell, values)
        return found[used]

    return Clusters(
        lon=np.bincount(cell, lon, minlength=cells)[used] / count,
        lat=np.bincount(cell, lat, minlength=cells)[used] / count,
        count=count,
        kind=np.where(count == 1, kinds[used], MIXED),
        west=extreme(np.minimum, lon, np.inf),
        south=extreme(np.minimum, lat, np.inf),
        east=extreme(np.maximum, lon, -np.inf),
        north=extreme(np.maximum, lat, -np.inf),
    )


def eastward(lon: Numbers) -> Numbers:
    """Return the share of the way from 180° W to 180° E."""
    return lon / 360 + 0.5


def southward(lat: Numbers) -> Numbers:
    """Return the share of the way from the north edge of Web Mercator to the south edge."""
    within = np.radians(np.clip(lat, -_MOST_LATITUDE, _MOST_LATITUDE))
    return np.asarray(0.5 - np.arcsinh(np.tan(within)) / (2 * np.pi))
