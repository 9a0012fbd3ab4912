"""Siting: where in a district one more facility would reach most of those who have fewest."""

from __future__ import annotations

import numpy as np

from geoportal.coverage.distance_zones import RINGS_M, Places, squared_chords
from geoportal.coverage.study import Study

_BLOCK = 500


def best_site(study: Study, district: int, ring: int) -> tuple[float, float] | None:
    """Return the centre of the cell of a district from which most of those in want are reached.

    In want are the people aged 75 and over of the district with the fewest facilities (sure ones)
    within the ring: those with none, where there are any.

    Parameters
    ----------
    study : Study
    district : int
        Number of the district in the study.
    ring : int
        Number of the ring. A chord is taken for the distance: short by 5 mm at 16 km.

    Returns
    -------
    tuple of float or None
        Degrees (lon, lat), WGS 84; equals: the first by key. None where nobody lives.
    """
    cells = study.cells
    rows = np.flatnonzero((cells.districts == district) & (cells.need > 0))
    if rows.size == 0:
        return None
    counts = study.sure.access.counts[rows, ring]
    wanting = rows[counts == counts.min()]
    places = Places.from_degrees(cells.lon, cells.lat)
    reached = np.concatenate(
        [
            (squared_chords(places, block, places, wanting) <= RINGS_M[ring] ** 2)
            @ cells.need[wanting]
            for block in np.split(rows, range(_BLOCK, rows.size, _BLOCK))
        ]
    )
    best = rows[int(np.lexsort((cells.keys[rows], -reached))[0])]
    return float(cells.lon[best]), float(cells.lat[best])
