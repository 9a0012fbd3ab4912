"""Access by road: how long it takes from the nearest facilities to each part of a cell, by car.

Only where a road map is held. Parts of which no road is known, and those that no facility is known
to reach by road (islands, ferries, roads that are not joined), have no time: they are counted
apart, as neither covered nor uncovered.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.cells import CellTable
from geoportal.coverage.distance_zones import Floats, Rows
from geoportal.coverage.supply import Supply
from geoportal.index.driving import COARSEST_M, RoadIndex
from geoportal.index.snapshot import Snapshot
from geoportal.roads.nearest import nearest_places
from geoportal.roads.network import FERRY_NEEDED, NO_WAY, ROAD, STATES, UNKNOWN, RoadNetwork
from geoportal.roads.snapping import Snaps

MINUTES: Final[tuple[int, ...]] = (15, 30)
"""Times by car within which people are counted, minutes, each inclusive."""

AT_LEAST_BY_ROAD: Final[tuple[int, ...]] = (1, 2)
"""How many facilities in reach by road people are counted by."""

_RANKS = 3
"""N-1 asks whether one or two are in reach: the third decides."""


@dataclass(frozen=True)
class RoadAccess:
    """Access of parts of cells by road to one set of facilities.

    Attributes
    ----------
    minutes : ndarray of float, shape (3, p)
        From the nearest three facilities; infinite where there is none.
    nearest : ndarray of int, shape (3, p)
        Which these are; -1 where there is none.
    states : ndarray of uint8, shape (p,)
        Places in `geoportal.roads.network.STATES`: whether there is a time, or why there is none.
        With no facility at all every part that is on a road is ``road``: nobody is in reach.
    """

    minutes: Floats
    nearest: Rows
    states: NDArray[np.uint8]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where it is known how long it takes, or that nobody is there to come, shape (p,)."""
        return np.asarray(self.states == STATES.index(ROAD))

    def counts(self, minutes: float) -> NDArray[np.int64]:
        """Return the facilities within a time, three at most, shape (p,)."""
        return np.asarray((self.minutes <= minutes).sum(axis=0))

    def take(self, rows: Rows) -> RoadAccess:
        """Return the access of some parts, or of parts more than once."""
        return RoadAccess(*(getattr(self, field.name)[..., rows] for field in fields(self)))


@dataclass(frozen=True)
class RoadReach:
    """Access by road of a study.

    Attributes
    ----------
    sure, possible : RoadAccess
        Of every part of a cell.
    off_road : ndarray of bool, shape (k,)
        Facilities of which no road is known: they are in nobody's reach here.
    """

    sure: RoadAccess
    possible: RoadAccess
    off_road: NDArray[np.bool_]


def measure_roads(snapshot: Snapshot, cells: CellTable, supply: Supply) -> RoadReach | None:
    """Measure access by road; None when no road map is held, or none of the parts is near a road.

    Positions of towns that are less certain than `COARSEST_M` are on no road we know.
    """
    if snapshot.roads is None or not len(cells):
        return None
    network = snapshot.roads.network
    whole, first, where = np.unique(cells.rows, return_index=True, return_inverse=True)
    homes = network.snap(cells.lon[first], cells.lat[first])
    homes.edge[cells.uncertainty_m[first] > COARSEST_M] = -1
    if not whole.size or (homes.edge < 0).all():
        return None
    places = _facilities(snapshot.roads, snapshot, supply)
    sure, possible = (
        _access(network, places, mask, homes).take(where)
        for mask in (supply.certain, supply.possible)
    )
    return RoadReach(sure, possible, places.edge < 0)


def _facilities(roads: RoadIndex, snapshot: Snapshot, supply: Supply) -> Snaps:
    """Return where the facilities are on the roads; planned ones are looked up."""
    held = np.flatnonzero(supply.rows >= 0)
    planned = np.flatnonzero(supply.rows < 0)
    size = len(supply)
    places = Snaps(np.full(size, -1, np.int32), np.zeros(size), np.full(size, np.inf))
    found = (
        (held, roads.places(snapshot.columns, supply.rows[held])),
        (planned, roads.network.snap(supply.places.lon[planned], supply.places.lat[planned])),
    )
    for rows, snaps in found:
        places.edge[rows], places.share[rows], places.off_m[rows] = snaps
    return places


def _access(
    network: RoadNetwork, places: Snaps, mask: NDArray[np.bool_], homes: Snaps
) -> RoadAccess:
    members = np.flatnonzero(mask)
    own = places.take(members)
    found = nearest_places(network, own, homes, _RANKS)
    nearest = np.where(found.places < 0, -1, members[found.places] if members.size else -1)
    reached = np.isfinite(found.seconds[0])
    states = np.full(homes.edge.size, STATES.index(NO_WAY), dtype=np.uint8)
    states[network.joined_by_sea(own, homes)] = STATES.index(FERRY_NEEDED)
    states[reached | (not members.size)] = STATES.index(ROAD)
    states[homes.edge < 0] = STATES.index(UNKNOWN)
    return RoadAccess(found.seconds / 60, nearest, states)
