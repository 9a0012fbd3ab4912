"""Topology: lines of a road map become edges between junctions, in the form that is stored.

Nodes are told apart by their coordinates, rounded to 1e-7 degrees (1 cm), the resolution of
OpenStreetMap. Lines meet where they share a vertex. Where one passes over another they share none:
a bridge is no junction.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoportal.geo.geodesic import grs80

PER_DEGREE = 1e7
"""Stored coordinates are whole numbers, so many to a degree."""
FERRY = "ferry"
"""The class of a line that a ship goes along."""
_STATED_SHARE = 0.1
"""A stated length that is farther from that of the line, as a share of it, is not believed."""

RoadArrays = dict[str, NDArray[Any]]
"""Edges as `edges_of` returns them."""


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A line on which one can drive, or a ferry.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
        Degrees, longitude first; two points at least.
    road_class : str
        ``primary``, ``residential`` … as OpenStreetMap's ``highway``, or `FERRY`.
    forward, backward : bool
        Whether one may drive in the order of the points, and against it.
    max_km_h : int
        Speed limit, 0 when it is not stated.
    length_m : float
        Stated length in metres, 0 when it is not.
    whole : bool
        True when it runs from junction to junction, and meets no other line in between.
    """

    points: NDArray[np.float64]
    road_class: str
    forward: bool = True
    backward: bool = True
    max_km_h: int = 0
    length_m: float = 0.0
    whole: bool = False


def edges_of(lines: Sequence[RoadLine]) -> RoadArrays:
    """Return the edges that lines are made of.

    A line is cut where it meets another. A line that is there twice, once for each direction,
    counts once.

    Returns
    -------
    dict of str to ndarray
        ``lon``, ``lat`` of the nodes and ``vertex_lon``, ``vertex_lat`` of all vertices, int32, see
        `PER_DEGREE`; ``vertex_end``: for each edge where its vertices end; ``start``, ``end``: its
        nodes; ``metres``; ``road_class``: its place in ``classes``; ``forward``, ``backward``,
        ``max_km_h``, uint8.
    """
    corners = [np.rint(line.points * PER_DEGREE).astype(np.int32) for line in lines]
    junctions = _junctions(lines, corners)
    pieces = [
        (number, vertices)
        for number, whole in enumerate(corners)
        for vertices in _cut(lines[number], whole, junctions)
    ]
    pieces = _once(lines, pieces)
    owners = np.array([number for number, _ in pieces], dtype=np.int64)
    counts = np.array([len(vertices) for _, vertices in pieces], dtype=np.int64)
    vertices = np.concatenate([np.empty((0, 2), np.int32), *(piece for _, piece in pieces)])
    ends = np.cumsum(counts)
    tips = np.concatenate((vertices[ends - counts], vertices[ends - 1]))
    keys, numbers = np.unique(_keys(tips), return_inverse=True)
    nodes = _points(keys)
    classes = sorted({line.road_class for line in lines})
    place = {name: position for position, name in enumerate(classes)}
    return {
        "classes": np.array(classes, dtype="U24"),
        "lon": nodes[:, 0],
        "lat": nodes[:, 1],
        "start": numbers[: len(pieces)].astype(np.int32),
        "end": numbers[len(pieces) :].astype(np.int32),
        "metres": _metres(lines, owners, vertices, ends, counts),
        "road_class": np.array([place[lines[i].road_class] for i in owners], dtype=np.uint8),
        "forward": np.array([lines[i].forward for i in owners], dtype=np.uint8),
        "backward": np.array([lines[i].backward for i in owners], dtype=np.uint8),
        "max_km_h": np.array([lines[i].max_km_h for i in owners], dtype=np.uint8),
        "vertex_lon": vertices[:, 0].copy(),
        "vertex_lat": vertices[:, 1].copy(),
        "vertex_end": ends,
    }


def _keys(vertices: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return one number for each vertex, equal for equal ones only."""
    return (vertices[:, 0].astype(np.int64) << 32) | vertices[:, 1].astype(np.int64)


def _points(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.column_stack((keys >> 32, keys & 0xFFFFFFFF)).astype(np.int32)


def _junctions(
    lines: Sequence[RoadLine], corners: Sequence[NDArray[np.int32]]
) -> NDArray[np.int64]:
    """Return the keys of vertices at which lines that are not `RoadLine.whole` are cut, in order.

    These are the ends of every line, and vertices that lie on such lines more than once.
    """
    tips = [whole[[0, -1]] for whole in corners]
    along = [w for line, w in zip(lines, corners, strict=True) if not line.whole]
    keys, times = np.unique(
        _keys(np.concatenate([np.empty((0, 2), np.int32), *along])), return_counts=True
    )
    ends = _keys(np.concatenate([np.empty((0, 2), np.int32), *tips]))
    return np.union1d(keys[times > 1], ends)


def _cut(
    line: RoadLine, vertices: NDArray[np.int32], junctions: NDArray[np.int64]
) -> Iterable[NDArray[np.int32]]:
    """Return the pieces of a line between junctions, without those of no extent."""
    cuts = [0, len(vertices) - 1]
    if not line.whole:
        inner = np.flatnonzero(np.isin(_keys(vertices[1:-1]), junctions)) + 1
        cuts = [0, *inner.tolist(), len(vertices) - 1]
    pieces = (vertices[first : last + 1] for first, last in pairwise(cuts))
    return [piece for piece in pieces if (piece != piece[0]).any()]


def _once(
    lines: Sequence[RoadLine], pieces: Sequence[tuple[int, NDArray[np.int32]]]
) -> list[tuple[int, NDArray[np.int32]]]:
    """Return pieces, each once: one that is there in both directions, open both ways, is one."""
    seen: set[tuple[bytes, str, int]] = set()
    kept = []
    for number, vertices in pieces:
        line = lines[number]
        if line.forward and line.backward:
            there, back = vertices.tobytes(), vertices[::-1].tobytes()
            key = (min(there, back), line.road_class, line.max_km_h)
            if key in seen:
                continue
            seen.add(key)
        kept.append((number, vertices))
    return kept


def _metres(
    lines: Sequence[RoadLine],
    owners: NDArray[np.int64],
    vertices: NDArray[np.int32],
    ends: NDArray[np.int64],
    counts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the length of each edge: as stated where that can be, else along the ellipsoid."""
    if not owners.size:
        return np.empty(0)
    lon, lat = vertices[:, 0] / PER_DEGREE, vertices[:, 1] / PER_DEGREE
    steps = np.append(np.asarray(grs80().inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]), 0.0)
    steps[ends - 1] = 0.0  # from the last vertex of an edge to the first of the next
    metres: NDArray[np.float64] = np.add.reduceat(steps, ends - counts)
    stated = np.array([lines[i].length_m if lines[i].whole else 0.0 for i in owners])
    return np.where(np.abs(stated - metres) <= _STATED_SHARE * metres, stated, metres)


def joined(sets: Sequence[RoadArrays]) -> RoadArrays:
    """Return the edges of several sets as one: nodes at one place are one node."""
    if len(sets) == 1:
        return sets[0]
    classes = np.unique(np.concatenate([one["classes"] for one in sets]))
    nodes = [np.column_stack((one["lon"], one["lat"])).astype(np.int32) for one in sets]
    keys, numbers = np.unique(_keys(np.concatenate(nodes)), return_inverse=True)
    starts = np.cumsum([0, *(len(part) for part in nodes)])
    vertices = np.cumsum([0, *(one["vertex_lon"].size for one in sets)])
    points = _points(keys)
    return {
        "classes": classes,
        "lon": points[:, 0],
        "lat": points[:, 1],
        **{
            name: np.concatenate(
                [
                    numbers[shift + one[name].astype(np.int64)].astype(np.int32)
                    for one, shift in zip(sets, starts, strict=False)
                ]
            )
            for name in ("start", "end")
        },
        "road_class": np.concatenate(
            [np.searchsorted(classes, one["classes"])[one["road_class"]] for one in sets]
        ).astype(np.uint8),
        "vertex_end": np.concatenate(
            [one["vertex_end"] + shift for one, shift in zip(sets, vertices, strict=False)]
        ),
        **{
            name: np.concatenate([one[name] for one in sets])
            for name in ("metres", "forward", "backward", "max_km_h", "vertex_lon", "vertex_lat")
        },
    }


def to_bytes(edges: RoadArrays) -> bytes:
    """Return edges packed, as they are stored."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **edges)
    return packed.getvalue()


def from_bytes(packed: bytes) -> RoadArrays:
    """Return what `to_bytes` packed."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
