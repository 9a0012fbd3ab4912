"""Visiting areas (訪問地域): whether a facility says that it visits the district of a home."""

from __future__ import annotations

import numpy as np

from geoportal.domain.query import Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import MATCH, NO, POSSIBLE, Bands

_BANDS = {"yes": MATCH, "unknown": POSSIBLE, "no": NO}


def home_district(snapshot: Snapshot, query: Query) -> str:
    """Return the municipality or ward of the home asked about, empty when not known."""
    if query.origin is None:
        return query.districts[0] if len(query.districts) == 1 else ""
    covering = snapshot.districts.municipality_at(query.origin.lon, query.origin.lat)
    return covering.code if covering else ""


def visits_home(snapshot: Snapshot, query: Query, row: int) -> str:
    """Say whether a facility says it visits the home's district.

    Returns
    -------
    str
        ``yes``, ``no``, or ``unknown`` when it says nothing of its area or the home's district is
        not known; empty when the question names no home and no single district.
    """
    if query.origin is None and len(query.districts) != 1:
        return ""
    if not snapshot.facilities[row].visit_areas:
        return "unknown"
    return _stated(snapshot, row, home_district(snapshot, query))


def visiting(snapshot: Snapshot, query: Query, rows: Rows) -> Bands:
    """Return the band of each row by its visiting area: said yes 0, nothing said 1, said no 2."""
    home = home_district(snapshot, query)
    return np.fromiter(
        (_BANDS[_stated(snapshot, int(row), home)] for row in rows), np.int8, rows.size
    )


def _stated(snapshot: Snapshot, row: int, home: str) -> str:
    areas = snapshot.facilities[row].visit_areas
    if not areas or not home:
        return "unknown"
    return "yes" if any(snapshot.holds(area, home) for area in areas) else "no"
