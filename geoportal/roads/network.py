"""The road network, and how long it takes to drive on it.

Times are from facilities to the home: whoever visits drives there. They are what the speeds of the
classes give along the fastest way, without traffic, signals, parking or turning, plus the way
between the points and their nearest roads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.roads.snapping import SegmentGrid, Snaps

ROAD: Final = "road"
FERRY_NEEDED: Final = "ferry"
NO_WAY: Final = "no_way"
UNKNOWN: Final = "unknown"
STATES: Final = (ROAD, FERRY_NEEDED, NO_WAY, UNKNOWN)
"""By road; only by ferry as well (no time is said); on roads that are not joined as far as we know;
on no road we know."""
_HOMES_AT_ONCE = 64
_AT_NODE = 1e-9
"""Share of an edge: what is nearer to its end is at the node, and on all roads that meet there."""

Seconds = NDArray[np.float64]
Nodes = NDArray[np.int64]


class Drives(NamedTuple):
    """Times of driving to homes.

    Attributes
    ----------
    seconds : ndarray of float64, shape (homes, places)
        Infinite where there is no time.
    states : ndarray of uint8, shape (homes, places)
        Places in `STATES`.
    """

    seconds: Seconds
    states: NDArray[np.uint8]


class RoadNetwork:
    """A network made of the arrays of `geoportal.roads.compiling.compile_network`.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        May be memory-mapped; never written to.
    off_road_km_h : float
        Speed between a point and its nearest road.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], off_road_km_h: float) -> None:
        self._arrays = arrays
        self._grid = SegmentGrid(arrays)
        self._metres_s = off_road_km_h / 3.6

    @property
    def size(self) -> int:
        """How many nodes it has."""
        return int(self._arrays["node.lon"].size)

    def road_edges(self) -> tuple[tuple[Nodes, Nodes], Seconds]:
        """Return where the fastest edge between each two nodes starts and ends, and its seconds."""
        ends = np.repeat(np.arange(self.size), np.diff(self._arrays["to.ends"]))
        starts = np.asarray(self._arrays["to.nodes"], dtype=np.int64)
        return (starts, ends), np.asarray(self._arrays["to.seconds"])

    def edge_columns(self) -> tuple[Nodes, Nodes, Seconds, Seconds]:
        """Return of every edge its start, its end, and the seconds forward and backward."""
        names = ("edge.start", "edge.end", "edge.forward_s", "edge.backward_s")
        start, end, ahead, back = (np.asarray(self._arrays[name]) for name in names)
        return start.astype(np.int64), end.astype(np.int64), ahead, back

    def segments(self) -> Mapping[str, NDArray[Any]]:
        """Return the segments of all edges, see `geoportal.roads.snapping.grid_arrays`."""
        names = ("edge", "lon1", "lat1", "lon2", "lat2", "from", "to")
        return {name: np.asarray(self._arrays[f"segment.{name}"]) for name in names}

    def off_road_seconds(self, snaps: Snaps) -> Seconds:
        """Return the seconds between points and their roads; infinite where there is none."""
        return np.asarray(np.where(snaps.edge >= 0, snaps.off_m, np.inf) / self._metres_s)

    def snap(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Snaps:
        """Return the nearest places on roads, see `SegmentGrid.snap`."""
        return self._grid.snap(lon, lat)

    def drives(self, places: Snaps, homes: Snaps, arrivals: Seconds | None = None) -> Drives:
        """Return how long it takes from each place to each home, or why it is not known.

        ``arrivals`` are what `arrivals` returns for these homes, where that is at hand.
        """
        seconds = np.empty((homes.edge.size, places.edge.size))
        for first in range(0, homes.edge.size, _HOMES_AT_ONCE):
            some = np.arange(first, min(first + _HOMES_AT_ONCE, homes.edge.size))
            few = homes.take(some)
            from_nodes = self.arrivals(few) if arrivals is None else arrivals[some]
            seconds[some] = self._leaving(places, from_nodes, few)
        return Drives(seconds, self._states(seconds, places, homes))

    def arrivals(self, homes: Snaps) -> Seconds:
        """Return the seconds from every node to each home's door, shape (homes, nodes)."""
        from scipy.sparse import csr_array  # takes time to load
        from scipy.sparse.csgraph import dijkstra

        size, count = self.size, homes.edge.size
        on_road = homes.edge >= 0
        edge = np.where(on_road, homes.edge, 0)
        ahead, back = self._arrays["edge.forward_s"][edge], self._arrays["edge.backward_s"][edge]
        seconds = np.stack(
            (share_of_edge(ahead, homes.share), share_of_edge(back, 1 - homes.share)), axis=1
        )
        nodes = np.stack((self._arrays["edge.start"][edge], self._arrays["edge.end"][edge]), axis=1)
        used = np.isfinite(seconds) & on_road[:, np.newaxis]
        ends = self._arrays["to.ends"]
        matrix = csr_array(
            (
                np.concatenate((self._arrays["to.seconds"], seconds[used])),
                np.concatenate((self._arrays["to.nodes"], nodes[used])),
                np.concatenate((ends, ends[-1] + np.cumsum(used.sum(axis=1)))).astype(np.int32),
            ),
            shape=(size + count, size + count),
        )
        found = dijkstra(matrix, indices=np.arange(size, size + count))[:, :size]
        return np.asarray(found + self.off_road_seconds(homes)[:, np.newaxis])

    def _leaving(self, places: Snaps, arrivals: Seconds, homes: Snaps) -> Seconds:
        """Return the seconds from each place to each home, whose times from all nodes are given."""
        on_road = places.edge >= 0
        edge = np.where(on_road, places.edge, 0)
        ahead, back = self._arrays["edge.forward_s"][edge], self._arrays["edge.backward_s"][edge]
        to_end, to_start = share_of_edge(ahead, 1 - places.share), share_of_edge(back, places.share)
        seconds = np.minimum(
            arrivals[:, self._arrays["edge.end"][edge]] + to_end,
            arrivals[:, self._arrays["edge.start"][edge]] + to_start,
        )
        for home, place in np.argwhere(homes.edge[:, np.newaxis] == places.edge[np.newaxis, :]):
            if homes.edge[home] >= 0:  # on one edge: without leaving it
                way = float(homes.share[home] - places.share[place])
                along = share_of_edge(ahead[place] if way >= 0 else back[place], abs(way))
                direct = float(along) + homes.off_m[home] / self._metres_s
                seconds[home, place] = min(seconds[home, place], direct)
        seconds += self.off_road_seconds(places)
        return np.asarray(seconds)

    def _states(self, seconds: Seconds, places: Snaps, homes: Snaps) -> NDArray[np.uint8]:
        land, sea = self._parts(places), self._parts(homes)
        apart = land[0] != sea[0][:, np.newaxis]
        by_ferry = apart & (land[1] == sea[1][:, np.newaxis])
        off = (places.edge < 0) | (homes.edge < 0)[:, np.newaxis]
        states = np.full(seconds.shape, STATES.index(NO_WAY), dtype=np.uint8)
        states[by_ferry] = STATES.index(FERRY_NEEDED)
        states[np.isfinite(seconds)] = STATES.index(ROAD)
        states[off] = STATES.index(UNKNOWN)
        return states

    def joined_by_sea(self, places: Snaps, homes: Snaps) -> NDArray[np.bool_]:
        """Say for each home whether it hangs together with any place by roads and ferries."""
        theirs, own = (self._parts(snaps)[1] for snaps in (places.take(places.edge >= 0), homes))
        return np.asarray(np.isin(own, theirs) & (homes.edge >= 0))

    def _parts(self, snaps: Snaps) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the parts of the network that places lie on: by land, and with ferries."""
        nodes = self._arrays["edge.start"][np.where(snaps.edge >= 0, snaps.edge, 0)]
        return self._arrays["node.land"][nodes], self._arrays["node.sea"][nodes]


def share_of_edge(seconds: Any, share: Any) -> NDArray[np.float64]:
    """Return a share of the time of an edge; none of it takes no time, whatever its direction."""
    known = np.where(np.isfinite(seconds), seconds, 0.0) * share
    return np.where(np.isfinite(seconds) | (share <= _AT_NODE), known, np.inf)
