"""Dependence of a district's people on single facilities and on facilities of its neighbours.

It follows from the count and the nearest two of each cell; sure facilities only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.distance_zones import Floats, Rows
from geoportal.coverage.study import Study

Share = tuple[int, float]
"""A row of the supply, and people aged 75 and over."""

_ONE_PERSON = 0.5
"""Fewer people than this count as none: cells on a border are shared by area."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """Facilities that the people aged 75 and over of one district depend on, within one ring.

    Attributes
    ----------
    on_one : float
        People with exactly one facility within the ring: N-1 would leave them with none.
    sole : tuple of Share
        Those single facilities, wherever they are; most people first.
    across : float
        People whose nearest facility within the ring lies outside the district.
    neighbours : tuple of Share
        Those facilities across the border; most people first.
    backed : float
        Of ``on_one`` those who have a partner of that facility in reach; see
        `geoportal.coverage.back_up`.
    """

    on_one: float
    sole: tuple[Share, ...]
    across: float
    neighbours: tuple[Share, ...]
    backed: float = 0.0


def dependence(study: Study, ring: int) -> tuple[Dependence, ...]:
    """Return the dependence of each district of a study within a ring (number in `RINGS_M`)."""
    access, cells = study.sure.access, study.cells
    reached = access.counts[:, ring] >= 1
    single = access.counts[:, ring] == 1
    away = np.zeros(len(cells), dtype=bool)
    away[reached] = study.facility_districts[access.nearest[reached]] != cells.districts[reached]
    backed = np.zeros(len(cells), dtype=bool)
    if study.back_up is not None:
        backed = study.back_up.parts[:, ring]
    districts = []
    for number in range(len(study.target.areas)):
        own = cells.districts == number
        districts.append(
            Dependence(
                on_one=float(cells.need[own & single].sum()),
                sole=_shares(access.nearest, cells.need, own & single),
                across=float(cells.need[own & away].sum()),
                neighbours=_shares(access.nearest, cells.need, own & away),
                backed=float(cells.need[own & backed].sum()),
            )
        )
    return tuple(districts)


def _shares(facilities: Rows, people: Floats, chosen: NDArray[np.bool_]) -> tuple[Share, ...]:
    """Add up people by facility; most first, then by row; those with nobody are left out."""
    rows, where = np.unique(facilities[chosen], return_inverse=True)
    sums = np.bincount(where, weights=people[chosen], minlength=rows.size)
    order = np.lexsort((rows, -sums))
    return tuple((int(rows[n]), float(sums[n])) for n in order if sums[n] >= _ONE_PERSON)
