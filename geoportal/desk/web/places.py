"""Facilities as the staff side asks for them: by present or former id, with their ward."""

from __future__ import annotations

from flask import abort, request

from geoportal.desk.domain.terms import Terms, terms_of
from geoportal.desk.web.desk_here import centres_here, wards_here
from geoportal.domain.facility import Facility
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import need_labels


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


def terms_posted() -> Terms:
    """Return the conditions of the form that was sent; wards without a centre are left out.

    Raises
    ------
    UsageError
        See `terms_of`.
    """
    form = request.form
    wards = [code for code in form.getlist("ward") if code in wards_here()]
    return terms_of(form.getlist("day"), wards, form.getlist("for_need"))


def known_names() -> dict[str, str]:
    """Return names by id or code of what a fact may tell of: centres, wards, needs."""
    return {**need_labels(view_here().reference, "ja"), **wards_here(), **centre_names()}


def centre_names() -> dict[str, str]:
    """Return the names of the centres by id."""
    return {key: centre.name for key, centre in centres_here().items()}
