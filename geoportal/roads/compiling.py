"""Compilation of stored edges into the arrays of a `geoportal.roads.network.RoadNetwork`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geoportal.roads.snapping import grid_arrays
from geoportal.roads.topology import FERRY, PER_DEGREE, RoadArrays, joined

_LEAST_S = 1e-3
"""The least time for an edge, seconds: an edge of no weight is none to the library."""


def compile_network(
    sets: Sequence[RoadArrays], speeds: Mapping[str, float]
) -> dict[str, NDArray[Any]]:
    """Return the arrays of the network that some sets of edges make up.

    Parameters
    ----------
    sets : sequence of RoadArrays
        As stored; one at least.
    speeds : mapping of str to float
        km/h by class of road (``data/reference/road_speeds.csv``). On other classes nobody drives.

    Returns
    -------
    dict of str to ndarray
        ``to.*``: for each node the nodes from which an edge leads there, with its seconds, as a
        compressed sparse matrix. ``node.land``, ``node.sea``: numbers of the parts of the network
        that hang together on land, and by ferries as well. ``edge.start``, ``edge.end``,
        ``edge.forward_s``, ``edge.backward_s``: seconds, infinite where one may not drive.
        ``grid.*``, ``segment.*``: see `geoportal.roads.snapping`.
    """
    edges = joined(sets)
    classes = [str(name) for name in edges["classes"]]
    by_class = np.array([speeds.get(name, 0.0) for name in classes])
    is_ferry = np.array([name == FERRY for name in classes])[edges["road_class"]]
    speed = by_class[edges["road_class"]]
    limit = edges["max_km_h"].astype(np.float64)
    speed = np.where(limit > 0, np.minimum(speed, limit), speed)
    on_road = (speed > 0) & ~is_ferry
    seconds = np.full(speed.size, np.inf)
    seconds[on_road] = np.maximum(edges["metres"][on_road] * 3.6 / speed[on_road], _LEAST_S)
    forward = np.where(edges["forward"] > 0, seconds, np.inf)
    backward = np.where(edges["backward"] > 0, seconds, np.inf)
    start, end = edges["start"].astype(np.int64), edges["end"].astype(np.int64)
    size = edges["lon"].size
    passable = np.isfinite(forward) | np.isfinite(backward)
    return {
        **_arriving(start, end, forward, backward, size),
        "node.lon": edges["lon"] / PER_DEGREE,
        "node.lat": edges["lat"] / PER_DEGREE,
        "node.land": _parts(start[passable], end[passable], size),
        "node.sea": _parts(start[passable | is_ferry], end[passable | is_ferry], size),
        "edge.start": start.astype(np.int32),
        "edge.end": end.astype(np.int32),
        "edge.forward_s": forward,
        "edge.backward_s": backward,
        **grid_arrays(edges, passable),
    }


def _arriving(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
    size: int,
) -> dict[str, NDArray[Any]]:
    """Return the matrix of arrivals: of several edges between two nodes the fastest counts."""
    rows, columns = np.concatenate((end, start)), np.concatenate((start, end))
    seconds = np.concatenate((forward, backward))
    kept = np.isfinite(seconds) & (rows != columns)
    rows, columns, seconds = rows[kept], columns[kept], seconds[kept]
    order = np.lexsort((seconds, columns, rows))
    rows, columns, seconds = rows[order], columns[order], seconds[order]
    first = np.ones(rows.size, dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    counts = np.bincount(rows[first], minlength=size)
    return {
        "to.ends": np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        "to.nodes": columns[first].astype(np.int32),
        "to.seconds": seconds[first],
    }


def _parts(start: NDArray[np.int64], end: NDArray[np.int64], size: int) -> NDArray[np.int32]:
    """Return for each node the number of its part, whatever the direction of edges."""
    matrix = coo_matrix((np.ones(start.size, np.int8), (start, end)), shape=(size, size))
    parts: NDArray[np.int32] = connected_components(matrix, directed=False)[1]
    return parts.astype(np.int32)
