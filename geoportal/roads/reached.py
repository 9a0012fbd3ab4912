"""The area from which a home is reached within some minutes by road (等時間圏, an isochrone).

It is made of squares of `SQUARE_M`: those through which a road goes from which it is reached in
time, and their eight neighbours; the outline is then straightened. Every such road lies in the
area, and whatever lies in it is within `ERROR_M` of such a road, or in a closed gap (smaller than
`LEAST_GAP_M2`: blocks within a town).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.geo.distinct import distinct
from geoportal.geo.polygons import polygonal
from geoportal.roads.network import RoadNetwork
from geoportal.roads.snapping import Snaps, metres_per_degree

SQUARE_M: Final = 80.0
"""Side of the squares, metres."""
_STEP_M: Final = 30.0
"""Roads are looked at so often, metres: half of it and `_STRAIGHTENED_M` are less than a side."""
_STRAIGHTENED_M: Final = 50.0
ERROR_M: Final = 280.0
"""Two diagonals of a square, and what straightening adds, metres."""
LEAST_GAP_M2: Final = 250_000.0
"""Smaller gaps are closed, square metres."""
_DECIMALS: Final = 5
_ROW: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ReachedArea:
    """The area from which a home is reached in time.

    Attributes
    ----------
    minutes : int
    outline : MultiPolygon
        Degrees, EPSG:4326; empty when no road is near.
    area_km2 : float
    north_m, east_m, south_m, west_m : float
        How far it goes from the home in each direction, metres.
    """

    minutes: int
    outline: shapely.MultiPolygon
    area_km2: float
    north_m: float
    east_m: float
    south_m: float
    west_m: float


def reached_lines(network: RoadNetwork, home: Snaps, arrivals: NDArray[Any], seconds: float) -> Any:
    """Return the parts of roads from which a home is reached in time.

    Parameters
    ----------
    network : RoadNetwork
    home : Snaps
        One.
    arrivals : ndarray of float64, shape (nodes,)
        Seconds from every node, see `RoadNetwork.arrivals`.
    seconds : float

    Returns
    -------
    ndarray of float64, shape (n, 2, 2)
        Where the parts start and end, degrees, longitude first.
    """
    segment = network.segments()
    edge = segment["edge"]
    start, end, ahead, back = (column[edge] for column in network.edge_columns())
    low, high = segment["from"], segment["to"]
    with np.errstate(invalid="ignore"):  # an endless time less an endless time: no part
        from_end = 1 - (seconds - arrivals[end]) / ahead
        from_start = (seconds - arrivals[start]) / back
    parts = [
        (np.maximum(low, np.where(np.isfinite(ahead), from_end, 2.0)), high),
        (low, np.minimum(high, np.where(np.isfinite(back), from_start, -1.0))),
    ]
    own = edge == home.edge[0]
    if own.any():  # along the road of the home itself
        at = float(home.share[0])
        left = seconds - float(network.off_road_seconds(home)[0])
        before = at - left / ahead
        after = at + left / back
        parts += [
            (np.maximum(low, np.where(own, before, 2.0)), np.minimum(high, at)),
            (np.maximum(low, at), np.minimum(high, np.where(own, after, -1.0))),
        ]
    whole = (parts[0][0] <= low) & (parts[0][1] >= high)
    lines = []
    for number, (first, last) in enumerate(parts):
        chosen = np.flatnonzero((last > first) & ~(whole if number else False))
        lines.append(_between(segment, chosen, first[chosen], last[chosen]))
    return np.concatenate(lines)


def _between(segment: Any, rows: Any, first: Any, last: Any) -> NDArray[np.float64]:
    low, high = segment["from"][rows], segment["to"][rows]
    corners = [np.stack((segment[f"lon{n}"][rows], segment[f"lat{n}"][rows]), -1) for n in (1, 2)]
    long = np.maximum(high - low, 1e-12)
    tips = [
        corners[0] + (corners[1] - corners[0]) * ((share - low) / long)[:, np.newaxis]
        for share in (first, last)
    ]
    return np.stack(tips, axis=1)


def reached_area(
    network: RoadNetwork,
    home: Snaps,
    arrivals: NDArray[Any],
    minutes: int,
    place: tuple[float, float],
) -> ReachedArea:
    """Return the area from which a home at a place (degrees) is reached within some minutes."""
    lines = reached_lines(network, home, arrivals, 60.0 * minutes)
    if network.off_road_seconds(home)[0] <= 60.0 * minutes:  # the home itself
        lines = np.concatenate((lines, np.broadcast_to(np.array(place), (1, 2, 2))))
    origin, scale = np.array(place), np.array(metres_per_degree(place[1]))
    closed = _without_gaps(_squares_along((lines - origin) * scale))
    outline = shapely.transform(
        closed, lambda corners: np.round(corners / scale + origin, _DECIMALS)
    )
    west, south, east, north = (0.0,) * 4 if closed.is_empty else closed.bounds
    return ReachedArea(minutes, polygonal(outline), closed.area / 1e6, north, east, -south, -west)


def _squares_along(lines: NDArray[np.float64]) -> shapely.MultiPolygon:
    """Return the squares along lines, shape (n, 2, 2) in metres, and around those, as an area."""
    way = lines[:, 1] - lines[:, 0]
    steps = np.ceil(np.hypot(way[:, 0], way[:, 1]) / _STEP_M).astype(np.int64) + 1
    line = np.repeat(np.arange(steps.size), steps)
    number = np.arange(line.size) - np.repeat(np.cumsum(steps) - steps, steps)
    share = number / np.maximum(steps[line] - 1, 1)
    points = lines[line, 0] + way[line] * share[:, np.newaxis]
    column, row = np.floor(points / SQUARE_M).astype(np.int64).T
    around = np.arange(-1, 2)
    inner = distinct(row * _ROW + column)
    cells = distinct(inner[:, None, None] + around[:, None] * _ROW + around)
    row = (cells + _ROW // 2) // _ROW
    column = cells - row * _ROW
    corner = np.stack((column, row), axis=1) * SQUARE_M
    boxes = shapely.box(*corner.T, *(corner + SQUARE_M).T)
    return polygonal(shapely.simplify(shapely.coverage_union_all(boxes), _STRAIGHTENED_M))


def _without_gaps(area: shapely.MultiPolygon) -> shapely.MultiPolygon:
    kept = [
        shapely.Polygon(
            part.exterior,
            [ring for ring in part.interiors if shapely.Polygon(ring).area >= LEAST_GAP_M2],
        )
        for part in area.geoms
    ]
    return shapely.MultiPolygon(kept)
