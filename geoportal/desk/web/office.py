"""``/o/<token>``: what an office sees that comes by its link, without an account or a cookie.

The token is the whole authority, and no browser sends it by itself: forms need no other token.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, g

from geoportal.desk.domain.office_link import OfficeLink
from geoportal.desk.services.office_links import LinkRefusedError, opened_link
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.domain.facility import Facility
from geoportal.domain.hours import JST
from geoportal.web.current_view import view_here

blueprint = Blueprint("desk_office", __name__)


@blueprint.before_request
def speak_japanese() -> None:
    """Set the language of the pages."""
    g.language = "ja"


@blueprint.errorhandler(LinkRefusedError)
def refused(error: LinkRefusedError) -> Response:
    """Say that a link opens nothing, and whom to call."""
    gone = error.reason != "unknown"
    status = HTTPStatus.GONE if gone else HTTPStatus.NOT_FOUND
    return desk_page("office_refused", status=status, reason=error.reason)


@blueprint.get("/o/<token>")
def show(token: str) -> Response:
    """Show the office its facility."""
    link, facility = opened_office(token)
    end = datetime.fromtimestamp(link.expires_s, JST)
    return desk_page("office", link=link, facility=facility, end=end.isoformat(), token=token)


def opened_office(token: str) -> tuple[OfficeLink, Facility]:
    """Return the link of a token and its facility.

    Raises
    ------
    LinkRefusedError
        When the token opens nothing, or its facility is not held any more.
    """
    link = opened_link(desk_here(), token)
    facility = view_here().snapshot.by_id.get(link.facility_id)
    if facility is None:
        raise LinkRefusedError("revoked")
    return link, facility
