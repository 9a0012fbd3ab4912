"""Exact distance zones between cells and facilities, computed in blocks.

Cells are taken tile by tile (0.1°); for a tile only facilities within the outermost ring of its
box count. Chords through the earth decide in one vectorised step; where a chord leaves doubt about
a ring, the geodesic itself is computed (`geoportal.geo.geodesic`), so that every zone is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.geo.geodesic import METRES_PER_DEGREE_LAT_MIN, grs80
from geoportal.index.points import earth_centred
from geoportal.progress import Progress, no_progress

RINGS_M: tuple[float, ...] = (1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0)
"""Distances at which facilities are counted, metres, each inclusive."""

_TILE_DEGREES = 0.1
_TILE_ROW = 100_000
"""Tiles are numbered row × this + column; there are 3,600 columns."""
_BLOCK_PAIRS = 100_000
"""Small enough to stay in a processor's cache: four times as fast as larger blocks when busy."""
_LEAST_ROWS = 16
_CACHED_PAIRS = 250_000_000
_SMALLEST_RADIUS_M = 6_335_000.0
_COS_MARGIN = 0.98
_SLACK_M = 0.001

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Zones = NDArray[np.uint8]


@dataclass(frozen=True)
class Places:
    """Points in degrees, WGS 84, shape (n,), with their earth-centred coordinates."""

    lon: Floats
    lat: Floats
    xyz: Floats

    @classmethod
    def from_degrees(cls, lon: Floats, lat: Floats) -> Places:
        """Return the places of coordinates in degrees."""
        east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        return cls(east, north, earth_centred(east, north))

    def __len__(self) -> int:
        return int(self.lon.size)

    def take(self, rows: Rows) -> Places:
        """Return the places of some rows."""
        return Places(self.lon[rows], self.lat[rows], self.xyz[rows])


@dataclass(frozen=True)
class Block:
    """The pairs of some cells and all facilities that may be within the outermost ring.

    Attributes
    ----------
    cells : ndarray of int, shape (m,)
    facilities : ndarray of int, shape (k,)
    zones : ndarray of uint8, shape (m, k)
        How many rings the pair is outside of: 0 within the first ring, ``len(rings)`` beyond the
        last. Exact on the geodesic, rings inclusive.
    """

    cells: Rows
    facilities: Rows
    zones: Zones


class DistanceZones:
    """Exact distance zones between cells and facilities.

    Rings are ascending, in metres, up to 100 km; ``progress`` is called with (label, done, total).
    """

    def __init__(
        self,
        cells: Places,
        facilities: Places,
        rings_m: Sequence[float] = RINGS_M,
        progress: Progress = no_progress,
    ) -> None:
        self.cells = cells
        self.facilities = facilities
        self.rings_m = tuple(rings_m)
        self._progress = progress
        self._by_lat = np.argsort(facilities.lat, kind="stable")
        self._sorted_lat = facilities.lat[self._by_lat]
        self._cached: list[Block] | None = None

    def blocks(self, label: str = "距離") -> Iterator[Block]:
        """Yield every block; up to `_CACHED_PAIRS` pairs are cached for the next call."""
        if self._cached is not None:
            yield from self._cached
            return
        for block, _squares in self.measured(label):
            yield block

    def measured(self, label: str = "距離") -> Iterator[tuple[Block, Floats]]:
        """Yield every block with its squared chords, shape (m, k), square metres."""
        blocks: list[Block] = []
        pairs = done = 0
        for cells, facilities in self._tiles():
            block, squares = self._block(cells, facilities)
            pairs += block.zones.size
            if pairs <= _CACHED_PAIRS:
                blocks.append(block)
            yield block, squares
            done += cells.size
            self._progress(label, done, len(self.cells))
        self._cached = blocks if pairs <= _CACHED_PAIRS else None

    def _tiles(self) -> Iterator[tuple[Rows, Rows]]:
        for members in tiles_of(self.cells):
            facilities = self._around(members)
            step = max(_LEAST_ROWS, _BLOCK_PAIRS // max(1, facilities.size))
            for start in range(0, members.size, step):
                yield members[start : start + step], facilities

    def _around(self, cells: Rows) -> Rows:
        """Return the facilities that may lie within the outermost ring of any cell, ascending."""
        lon, lat = self.cells.lon[cells], self.cells.lat[cells]
        dlat = self.rings_m[-1] / METRES_PER_DEGREE_LAT_MIN
        south, north = float(lat.min()) - dlat, float(lat.max()) + dlat
        widest = min(max(abs(south), abs(north)), 89.0)
        degree_lon_m = METRES_PER_DEGREE_LAT_MIN * np.cos(np.radians(widest)) * _COS_MARGIN
        dlon = self.rings_m[-1] / float(degree_lon_m)
        first = np.searchsorted(self._sorted_lat, south, side="left")
        last = np.searchsorted(self._sorted_lat, north, side="right")
        band = np.sort(self._by_lat[first:last])
        east = self.facilities.lon[band]
        inside: Rows = band[(east >= lon.min() - dlon) & (east <= lon.max() + dlon)]
        return inside

    def _block(self, cells: Rows, facilities: Rows) -> tuple[Block, Floats]:
        squares = squared_chords(self.cells, cells, self.facilities, facilities)
        zones = np.zeros(squares.shape, dtype=np.uint8)
        for ring_m in self.rings_m:
            certain_m = max(0.0, ring_m - chord_shortfall_m(ring_m) - _SLACK_M)
            outside = squares > certain_m * certain_m
            beyond = squares > (ring_m + _SLACK_M) ** 2
            if np.count_nonzero(outside) != np.count_nonzero(beyond):
                row, column = np.nonzero(outside & ~beyond)
                pairs = cells[row], self.facilities, facilities[column]
                outside[row, column] = pair_distances_m(self.cells, *pairs) > ring_m
            zones += outside.view(np.uint8)
        return Block(cells, facilities, zones), squares


def tiles_of(cells: Places) -> list[Rows]:
    """Return the cells of each tile, ascending; tiles from south to north, then west to east."""
    if len(cells) == 0:
        return []
    row = np.floor(cells.lat / _TILE_DEGREES).astype(np.int64)
    column = np.floor(cells.lon / _TILE_DEGREES).astype(np.int64)
    tile = row * _TILE_ROW + column
    order = np.argsort(tile, kind="stable")
    starts = np.flatnonzero(np.diff(tile[order], prepend=tile[order[0]] - 1))
    return np.split(order, starts[1:])


def squared_chords(cells: Places, rows: Rows, facilities: Places, columns: Rows) -> Floats:
    """Return the squared straight distances through the earth, shape (m, k), square metres.

    Computed around the middle of the cells, where rounding is below 1 µm at any ring.
    """
    if rows.size == 0 or columns.size == 0:
        return np.empty((rows.size, columns.size))
    middle = cells.xyz[rows].mean(axis=0)
    a, b = cells.xyz[rows] - middle, facilities.xyz[columns] - middle
    squares: Floats = np.add.outer((a * a).sum(axis=1), (b * b).sum(axis=1))
    for axis in range(3):  # a product of matrices would be shared among threads that wait
        squares -= np.multiply.outer(2.0 * a[:, axis], b[:, axis])
    return squares


def chord_shortfall_m(metres: float) -> float:
    """Return by how much, at most, the chord falls short of a geodesic of this length, metres."""
    return 1.03 * metres**3 / (24 * _SMALLEST_RADIUS_M**2)


def pair_distances_m(cells: Places, rows: Rows, facilities: Places, columns: Rows) -> Floats:
    """Return the geodesic distances of pairs on GRS80, metres, shape (n,)."""
    if rows.size == 0:
        return np.empty(0)
    return np.asarray(
        grs80().inv(
            cells.lon[rows], cells.lat[rows], facilities.lon[columns], facilities.lat[columns]
        )[2],
        dtype=np.float64,
    )
