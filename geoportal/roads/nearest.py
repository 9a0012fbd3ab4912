"""The nearest places by road, of many, to each of many homes: for cities, without a matrix of all.

The first is found by one run of Dijkstra's algorithm from all places at once. The next is found by
another over what the first leaves: where the nearest places of two nodes differ, the road between
them brings the one to the other, as a start; where they are the same, the next is passed on along
the road. A run for each rank is exact, however many places and homes there are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.roads.network import RoadNetwork, share_of_edge
from geoportal.roads.snapping import Snaps

NOWHERE: Final = -1
"""Number of a place that does not exist."""
_LEAST_S: Final = 1e-9
"""An edge of no weight is none to the library."""

Seconds = NDArray[np.float64]
Numbers = NDArray[np.int64]


class Nearest(NamedTuple):
    """The places nearest to homes by road, by rank.

    Attributes
    ----------
    seconds : ndarray of float64, shape (ranks, homes)
        To drive from the place to the home; infinite where there is none.
    places : ndarray of int64, shape (ranks, homes)
        Which; `NOWHERE` where there is none.
    """

    seconds: Seconds
    places: Numbers


class _Edges(NamedTuple):
    """Directed edges, each an entry; between two nodes there may be several."""

    start: Numbers
    end: Numbers
    seconds: Seconds

    def take(self, chosen: NDArray[np.bool_]) -> _Edges:
        return _Edges(self.start[chosen], self.end[chosen], self.seconds[chosen])


def nearest_places(network: RoadNetwork, places: Snaps, homes: Snaps, ranks: int) -> Nearest:
    """Return the places from which it takes least time to drive to each home.

    Parameters
    ----------
    network : RoadNetwork
    places, homes : Snaps
        On its roads; those on none are nobody's, and have nobody.
    ranks : int
        How many of the nearest; each is another place. Of two that are equally near, either.
    """
    edges, size = _with_ends(network, places, homes)
    count = places.edge.size
    first = np.arange(network.size, network.size + count)
    own = np.flatnonzero(places.edge >= 0)
    starts = _Edges(own, first[own], network.off_road_seconds(places)[own])
    seconds = np.full((ranks, size), np.inf)
    found = np.full((ranks, size), NOWHERE, dtype=np.int64)
    along = edges
    for rank in range(ranks):
        if rank:
            starts, along = _passed_on(edges, seconds[:rank], found[:rank])
        if not starts.start.size:
            break
        seconds[rank], found[rank] = _from_starts(along, starts, size)
    last = slice(network.size + count, None)
    return Nearest(seconds[:, last], found[:, last])


def _with_ends(network: RoadNetwork, places: Snaps, homes: Snaps) -> tuple[_Edges, int]:
    """Return all edges, those from places to roads and from roads to homes too, and the nodes.

    Nodes are those of the network, then the places, then the homes.
    """
    start, end, ahead, back = network.edge_columns()
    arriving, seconds = network.road_edges()
    leave, arrive = np.flatnonzero(places.edge >= 0), np.flatnonzero(homes.edge >= 0)
    out, into = places.take(leave), homes.take(arrive)
    door = network.off_road_seconds(into)
    place = network.size + leave
    home = network.size + places.edge.size + arrive
    same, along = _on_one_edge(out, into, ahead, back)
    parts = (
        (arriving[0], arriving[1], seconds),
        (place, end[out.edge], share_of_edge(ahead[out.edge], 1 - out.share)),
        (place, start[out.edge], share_of_edge(back[out.edge], out.share)),
        (start[into.edge], home, share_of_edge(ahead[into.edge], into.share) + door),
        (end[into.edge], home, share_of_edge(back[into.edge], 1 - into.share) + door),
        (place[same[0]], home[same[1]], along + door[same[1]]),
    )
    whole = _Edges(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    size = network.size + places.edge.size + homes.edge.size
    return whole.take(np.isfinite(whole.seconds)), size


def _on_one_edge(
    places: Snaps, homes: Snaps, ahead: Seconds, back: Seconds
) -> tuple[tuple[Numbers, Numbers], Seconds]:
    """Return the pairs of places and homes on one edge, and the seconds along it."""
    order = np.argsort(places.edge, kind="stable")
    first = np.searchsorted(places.edge[order], homes.edge, side="left")
    counts = np.searchsorted(places.edge[order], homes.edge, side="right") - first
    home = np.repeat(np.arange(homes.edge.size), counts)
    within = np.arange(home.size) - np.repeat(np.cumsum(counts) - counts, counts)
    place = order[np.repeat(first, counts) + within]
    way = homes.share[home] - places.share[place]
    edge = homes.edge[home]
    along = share_of_edge(np.where(way >= 0, ahead[edge], back[edge]), np.abs(way))
    return (place, home), along


def _from_starts(edges: _Edges, starts: _Edges, size: int) -> tuple[Seconds, Numbers]:
    """Return the seconds to each node, and the place of the start they are from.

    ``starts`` lead from places to nodes, at most one to a node.
    """
    from scipy.sparse import csr_array  # takes time to load
    from scipy.sparse.csgraph import dijkstra

    row = np.concatenate((edges.start, np.full(starts.end.size, size)))
    column = np.concatenate((edges.end, starts.end))
    weight = np.maximum(np.concatenate((edges.seconds, starts.seconds)), _LEAST_S)
    order = np.argsort(row, kind="stable")
    ends = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=size + 1))))
    matrix = csr_array(
        (weight[order], column[order].astype(np.int32), ends.astype(np.int32)),
        shape=(size + 1, size + 1),
    )
    seconds, before = dijkstra(matrix, indices=size, return_predecessors=True)
    origin = np.where(before < 0, np.arange(size + 1), before)[:size]
    is_start = origin == size
    origin = np.where(is_start, np.arange(size), origin)
    while True:  # from each node to the one it is reached from, in ever longer steps
        further = origin[origin]
        if (further == origin).all():
            break
        origin = further
    place = np.full(size, NOWHERE, dtype=np.int64)
    place[starts.end] = starts.start
    return seconds[:size], np.where(is_start[origin], place[origin], NOWHERE)


def _passed_on(edges: _Edges, seconds: Seconds, found: Numbers) -> tuple[_Edges, _Edges]:
    """Return where the next nearest start, and the edges along which they go on.

    ``seconds`` and ``found``, shape (ranks, nodes), are those nearer.
    """
    known = found[:, edges.end]
    chosen = np.full(edges.start.size, NOWHERE, dtype=np.int64)
    needed = np.full(edges.start.size, np.inf)
    for rank in reversed(range(len(found))):
        place = found[rank, edges.start]
        other = (place != NOWHERE) & (known != place).all(axis=0)
        chosen[other] = place[other]
        needed[other] = (seconds[rank, edges.start] + edges.seconds)[other]
    brought = np.flatnonzero(chosen != NOWHERE)
    order = brought[np.lexsort((chosen[brought], needed[brought], edges.end[brought]))]
    order = order[np.flatnonzero(np.diff(edges.end[order], prepend=-1))]
    starts = _Edges(chosen[order], edges.end[order], needed[order])
    return starts, edges.take(chosen == NOWHERE)
