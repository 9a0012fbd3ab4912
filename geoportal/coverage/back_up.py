"""Who would be left without any facility by a closing, but has one that stands in for it in reach.

Groups of offices say who stands in for whom (`Snapshot.stand_ins`). Such a partner lies beyond the
ring or the minutes, or it is not known whether it can: else the facility would not be the only one.
It is in reach by one rule, also where the only facility is the only one by road. That it is in
reach does not say that it takes the people over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.access import NOBODY, Access
from geoportal.coverage.cells import CellTable
from geoportal.coverage.distance_zones import RINGS_M, Floats, Places, Rows, pair_distances_m
from geoportal.coverage.driving import MINUTES, RoadAccess
from geoportal.coverage.supply import Supply
from geoportal.index.snapshot import Snapshot

PARTNER_REACH_M = 16_000.0
"""How near to the people a partner has to be: as far as doctors visit (16 km)."""


@dataclass(frozen=True)
class BackUp:
    """Facilities that are backed up by partners, and for whom.

    Attributes
    ----------
    partners : mapping of int to tuple of int
        Rows of the supply: for each facility those of its partners that may count, too.
    parts : ndarray of bool, shape (p, rings)
        True for the parts of cells with only one facility within the ring, a partner of which
        lies within `PARTNER_REACH_M`.
    people : ndarray of float, shape (k, rings)
        People aged 75 and over of those parts, by the facility that is the only one.
    people_by_road : ndarray of float, shape (k, minutes)
        Likewise of the parts with only one facility within each of the minutes by road; zero
        without a road map.
    """

    partners: Mapping[int, tuple[int, ...]]
    parts: NDArray[np.bool_]
    people: Floats
    people_by_road: Floats


def partners_in_supply(snapshot: Snapshot, supply: Supply) -> dict[int, tuple[int, ...]]:
    """Return for the facilities that count their partners that count or may, as rows of supply."""
    if not snapshot.stand_ins:
        return {}
    place = {facility_id: n for n, facility_id in enumerate(supply.ids)}
    found = {
        n: tuple(place[one] for one in snapshot.stand_ins.get(facility_id, ()) if one in place)
        for facility_id, n in place.items()
    }
    return {n: partners for n, partners in found.items() if partners}


def measure_back_up(
    access: Access,
    by_road: RoadAccess | None,
    cells: CellTable,
    supply: Supply,
    partners: Mapping[int, tuple[int, ...]],
) -> BackUp:
    """Find the people who have a partner of the only facility in reach; access to sure ones."""
    only = _only_facilities(access, by_road)
    parts = np.zeros(only.shape, dtype=bool)
    people = np.zeros((len(supply), only.shape[1]))
    places = Places.from_degrees(cells.lon, cells.lat)
    for row, others in partners.items():
        alone = only == row
        own = np.flatnonzero(alone.any(axis=1))
        near = _any_near(places, own, supply.places, others)
        backed = alone[own] & near[:, None]
        parts[own] |= backed
        people[row] = backed.T @ cells.need[own]
    rings = len(RINGS_M)
    return BackUp(dict(partners), parts[:, :rings], people[:, :rings], people[:, rings:])


def _only_facilities(access: Access, by_road: RoadAccess | None) -> Rows:
    """Return the only facility within each ring, then each of the minutes; `NOBODY` for another.

    Shape (p, rings + minutes).
    """
    only = [np.where(access.counts == 1, access.nearest[:, None], NOBODY)]
    for minutes in MINUTES:
        if by_road is None:
            only.append(np.full((len(access.nearest), 1), NOBODY, dtype=np.int64))
        else:
            alone = by_road.counts(minutes) == 1
            only.append(np.where(alone, by_road.nearest[0], NOBODY)[:, None])
    return np.concatenate(only, axis=1)


def _any_near(
    cells: Places, own: Rows, facilities: Places, others: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Say for each of some cells whether any of some facilities lies within reach of it."""
    near = np.zeros(own.size, dtype=bool)
    for other in others:
        metres = pair_distances_m(cells, own, facilities, np.full(own.size, other))
        near |= metres <= PARTNER_REACH_M
    return near
