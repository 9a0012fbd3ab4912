"""Facilities as the staff side asks for them: by present or former id, with their ward."""

from __future__ import annotations

from flask import abort

from geoportal.desk.web.desk_here import centres_here
from geoportal.domain.facility import Facility
from geoportal.web.current_view import view_here


def facility_here(facility_id: str) -> Facility:
    """Return a facility by its id, also a former one; 404 for none."""
    view = view_here()
    known = view.redirects.get(facility_id, facility_id)
    return view.snapshot.by_id.get(known) or abort(404)


def former_ids(facility_id: str) -> list[str]:
    """Return the ids a facility had before: what was written under them is its own."""
    redirects = view_here().redirects
    return [old for old, present in redirects.items() if present == facility_id]


def ward_of(facility: Facility) -> str:
    """Return the ward a facility lies in, which who writes of it answers for."""
    snapshot = view_here().snapshot
    row = snapshot.row_of.get(facility.id)
    return facility.municipality_code if row is None else snapshot.municipality_of(row)


def centre_names() -> dict[str, str]:
    """Return the names of the centres by id."""
    return {key: centre.name for key, centre in centres_here().items()}
