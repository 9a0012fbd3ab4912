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
    people: dict[str, float] = {}
    for part in np.flatnonzero(near).tolist():
        row = rows[access.nearest[part]]
        if row < 0:
            continue
        lon, lat = float(cells.lon[part]), float(cells.lat[part])
        (code,) = snapshot.waters_before(lon, lat, np.array([row]))
        if code:
            people[code] = people.get(code, 0.0) + float(cells.need[part])
    found = [(code, count) for code, count in people.items() if count >= _ONE_PERSON]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))
