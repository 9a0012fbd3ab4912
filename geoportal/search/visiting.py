"""Visiting areas (訪問地域): whether a facility says that it visits the district of a home."""

from __future__ import annotations

import numpy as np

from geoportal.domain.district import District
from geoportal.domain.query import Query
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import POSSIBLE, Bands

_WORDS = ("yes", "unknown", "no")
"""What is said of a visiting area, by band."""


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


def visits_home(snapshot: Snapshot, query: Query, home: District | None, rows: Rows) -> list[str]:
    """Say of each row whether it says it visits the home's district (as `home_of` returns it).

    ``yes``, ``no``, or ``unknown`` when it says nothing of its area or the home's district is not
    known; empty when the question names no home and no single district.
    """
    if query.origin is None and len(query.districts) != 1:
        return [""] * rows.size
    if not snapshot.visited_areas:
        return [_WORDS[POSSIBLE]] * rows.size
    return [_WORDS[said] for said in visiting(snapshot, query, home, rows).tolist()]


def visiting(snapshot: Snapshot, query: Query, home: District | None, rows: Rows) -> Bands:
    """Return the band of each row by its visiting area: said yes 0, nothing said 1, said no 2.

    ``home`` is what `home_of` returns.
    """
    asked = _asked_district(query, home)
    if not asked or not snapshot.visited_areas:
        return np.full(rows.size, POSSIBLE, dtype=np.int8)
    said: Bands = POSSIBLE - snapshot.visit_statements(asked)[rows]
    return said


def _asked_district(query: Query, home: District | None) -> str:
    """Return the code of the home's district, or of the only one asked about; empty for none."""
    if query.origin is None:
        return query.districts[0] if len(query.districts) == 1 else ""
    return home.code if home else ""
