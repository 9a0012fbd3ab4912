"""Topology: lines of a road map become edges between junctions, in the form that is stored.

Nodes are told apart by their coordinates, rounded to 1e-7 degrees (1 cm), the resolution of
OpenStreetMap. Lines meet where they share a vertex. Where one passes over another they share none:
a bridge is no junction.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
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
    owners, counts, vertices = _pieces(lines)
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
        "start": numbers[: owners.size].astype(np.int32),
        "end": numbers[owners.size :].astype(np.int32),
        "metres": _metres(lines, owners, vertices, ends, counts),
        "road_class": _of(lines, owners, lambda line: place[line.road_class], np.uint8),
        "forward": _of(lines, owners, attrgetter("forward"), np.uint8),
        "backward": _of(lines, owners, attrgetter("backward"), np.uint8),
        "max_km_h": _of(lines, owners, attrgetter("max_km_h"), np.uint8),
        "vertex_lon": vertices[:, 0].copy(),
        "vertex_lat": vertices[:, 1].copy(),
        "vertex_end": ends,
    }


def _keys(vertices: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return one number for each vertex, equal for equal ones only."""
    return (vertices[:, 0].astype(np.int64) << 32) | vertices[:, 1].astype(np.int64)


def _points(keys: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.column_stack((keys >> 32, keys & 0xFFFFFFFF)).astype(np.int32)


def _of(
    lines: Sequence[RoadLine], owners: NDArray[np.int64], read: Callable[[RoadLine], Any], kind: Any
) -> NDArray[Any]:
    """Return for each piece what is read of the line it is of."""
    return np.array([read(line) for line in lines], dtype=kind)[owners]


def _pieces(
    lines: Sequence[RoadLine],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Return the lines cut at junctions: whose each piece is, how many vertices it has, and those.

    Junctions are the ends of every line, and vertices that lie more than once on lines that are not
    `RoadLine.whole`; only these are cut. Pieces of no extent are left out.
    """
    sizes = np.array([len(line.points) for line in lines], dtype=np.int64)
    points = np.concatenate([np.empty((0, 2)), *(line.points for line in lines)])
    vertices = np.rint(points * PER_DEGREE).astype(np.int32)
    keys = _keys(vertices)
    owner = np.repeat(np.arange(sizes.size), sizes)
    is_end = np.zeros(keys.size, dtype=bool)
    is_end[np.cumsum(sizes) - sizes] = is_end[np.cumsum(sizes) - 1] = True
    is_cut = ~np.array([line.whole for line in lines], dtype=bool)[owner]
    known, times = np.unique(keys[is_cut], return_counts=True)
    junctions = np.union1d(known[times > 1], keys[is_end])
    cuts = np.flatnonzero(is_end | (is_cut & np.isin(keys, junctions)))
    follows = owner[cuts[:-1]] == owner[cuts[1:]]
    first, last = cuts[:-1][follows], cuts[1:][follows]
    differs = np.concatenate(([0], np.cumsum(keys[1:] != keys[:-1])))
    extended = differs[last] > differs[first]
    first, last = first[extended], last[extended]
    kept = _once(lines, owner[first], first, last, vertices)
    first, counts = first[kept], (last - first)[kept] + 1
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner[first], counts, vertices[np.repeat(first, counts) + within]


def _once(
    lines: Sequence[RoadLine],
    owners: NDArray[np.int64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    vertices: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Say which pieces to keep: one that is there in both directions, open both ways, is one."""
    keys = _keys(vertices)
    tips = np.sort(np.stack((keys[first], keys[last])), axis=0)
    alike = np.stack((*tips, last - first))
    _, numbers, times = np.unique(alike, axis=1, return_inverse=True, return_counts=True)
    both = np.array([line.forward and line.backward for line in lines], dtype=bool)[owners]
    kept = np.ones(owners.size, dtype=bool)
    seen: set[tuple[bytes, str, int]] = set()
    for number in np.flatnonzero(both & (times[numbers.ravel()] > 1)).tolist():
        line, piece = lines[owners[number]], vertices[first[number] : last[number] + 1]
        there, back = piece.tobytes(), piece[::-1].tobytes()
        key = (min(there, back), line.road_class, line.max_km_h)
        kept[number] = key not in seen
        seen.add(key)
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
    stated = _of(lines, owners, lambda line: line.length_m if line.whole else 0.0, np.float64)
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
