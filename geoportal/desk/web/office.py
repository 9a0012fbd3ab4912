"""``/o/<token>``: what an office sees that comes by its link, without an account or a cookie.

The token is the whole authority, and no browser sends it by itself: forms need no other token.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.identity import found_in
from geoportal.desk.domain.ledger import (
    CAPACITY,
    Audience,
    Draft,
    Entry,
    Light,
    Way,
    light_on,
    standing,
)
from geoportal.desk.domain.office_link import LinkScope, OfficeLink
from geoportal.desk.services.ledger import SeenOutdatedError, checked, history, write_entry
from geoportal.desk.services.office_links import LinkRefusedError, opened_link
from geoportal.desk.web.desk_here import desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.places import former_ids, known_names, terms_posted
from geoportal.domain.facility import Facility
from geoportal.domain.hours import DAY_LABELS_JA
from geoportal.errors import UsageError
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import need_groups

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
    return _page(*opened_office(token), said=request.args.get("said", ""))


@blueprint.post("/o/<token>")
def set_capacity(token: str) -> ResponseReturnValue:
    """Write the capacity that the office says; nothing else is taken."""
    link, facility = opened_office(token)
    if link.scope is not LinkScope.CAPACITY:
        abort(HTTPStatus.FORBIDDEN)
    form, desk = request.form, desk_here()
    audience = Audience.PUBLIC if form.get("public") else Audience.PROFESSIONAL
    note, seen = form.get("note", "").strip(), form.get("seen", "")
    light = form.get("value", "")
    try:
        terms = terms_posted()
        draft = Draft(facility.id, CAPACITY, light, audience, Way.OFFICE, note=note, terms=terms)
        written = checked(draft, view_here().reference.vocabulary, desk.clock().date())
        if found_in(note) or not seen.isdecimal():
            raise UsageError("a note tells of no patient", "note")
        key, names = form.get("key", ""), known_names()
        before = former_ids(facility.id)
        write_entry(
            desk, link.actor, written, seen=int(seen), key=key, centres=names, former_ids=before
        )
    except SeenOutdatedError:
        return _page(link, facility, later=True, note=note, status=HTTPStatus.CONFLICT)
    except UsageError:
        abort(HTTPStatus.BAD_REQUEST)
    here = url_for("desk_office.show", token=token, said="written")
    return redirect(here, HTTPStatus.SEE_OTHER)


def _page(
    link: OfficeLink, facility: Facility, *, status: int = HTTPStatus.OK, **said: Any
) -> Response:
    entries = history(desk_here(), facility.id, *former_ids(facility.id))
    return desk_page(
        "office",
        status=status,
        link=link,
        facility=facility,
        light=_present(standing(entries).get(CAPACITY)),
        lights=list(Light),
        wards=wards_here(),
        need_groups=need_groups(view_here().reference, "ja"),
        day_labels=DAY_LABELS_JA,
        today=desk_here().clock().date().isoformat(),
        terms_words=lambda terms: terms.words(known_names()),
        seen=entries[-1].id if entries else 0,
        key=secrets.token_urlsafe(18),
        **said,
    )


def _present(entry: Entry | None) -> Entry | None:
    """Return the capacity said last; None when it holds no more."""
    today = desk_here().clock().date().isoformat()
    return entry if light_on(entry, today) else None


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
