"""``/desk/facilities/<id>/links``: staff give an office its link, and revoke it."""

from __future__ import annotations

from http import HTTPStatus

import segno
from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.ledger import Draft
from geoportal.desk.domain.office_link import LinkScope
from geoportal.desk.services.office_links import issue_link, link_of, revoke_link, token_of
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.facility import facility_page
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import require_ward, signed_in_actor, staff_blueprint
from geoportal.desk.web.places import facility_here, ward_of
from geoportal.errors import NotFoundError
from geoportal.web.arrival import trusted_root

blueprint = staff_blueprint("link_giving", __name__)
_DAYS = (30, 90, 180, 365)


@blueprint.post("/facilities/<facility_id>/links")
def give(facility_id: str) -> Response:
    """Give out a link, shown this once as address and QR code; only its id is kept."""
    facility = facility_here(facility_id)
    require_ward(ward_of(facility), helping=bool(request.form.get("helping")))
    root, days = trusted_root(), request.form.get("days", "")
    if days not in map(str, _DAYS):
        abort(HTTPStatus.BAD_REQUEST)
    if root is None:  # a link must not lead to a name that somebody else put into the request
        draft = Draft(facility.id, "", "")
        problem = ("days", "ledger-hosts")
        return facility_page(facility, draft, problem=problem, status=HTTPStatus.BAD_REQUEST)
    desk = desk_here()
    link = issue_link(desk, signed_in_actor(), facility.id, LinkScope.CAPACITY, int(days))
    address = root + url_for("desk_office.show", token=token_of(desk, link))
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    return desk_page("office_link", facility=facility, address=address, picture=picture, link=link)


@blueprint.post("/facilities/<facility_id>/links/<link_id>/revoke")
def revoke(facility_id: str, link_id: str) -> ResponseReturnValue:
    """Revoke a link of a facility: it opens nothing from now on."""
    facility = facility_here(facility_id)
    require_ward(ward_of(facility), helping=bool(request.form.get("helping")))
    try:
        link = link_of(desk_here(), link_id)
    except NotFoundError:
        abort(HTTPStatus.NOT_FOUND)
    if link.facility_id != facility.id:
        abort(HTTPStatus.NOT_FOUND)
    revoke_link(desk_here(), signed_in_actor(), link_id)
    there = url_for("desk_facility.show", facility_id=facility.id, said="revoked")
    return redirect(f"{there}#links", HTTPStatus.SEE_OTHER)
