"""Enhanced two-step floating catchment area (E2SFCA): supply weighed against demand around it.

Method: Luo, W., & Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method for
measuring spatial accessibility to primary care physicians. Health & Place, 15(4), 1100-1107.

1. Each facility j shares its capacity S among the people P of every cell in its catchment,
   discounted by zone: ``R_j = S_j / Σ_k W(d_kj) P_k``.
2. Each cell i adds up what the facilities in its catchment give: ``A_i = Σ_j W(d_ij) R_j``.

The paper's three zones (0-10, 10-20, 20-30 minutes) and its weights 1.00, 0.68, 0.22 are kept; the
zones are distances here: up to 4, 8 and 16 km, the last being the limit of paid home visits
(往診・訪問診療の 16 km).
``Σ_i P_i A_i`` is the total capacity, so that ``A`` reads as capacity per person of the demand
group. ``R_j`` does not depend on other facilities: taking one away never raises any ``A_i``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoportal.coverage.distance_zones import RINGS_M, DistanceZones, Floats

CATCHMENT_ZONES_M: tuple[float, ...] = (4_000.0, 8_000.0, 16_000.0)
"""Outer edges of the zones, metres, inclusive."""

CATCHMENT_WEIGHTS: tuple[float, ...] = (1.00, 0.68, 0.22)
"""Weights of the zones: Luo & Qi (2009), first set (slow decay)."""


def ring_weights(rings_m: Sequence[float] = RINGS_M) -> Floats:
    """Return the catchment weight of each distance zone, 0 beyond the last, shape (rings + 1,).

    The rings must contain every edge of `CATCHMENT_ZONES_M`.
    """
    zones = np.searchsorted(CATCHMENT_ZONES_M, [*rings_m, np.inf], side="left")
    return np.asarray([*CATCHMENT_WEIGHTS, 0.0])[zones]


@dataclass(frozen=True)
class Catchment:
    """The result of both steps.

    Attributes
    ----------
    demand : ndarray of float, shape (facilities,)
        Weighted people in each facility's catchment.
    ratio : ndarray of float, shape (facilities,)
        Capacity per weighted person, ``R_j``; 0 where nobody lives in the catchment.
    """

    demand: Floats
    ratio: Floats


def weighted_demand(zones: DistanceZones, people: Floats) -> Floats:
    """Return the people in each facility's catchment, discounted by zone: ``Σ_k W(d_kj) P_k``.

    ``people`` are the demand group of every cell within the districts and around them.
    """
    weights = ring_weights(zones.rings_m)
    demand = np.zeros(len(zones.facilities))
    for block in zones.blocks("診療圏"):
        weighted = np.einsum("c,cf->f", people[block.cells], weights[block.zones])
        demand[block.facilities] += weighted
    return demand


def capacity_per_person(demand: Floats, capacity: Floats) -> Catchment:
    """Do the first step: share each facility's capacity ``S_j`` among its weighted demand."""
    ratio = np.divide(capacity, demand, out=np.zeros_like(demand), where=demand > 0)
    return Catchment(demand, ratio)


def floating_catchment(zones: DistanceZones, ratios: Floats) -> Floats:
    """Do the second step for one or several sets of facilities.

    Parameters
    ----------
    zones : DistanceZones
        From the cells asked about to every facility.
    ratios : ndarray of float, shape (facilities, sets)
        ``R_j``, 0 for a facility that is not of the set.

    Returns
    -------
    ndarray of float, shape (cells, sets)
        Capacity per person, ``A_i``.
    """
    weights = ring_weights(zones.rings_m)
    access = np.zeros((len(zones.cells), ratios.shape[1]))
    for block in zones.blocks("到達"):
        access[block.cells] = weights[block.zones] @ ratios[block.facilities]
    return access
