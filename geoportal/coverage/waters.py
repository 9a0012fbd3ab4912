"""Waters between people and their nearest facility: distances in a straight line pass over them."""

from __future__ import annotations

import numpy as np

from geoportal.coverage.access import NOBODY
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.study import Study
from geoportal.index.snapshot import Snapshot

_ONE_PERSON = 0.5
"""Fewer people than this count as none: cells on a border are shared by area."""


def across_waters(study: Study, snapshot: Snapshot) -> tuple[tuple[str, float], ...]:
    """Return waters (海峡, 湾) and the people whose nearest facility lies across; most first.

    People aged 75 and over; sure facilities within the outermost ring that are in the snapshot
    (planned ones are not looked at).
    """
    access, cells, rows = study.sure.access, study.cells, study.supply.rows
    near = (access.nearest != NOBODY) & (access.nearest_m <= RINGS_M[-1]) & (cells.need > 0)
    parts = np.flatnonzero(near)
    facilities = rows[access.nearest[parts]]
    parts, facilities = parts[facilities >= 0], facilities[facilities >= 0]
    crossed = snapshot.waters_between(cells.lon[parts], cells.lat[parts], facilities)
    people: dict[str, float] = {}
    for code, need in zip(crossed, cells.need[parts].tolist(), strict=True):
        if code:
            people[code] = people.get(code, 0.0) + need
    found = [(code, count) for code, count in people.items() if count >= _ONE_PERSON]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))
