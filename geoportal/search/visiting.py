"""Visiting areas (訪問地域): whether a facility says that it visits the district of a home."""

from __future__ import annotations

import numpy as np

from geoportal.domain.district import District
from geoportal.domain.query import Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import MATCH, NO, POSSIBLE, Bands


def home_of(snapshot: Snapshot, query: Query) -> District | None:
    """Return the municipality or ward that covers the home; None without one, or at sea."""
    if query.origin is None:
        return None
    return snapshot.districts.municipality_at(query.origin.lon, query.origin.lat)


def home_code(query: Query, home: District | None) -> str:
    """Return the code of the home's municipality, of its outline or else of its address."""
    if home is not None:
        return home.code
    return query.origin.municipality_code if query.origin is not None else ""


def visits_home(snapshot: Snapshot, query: Query, home: District | None, row: int) -> str:
    """Say whether a facility says it visits the home's district (as `home_of` returns it).

    ``yes``, ``no``, or ``unknown`` when it says nothing of its area or the home's district is not
    known; empty when the question names no home and no single district.
    """
    if query.origin is None and len(query.districts) != 1:
        return ""
    if not snapshot.facilities[row].visit_areas:
        return "unknown"
    return _stated(snapshot, row, _asked_district(query, home))


def visiting(snapshot: Snapshot, query: Query, rows: Rows) -> Bands:
    """Return the band of each row by its visiting area: said yes 0, nothing said 1, said no 2."""
    asked = _asked_district(query, home_of(snapshot, query))
    said = np.full(rows.size, POSSIBLE, dtype=np.int8)
    if asked:
        areas = snapshot.visited_areas
        for held in (False, True):  # one area that holds the home is enough
            for area in areas:
                if snapshot.holds(area, asked) == held:
                    said[np.isin(rows, areas[area])] = MATCH if held else NO
    return said


def _asked_district(query: Query, home: District | None) -> str:
    """Return the code of the home's district, or of the only one asked about; empty for none."""
    if query.origin is None:
        return query.districts[0] if len(query.districts) == 1 else ""
    return home.code if home else ""


def _stated(snapshot: Snapshot, row: int, home: str) -> str:
    areas = snapshot.facilities[row].visit_areas
    if not areas or not home:
        return "unknown"
    return "yes" if any(snapshot.holds(area, home) for area in areas) else "no"
