"""The uncertainty of a unit (丁目, 町, 大字, 街区) that is published as one point (代表点).

The open 町丁目 data hold one point per unit and no outline. The extent of a unit is estimated from
the distance to its neighbours: where units are small, the next points are near. A unit's
uncertainty is a factor times the mean distance to its six nearest units; how the factors were
found is in ``geoportal/decisions/012-uncertainty-of-towns.md``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geoportal.geo.equirectangular import METRES_PER_DEGREE, Floats

NEIGHBOURS = 6
CHOME_FACTOR, TOWN_FACTOR, OAZA_FACTOR = 1.0, 1.15, 1.75
SMALLEST_UNIT_M = 200.0
LARGEST_UNIT_M = 20_000.0

_SAMPLE_CELL_DEGREES = 0.01
_POINTS_PER_CELL = 24.0
_SMALLEST_CELL_DEGREES, _LARGEST_CELL_DEGREES = 0.0002, 3.0
_MAX_PAIRS = 2_000_000
_CELLS_PER_ROW = 10_000_000
"""More cells than a row of latitude has, so that row and column make one number."""


def neighbour_distances_m(lon: Floats, lat: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """Return for every point the mean distance in metres to its nearest others.

    Longitudes and latitudes are finite degrees of shape (n,), as is the result, which is ``inf``
    where there are not enough others within about 300 km. The mean is over ``neighbours`` others.
    """
    result = np.full(len(lon), np.inf)
    pending = np.arange(len(lon))
    cell = _first_cell(lon, lat)
    while len(pending) and len(lon) > neighbours and cell < _LARGEST_CELL_DEGREES:
        _search_cells(lon, lat, pending, cell, neighbours, result)
        pending = pending[~np.isfinite(result[pending])]
        cell *= 2
    return result


def _cell_codes(lon: Floats, lat: Floats, cell: float) -> npt.NDArray[np.int64]:
    """Return for each point the number of its cell in a grid of ``cell`` degrees."""
    rows, columns = np.floor(lat / cell), np.floor(lon / cell)
    return rows.astype(np.int64) * _CELLS_PER_ROW + columns.astype(np.int64)


def _first_cell(lon: Floats, lat: Floats) -> float:
    """Return a cell size in degrees at which the cell of the median point has some 24 points."""
    if len(lon) < 2:
        return _LARGEST_CELL_DEGREES
    counts = np.unique(_cell_codes(lon, lat, _SAMPLE_CELL_DEGREES), return_counts=True)[1]
    crowd = float(np.median(np.repeat(counts, counts)))
    cell = _SAMPLE_CELL_DEGREES * min(1.0, math.sqrt(_POINTS_PER_CELL / crowd))
    return max(_SMALLEST_CELL_DEGREES, cell)


def _search_cells(
    lon: Floats,
    lat: Floats,
    pending: npt.NDArray[np.intp],
    cell: float,
    neighbours: int,
    result: Floats,
) -> None:
    """Fill ``result`` where the nearest are surely inside the 3 x 3 cells around a point."""
    codes = _cell_codes(lon, lat, cell)
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    pending = pending[np.argsort(codes[pending], kind="stable")]
    occupied, first = np.unique(codes[pending], return_index=True)
    for code, inside in zip(occupied, np.split(pending, first[1:]), strict=True):
        around = []
        for row in (-_CELLS_PER_ROW, 0, _CELLS_PER_ROW):
            first_near = np.searchsorted(ordered, code + row - 1)
            last_near = np.searchsorted(ordered, code + row + 1, side="right")
            around.append(order[first_near:last_near])
        near = np.concatenate(around)
        if len(near) <= neighbours:
            continue
        stretch = math.cos(math.radians(float(lat[inside[0]])))
        step = max(1, _MAX_PAIRS // len(near))
        for start in range(0, len(inside), step):
            some = inside[start : start + step]
            away = np.hypot(
                (lon[some, None] - lon[None, near]) * stretch, lat[some, None] - lat[None, near]
            )
            nearest = np.partition(away, neighbours, axis=1)[:, : neighbours + 1]
            nearest.sort(axis=1)
            sure = nearest[:, neighbours] <= cell * stretch
            result[some[sure]] = nearest[sure, 1:].mean(axis=1) * METRES_PER_DEGREE


def unit_uncertainty_m(
    lon: Floats, lat: Floats, factor: Floats, *, smallest_m: float = SMALLEST_UNIT_M
) -> Floats:
    """Return the uncertainty in metres of units given by one point each.

    All arrays have the shape (n,): degrees, not finite where unknown, and the factors the mean
    distances to the neighbours are multiplied with. The result lies between ``smallest_m`` and
    ``LARGEST_UNIT_M``; it is the largest where there is nothing to compare with.
    """
    result = np.full(len(lon), LARGEST_UNIT_M)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known):
        size_m = neighbour_distances_m(lon[known], lat[known]) * factor[known]
        result[known] = np.clip(size_m, smallest_m, LARGEST_UNIT_M)
    return result
