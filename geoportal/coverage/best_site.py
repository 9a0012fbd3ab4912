"""Best site: where in a district one more facility would reach most people of low access."""

from __future__ import annotations

import numpy as np

from geoportal.coverage.distance_zones import RINGS_M, Places, squared_chords
from geoportal.coverage.study import Study

_BLOCK = 500


def best_site(study: Study, district: int, ring: int) -> tuple[float, float] | None:
    """Return the cell centre of a district within the ring of which most people in need live.

    In need are the people aged 75 and over of the district with the fewest sure facilities within
    the ring: those with none, where there are any.

    District and ring are numbers within the study. A chord is taken for the distance: short by
    5 mm at 16 km. Degrees (lon, lat), WGS 84; ties: the first by key. None where nobody lives.
    """
    cells = study.cells
    rows = np.flatnonzero((cells.districts == district) & (cells.need > 0))
    if rows.size == 0:
        return None
    counts = study.sure.access.counts[rows, ring]
    in_need = rows[counts == counts.min()]
    places = Places.from_degrees(cells.lon, cells.lat)
    reached = np.concatenate(
        [
            (squared_chords(places, block, places, in_need) <= RINGS_M[ring] ** 2)
            @ cells.need[in_need]
            for block in np.split(rows, range(_BLOCK, rows.size, _BLOCK))
        ]
    )
    best = rows[int(np.lexsort((cells.keys[rows], -reached))[0])]
    return float(cells.lon[best]), float(cells.lat[best])
