"""Demand by 町丁目: each town is one point with its people, and belongs to one district whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.coverage.area import LEAVES, Target
from geoportal.coverage.demand import TOWNS, Demand, Parts
from geoportal.coverage.distance_zones import Places
from geoportal.geo.equal_area import EqualArea
from geoportal.store.town_population import HeldTown, TownPeople


def people_of(town: TownPeople) -> tuple[float, ...]:
    """Return the people of a town by `GROUPS`, NaN where not published (``alone`` always)."""
    figures = (town.pop, town.pop65, town.pop75, town.pop85, None)
    return tuple(float("nan") if value is None else float(value) for value in figures)


def town_demand(towns: Sequence[HeldTown]) -> Demand:
    """Return the people of the towns that have a place; the others are `unplaced_towns`."""
    placed = sorted(
        (town for town in towns if not town.place.reason), key=lambda town: town.people.key
    )
    places = [town.place for town in placed]
    return Demand(
        unit=TOWNS,
        keys=np.array([town.people.key for town in placed], dtype=np.str_),
        places=Places.from_degrees(
            np.array([place.lon for place in places], dtype=np.float64),
            np.array([place.lat for place in places], dtype=np.float64),
        ),
        people=np.array([people_of(town.people) for town in placed]).reshape(-1, 5),
        suppressed=np.zeros(len(placed), dtype=bool),
        uncertainty_m=np.array([place.uncertainty_m or 0.0 for place in places], dtype=np.float64),
        municipalities=np.array([place.found_in for place in places], dtype=np.str_),
    )


def unplaced_towns(towns: Sequence[HeldTown]) -> tuple[TownPeople, ...]:
    """Return the towns without a place: their people are reported, not counted."""
    return tuple(town.people for town in towns if town.place.reason)


def allot(demand: Demand, target: Target) -> Parts:
    """Allot towns to districts, each to one.

    A municipality or ward has the towns that are part of it by name: a point may lie just outside
    a generalised outline. A local district has the towns whose point it contains; a town of the
    area that lies in none of them, just outside, goes to the nearest (when one local district is
    studied alone, nothing tells whose such a town is, and it is left out). Nothing is cut by area:
    where in a town its people live is not known.
    """
    districts = np.full(len(demand), -1, dtype=np.int64)
    points = demand.shapes()
    ours = np.isin(demand.municipalities, target.municipalities)
    for number, area in enumerate(target.areas):
        if area.level in LEAVES:
            own = demand.municipalities == area.code
        else:
            shapely.prepare(area.outline)
            own = np.asarray(shapely.covers(area.outline, points), dtype=bool)
            own &= ours if target.municipalities else True
        districts[own & (districts < 0)] = number
    outside = np.flatnonzero(ours & (districts < 0))
    if outside.size:
        districts[outside] = _nearest(points[outside], target)
    inside = np.flatnonzero(districts >= 0)
    order = inside[np.lexsort((inside, districts[inside]))]
    return Parts(order, districts[order], np.ones(order.size))


def _nearest(points: NDArray[np.object_], target: Target) -> NDArray[np.int64]:
    """Return the district nearest to each point, by a projection around them."""
    projection = EqualArea(float(shapely.get_x(points).mean()), float(shapely.get_y(points).mean()))
    flat = projection.project(points)
    outlines = projection.project(np.array(target.outlines, dtype=np.object_))
    metres = np.array([shapely.distance(outline, flat) for outline in outlines])
    return np.asarray(metres.argmin(axis=0), dtype=np.int64)
