"""Access of cells: the number of facilities within each ring, and the nearest two.

Distances are geodesic (grs80()) from the centre of the cell to the facility; rings are inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.distance_zones import (
    RINGS_M,
    Block,
    DistanceZones,
    Floats,
    Rows,
    chord_shortfall_m,
    pair_distances_m,
    squared_chords,
)

NOBODY = -1
"""Row of a facility that does not exist."""
_DOUBT_M = 0.02
"""Chords closer than this, metres, do not tell which geodesic is shorter."""
_FAR_DOUBT = 0.1
_FAR_BLOCK_PAIRS = 2_000_000

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Access:
    """Access of cells to one set of facilities.

    Attributes
    ----------
    counts : ndarray of int, shape (n, rings)
        Facilities within each ring, inclusive.
    nearest_m, second_nearest_m : ndarray of float, shape (n,)
        Geodesic metres, at any distance; NaN where there is no (second) facility at all.
    nearest, second : ndarray of int, shape (n,)
        Which facilities these are (ties: the lower row); `NOBODY` where there is none.
    """

    counts: Counts
    nearest_m: Floats
    second_nearest_m: Floats
    nearest: Rows
    second: Rows

    @classmethod
    def empty(cls, cells: int, rings: int = len(RINGS_M)) -> Access:
        """Return the access of cells to no facility."""
        return cls(
            counts=np.zeros((cells, rings), dtype=np.int64),
            nearest_m=np.full(cells, np.nan),
            second_nearest_m=np.full(cells, np.nan),
            nearest=np.full(cells, NOBODY, dtype=np.int64),
            second=np.full(cells, NOBODY, dtype=np.int64),
        )

    def take(self, rows: Rows) -> Access:
        """Return the access of some cells, or of cells more than once."""
        return Access(*(getattr(self, field.name)[rows] for field in fields(self)))

    def put(self, rows: Rows, part: Access) -> None:
        """Write the access of some cells into this one."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(part, field.name)


def measure_access(zones: DistanceZones, masks: list[Mask]) -> list[Access]:
    """Measure access to several sets of facilities in one pass; an `Access` for each mask.

    A mask, shape (facilities,), is True for the facilities of a set: the sure ones, the possible.
    """
    cells, rings = len(zones.cells), len(zones.rings_m)
    accesses = [Access.empty(cells, rings) for _ in masks]
    for block, squares in zones.measured():
        counts = _counts(block, masks, rings)
        for number, (access, mask) in enumerate(zip(accesses, masks, strict=True)):
            access.counts[block.cells] = counts[:, :, number]
            _nearest(zones, access, block, squares, mask)
    return accesses


def _counts(block: Block, masks: list[Mask], rings: int) -> Counts:
    """Return facilities within each ring by mask, shape (m, rings, masks)."""
    members = np.column_stack([mask[block.facilities] for mask in masks]).astype(np.float32)
    counts = np.empty((block.cells.size, rings, len(masks)), dtype=np.int64)
    for ring in range(rings):
        inside = (block.zones <= ring).astype(np.float32)
        counts[:, ring, :] = inside @ members
    return counts


def _nearest(
    zones: DistanceZones, access: Access, block: Block, squares: Floats, mask: Mask
) -> None:
    """Find the nearest two; where the outermost ring does not hold two, look everywhere."""
    allowed = mask[block.facilities]
    columns = np.flatnonzero(allowed)
    farthest = zones.rings_m[-1] - chord_shortfall_m(zones.rings_m[-1]) - _DOUBT_M
    near = np.zeros(block.cells.size, dtype=bool)
    if columns.size >= 2:
        own = squares if columns.size == allowed.size else squares[:, columns]
        first, second, squared = _smallest_two(own)
        near = squared[1] < farthest * farthest
        limit = np.sqrt(np.maximum(squared[1], 0.0)) + _DOUBT_M
        clear = near & (squared[2] > limit * limit)
        rows = np.flatnonzero(clear)
        row = np.repeat(rows, 2)
        column = np.column_stack((first[rows], second[rows])).ravel()
        close = np.flatnonzero(near & ~clear)  # a third as near as the second: all are asked
        if close.size:
            again, other = np.nonzero(own[close] <= (limit * limit)[close, None])
            row = np.concatenate((row, close[again]))
            column = np.concatenate((column, other))
        _take_nearest(zones, access, block.cells[row], block.facilities[columns[column]])
    far = block.cells[~near]
    members = np.flatnonzero(mask)
    if far.size and members.size:
        step = max(1, _FAR_BLOCK_PAIRS // members.size)
        for start in range(0, far.size, step):
            _nearest_far(zones, access, far[start : start + step], members)


def _smallest_two(squares: Floats) -> tuple[Rows, Rows, Floats]:
    """Return the columns of the two smallest values of each row, and the three smallest values.

    ``squares`` has at least two columns, is changed and restored. The values have shape (3, m);
    the third is infinite where there are two columns.
    """
    rows = np.arange(squares.shape[0])
    first = squares.argmin(axis=1)
    smallest = squares[rows, first]
    squares[rows, first] = np.inf
    second = squares.argmin(axis=1)
    larger = squares[rows, second]
    squares[rows, second] = np.inf
    third = squares.min(axis=1)
    squares[rows, second] = larger
    squares[rows, first] = smallest
    return first, second, np.stack((smallest, larger, third))


def _nearest_far(zones: DistanceZones, access: Access, cells: Rows, members: Rows) -> None:
    """Look at every facility of the set, at any distance.

    A chord tells the order of distances but for the change of curvature with direction: 1 % of the
    chord's shortfall, allowed for ten times over; the geodesic decides among those left.
    """
    squares = squared_chords(zones.cells, cells, zones.facilities, members)
    second = squares.min(axis=1) if members.size < 2 else _smallest_two(squares)[2][1]
    chord = np.sqrt(np.maximum(second, 0.0))
    doubt = _DOUBT_M + _FAR_DOUBT * np.array([chord_shortfall_m(metres) for metres in chord])
    row, column = np.nonzero(squares <= ((chord + doubt) ** 2)[:, None])
    _take_nearest(zones, access, cells[row], members[column])


def _take_nearest(zones: DistanceZones, access: Access, cell: Rows, facility: Rows) -> None:
    """Write the nearest two of each cell's candidates, by geodesic distance, then by row."""
    if cell.size == 0:
        return
    metres = pair_distances_m(zones.cells, cell, zones.facilities, facility)
    order = np.lexsort((facility, metres, cell))
    cell, facility, metres = cell[order], facility[order], metres[order]
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    access.nearest[cell[first]] = facility[first]
    access.nearest_m[cell[first]] = metres[first]
    follows = first + 1
    follows = follows[follows < cell.size]
    again = follows[cell[follows] == cell[follows - 1]]
    access.second[cell[again]] = facility[again]
    access.second_nearest_m[cell[again]] = metres[again]
