"""The facilities that can decide anything in an area: those near it, and the nearest to its people.

Within the outermost ring all facilities count; beyond it only the nearest two of each place do. Of
a country that is held whole, all others would be measured in vain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.counting import OUT, POSSIBLE, SURE, Answers, answers
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.distance_zones import Floats, Rows
from geoportal.geo.geodesic import bounding_degrees
from geoportal.index.points import earth_centred
from geoportal.index.snapshot import Snapshot

Box = tuple[float, float, float, float]
"""West, south, east, north, degrees."""

NEAR_M: Final = 20_000.0
"""Metres around the box of an area within which every facility is taken: more than the rings, the
catchments and the reach of partners, 16 km each."""
_APART_DEGREES: Final = 0.4
"""Parts of an area that lie farther apart have boxes of their own: twice `NEAR_M`, about."""
_REACHES_M: Final = (NEAR_M, 40_000.0, 80_000.0, 160_000.0, 320_000.0, 640_000.0, np.inf)
_RANKS: Final = 2
_SLACK: Final = 1.01
"""The ellipsoid, and corners and edges that lie nearer or farther than a point between them."""
_RADIUS_M: Final = 6_371_000.0


@dataclass(frozen=True)
class Surroundings:
    """An area as facilities are chosen for it.

    Attributes
    ----------
    boxes : tuple of Box
        Together they hold everybody who lives in it; see `boxes_of`.
    rows : ndarray of int
        The facilities in it, with a position or without, ascending.
    closing : int
        How many facilities are supposed closed: as many more have to be at hand.
    """

    boxes: tuple[Box, ...]
    rows: Rows
    closing: int = 0


def answered_around(
    snapshot: Snapshot, rows: Rows, question: CoverageCriteria, around: Surroundings
) -> tuple[Rows, Answers]:
    """Return those of some rows that can decide anything, ascending, and whether they count.

    These are: all in the area, all within `NEAR_M` of its boxes, all on a road that is held, and
    the nearest two of every place in it, among those that surely count and among those that may.
    How far that is, is told by the corner of a box that lies farthest from each facility.
    """
    columns = snapshot.columns
    own = np.isin(rows, around.rows, assume_unique=True)
    rows, own = rows[own | columns.located[rows]], own[own | columns.located[rows]]
    lon, lat = columns.lon[rows], columns.lat[rows]
    always = own | _on_road(snapshot, rows)
    wanted = _RANKS + around.closing
    found = np.full(rows.size, OUT, dtype=np.int8)
    asked, chosen = np.zeros((2, rows.size), dtype=bool)
    for box in around.boxes:
        farthest = _farthest_m(box, lon, lat)
        for reach in _REACHES_M:
            new = (always | within((box,), reach, lon, lat)) & ~asked
            found[new] = answers(snapshot, rows[new], question)
            asked |= new
            if np.count_nonzero((found == SURE) & (farthest <= reach)) >= wanted:
                break
        for members in (found == SURE, found <= POSSIBLE):
            chosen |= members & _near_enough(box, lon, lat, farthest, members, wanted)
    chosen |= always & (found <= POSSIBLE)
    return rows[chosen], found[chosen]


def _near_enough(
    box: Box,
    lon: Floats,
    lat: Floats,
    farthest: Floats,
    members: NDArray[np.bool_],
    wanted: int,
) -> NDArray[np.bool_]:
    """Say which places may be among so many nearest members of anywhere in a box."""
    for reach in _REACHES_M[:-1]:
        if np.count_nonzero(members & (farthest <= reach)) >= wanted:
            return within((box,), reach, lon, lat)
    known = farthest[members & np.isfinite(farthest)]
    if known.size < wanted:
        return np.isfinite(lon)
    return np.asarray(_nearest_m(box, lon, lat) <= np.partition(known, wanted - 1)[wanted - 1])


def boxes_of(bounds: NDArray[np.float64]) -> tuple[Box, ...]:
    """Return the boxes of an area: those of its parts, shape (n, 4), joined where they lie near.

    One box of far islands and the main land would hold half of the country.
    """
    boxes: list[Box] = []
    for each in bounds.tolist():
        joined, apart = tuple(each), boxes
        while near := [other for other in apart if _lie_near(joined, other)]:
            apart = [other for other in apart if other not in near]
            lows, highs = zip(*((box[:2], box[2:]) for box in (joined, *near)), strict=True)
            joined = (*map(min, *lows), *map(max, *highs))
        boxes = [*apart, joined]
    return tuple(sorted(boxes))


def _lie_near(one: Box, other: Box) -> bool:
    gaps = (max(one[n] - other[n + 2], other[n] - one[n + 2]) for n in (0, 1))
    return max(gaps) <= _APART_DEGREES


def box_around(box: Box, metres: float) -> Box:
    """Return a box that surely holds all within some metres of another."""
    west, south, east, north = box
    corners = [bounding_degrees(x, y, metres) for x in (west, east) for y in (south, north)]
    lows, highs = np.array(corners)[:, :2].min(axis=0), np.array(corners)[:, 2:].max(axis=0)
    return float(lows[0]), float(lows[1]), float(highs[0]), float(highs[1])


def within(boxes: Iterable[Box], metres: float, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Say which places may lie within some metres of any of some boxes; NaN lies nowhere."""
    if not np.isfinite(metres):
        return np.isfinite(lon)
    inside = np.zeros(lon.size, dtype=bool)
    for box in boxes:
        west, south, east, north = box_around(box, metres)
        inside |= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _farthest_m(box: Box, lon: Floats, lat: Floats) -> Floats:
    """Return how far, at most, each place lies from anywhere in a box, metres; NaN from nowhere."""
    west, south, east, north = box
    corners = earth_centred(
        np.array([west, west, east, east]), np.array([south, north, south, north])
    )
    places = earth_centred(lon, lat)
    chords = np.max([np.linalg.norm(places - corner, axis=1) for corner in corners], axis=0)
    metres: Floats = _SLACK * chords * (1 + (chords / _RADIUS_M) ** 2 / 20)
    return metres


def _nearest_m(box: Box, lon: Floats, lat: Floats) -> Floats:
    """Return how far, at least, each place lies from a box, metres; NaN from nowhere."""
    west, south, east, north = box
    nearest = earth_centred(np.clip(lon, west, east), np.clip(lat, south, north))
    metres: Floats = np.linalg.norm(earth_centred(lon, lat) - nearest, axis=1) / _SLACK
    return metres


def _on_road(snapshot: Snapshot, rows: Rows) -> NDArray[np.bool_]:
    """Say which rows lie on the roads that are held: the nearest by road may be any of them."""
    if snapshot.roads is None:
        return np.zeros(rows.size, dtype=bool)
    return np.asarray(snapshot.roads.places(snapshot.columns, rows).edge >= 0)
