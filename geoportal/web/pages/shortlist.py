"""The page of the shortlist, which is stored in the visitor's browser only.

The home comes in the body of a POST, from the page where it was typed, and is written into the
answer's form alone; what the browser kept is sent back as ids, to be told distances and hours.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents import Document
from geoportal.documents.reference import responsible_document
from geoportal.documents.state import state_document
from geoportal.domain.facility import Facility
from geoportal.domain.query import Origin
from geoportal.errors import UsageError
from geoportal.geo.geodesic import distance_m
from geoportal.index.mention import feature
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.pages.centres import responsible_in_full
from geoportal.web.pages.search_answer import read_place
from geoportal.web.pages.search_form import SearchForm
from geoportal.web.site.frame import fragment, label_config, page, page_url

LIMIT = 30
"""Facilities of a shortlist, as in ``shortlist.js``."""


def show() -> BaseResponse:
    """Show the shortlist; a form without a home leads to the page's plain address."""
    posted = request.method == "POST"
    form = SearchForm.read(request.form if posted else request.args, posted=posted)
    if posted and not form.has_home:
        needs = form.linkable(view_here()).needs
        return redirect(page_url("pages.shortlist", need=needs), HTTPStatus.SEE_OTHER)
    return page("shortlist", form=form, config=label_config())


def lines() -> BaseResponse:
    """Return distance and opening of the facilities whose ids are sent, for the page's scripts."""
    view = view_here()
    origin = _origin(view, SearchForm.read(request.form, posted=True))
    held = (view.snapshot.by_id.get(name) for name in request.form.getlist("id")[:LIMIT])
    kept = [_line(view, facility, origin) for facility in held if facility is not None]
    document = {"origin": {"uncertainty_m": origin.uncertainty_m}} if origin else {}
    responsible = responsible_in_full(view, _responsible(view, origin)) if origin else []
    html = fragment(
        "partials/shortlist_lines.html", kept=kept, document=document, responsible=responsible
    )
    return make_response(html)


def _responsible(view: View, origin: Origin) -> Document:
    around = view.snapshot.districts.municipality_at(origin.lon, origin.lat)
    found = view.responsible_for(origin, around.code if around else "")
    return {"responsible": [responsible_document(one) for one in found]}


def _origin(view: View, form: SearchForm) -> Origin | None:
    """Return where distances are measured from; None where that is not given or not one place."""
    try:
        outcome = read_place(view, SearchForm(point=form.point, address=form.address))
        if outcome.place not in {"address", "point"}:
            return None
        return outcome.form.request(view.now).to_query(view).origin
    except (UsageError, ValidationError):
        return None


def _line(view: View, facility: Facility, origin: Origin | None) -> Document:
    properties: Document = {"location_uncertainty_m": facility.location.uncertainty_m}
    if facility.status == "open":
        properties |= state_document(view, facility)
    place = facility.location
    if origin is not None and place.lon is not None and place.lat is not None:
        properties["distance_m"] = distance_m(origin.lon, origin.lat, place.lon, place.lat)
    return feature(facility, properties)
