"""How far a place's true positions lie from its published point (代表点).

The open 町丁目 data hold one point per unit and no outline. The size of a unit is read from the
distance to its neighbours: where units are small, the next points are near.

Calibration
-----------
A unit's uncertainty is a factor times the mean distance to its six nearest units. The factors are
the smallest for which the official coordinates of 介護サービス情報公表システム in Fukuoka (2,477
addresses with a 丁目, 887 with a town, 410 with a 大字) lie inside in at least 96 % of the cases,
wrong official coordinates included: 丁目 0.95, town 1.10, 大字 1.50; a little is added for other
prefectures and for the long valleys of 大字 at the edge of a city. The mean over six neighbours
beat one to four and the area of the Voronoi cell. Moving the point towards the cell's centre made
it worse. ``tests/accuracy/measure.py`` prints the shares.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

METRES_PER_DEGREE = 111_195.0
"""Metres of one degree of latitude on a sphere of 6,371,009 m; 0.5 % is enough for a spread."""
NEIGHBOURS = 6
CHOME_FACTOR, TOWN_FACTOR, OAZA_FACTOR = 1.0, 1.15, 1.75
SMALLEST_UNIT_M = 200.0
LARGEST_UNIT_M = 20_000.0
_SMALLEST_CELL_DEGREES = 0.0002
_CROWD = 24.0
_MOST_PAIRS = 2_000_000
_ROW = 10_000_000  # cells in a row of latitude, more than there are
_LARGEST_CELL_DEGREES = 3.0


def distances_m(lon: Floats, lat: Floats, centre_lon: float, centre_lat: float) -> Floats:
    """Return distances in metres from points (degrees) to a centre, to 1 % below 100 km."""
    east = (lon - centre_lon) * math.cos(math.radians(centre_lat))
    return np.asarray(np.hypot(east, lat - centre_lat) * METRES_PER_DEGREE)


def distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the distance in metres between two points (degrees), to 1 % below 100 km."""
    east = (other_lon - lon) * math.cos(math.radians(lat))
    return math.hypot(east, other_lat - lat) * METRES_PER_DEGREE


def medoid(lon: Floats, lat: Floats) -> int:
    """Return the index of the point with the least sum of distances to the others.

    Of more than 400 points, every n-th is compared against, which moves the answer by less than
    the spread of the points.
    """
    stretch = math.cos(math.radians(float(lat[0])))
    step = max(1, len(lon) // 400)
    east = (lon[:, None] - lon[None, ::step]) * stretch
    north = lat[:, None] - lat[None, ::step]
    return int(np.hypot(east, north).sum(axis=1).argmin())


def neighbour_distances_m(lon: Floats, lat: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """Return for every point the mean distance in metres to its nearest others.

    Parameters
    ----------
    lon, lat : array of shape (n,)
        Degrees, finite.
    neighbours : int
        How many others the mean is over.

    Returns
    -------
    array of shape (n,)
        ``inf`` where there are not enough others within about 300 km.
    """
    result = np.full(len(lon), np.inf)
    pending = np.arange(len(lon))
    cell = _first_cell(lon, lat)
    while len(pending) and len(lon) > neighbours and cell < _LARGEST_CELL_DEGREES:
        _search_cells(lon, lat, pending, cell, neighbours, result)
        pending = pending[~np.isfinite(result[pending])]
        cell *= 2
    return result


def _first_cell(lon: Floats, lat: Floats) -> float:
    """Return a cell size in degrees at which a cell holds some twenty of the points around it."""
    if len(lon) < 2:
        return _LARGEST_CELL_DEGREES
    rows = np.unique(np.floor(lat / 0.01) * 1_000_000 + np.floor(lon / 0.01), return_counts=True)[1]
    crowd = float(np.median(np.repeat(rows, rows)))  # what the median point finds in 0.01 degrees
    return max(_SMALLEST_CELL_DEGREES, 0.01 * min(1.0, math.sqrt(_CROWD / crowd)))


def _search_cells(
    lon: Floats,
    lat: Floats,
    pending: npt.NDArray[np.intp],
    cell: float,
    neighbours: int,
    result: Floats,
) -> None:
    """Fill ``result`` where the nearest are surely inside the 3 x 3 cells around a point."""
    columns = np.floor(lon / cell).astype(np.int64)
    rows = np.floor(lat / cell).astype(np.int64)
    codes = rows * _ROW + columns
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    mine_order = pending[np.argsort(codes[pending], kind="stable")]
    occupied, first = np.unique(codes[mine_order], return_index=True)
    edges = np.append(first, len(pending))
    for index, code in enumerate(occupied):
        mine = mine_order[edges[index] : edges[index + 1]]
        around = []
        for row in (-_ROW, 0, _ROW):
            start = np.searchsorted(ordered, code + row - 1)
            stop = np.searchsorted(ordered, code + row + 1, side="right")
            around.append(order[start:stop])
        near = np.concatenate(around)
        if len(near) <= neighbours:
            continue
        stretch = math.cos(math.radians(float(lat[mine[0]])))
        step = max(1, _MOST_PAIRS // len(near))
        for part in range(0, len(mine), step):
            some = mine[part : part + step]
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

    Parameters
    ----------
    lon, lat : array of shape (n,)
        Degrees; not finite where unknown.
    factor : array of shape (n,)
        What the mean distance to the neighbours is multiplied with.
    smallest_m : float
        No uncertainty is smaller, in metres.

    Returns
    -------
    array of shape (n,)
        Between ``smallest_m`` and ``LARGEST_UNIT_M``; the largest where there is nothing to
        compare with.
    """
    result = np.full(len(lon), LARGEST_UNIT_M)
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known):
        spread = neighbour_distances_m(lon[known], lat[known]) * factor[known]
        result[known] = np.clip(spread, smallest_m, LARGEST_UNIT_M)
    return result
