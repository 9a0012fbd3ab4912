"""``/desk/facilities/<id>``: what staff know of a facility, and the answer of a moment ago."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.identity import found_in
from geoportal.desk.domain.ledger import (
    CAPACITY,
    CONTACTS,
    CORRECTED,
    Answer,
    Audience,
    Draft,
    Entry,
    Light,
    Way,
    standing,
)
from geoportal.desk.services.ledger import SeenOutdatedError, checked, history, write_entry
from geoportal.desk.services.office_links import list_links
from geoportal.desk.web.desk_here import desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import require_ward, scope_here, signed_in_actor, staff_blueprint
from geoportal.desk.web.places import centre_names, facility_here, former_ids, ward_of
from geoportal.domain.facility import Facility
from geoportal.domain.query import Query
from geoportal.errors import UsageError
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import need_groups

blueprint = staff_blueprint("facility", __name__)
_FOUND = 30
_WORDS_LENGTH = 100
_TYPED = ("name", "phone", "closed_on")
"""Attributes that are corrected by typing."""
_TOLD = ("tip", "refusal")
"""Contacts that are sentences; the others are telephone numbers and names of staff."""


@blueprint.post("/facilities")
def find() -> Response:
    """Show the facilities that some words name; sent in a form, as they may be of anything."""
    words = request.form.get("words", "").strip()[:_WORDS_LENGTH]
    found = view_here().search(Query(text=words, limit=_FOUND)) if words else None
    return desk_page(
        "facilities",
        words=words,
        results=found.results if found else (),
        total=found.number_matched if found else 0,
        ward_of=lambda facility: wards_here().get(ward_of(facility), ""),
    )


@blueprint.get("/facilities/<facility_id>")
def show(facility_id: str) -> Response:
    """Show what is known, with the need of the search chosen."""
    facility = facility_here(facility_id)
    return facility_page(facility, Draft(facility.id, request.args.get("need", ""), ""))


@blueprint.post("/facilities/<facility_id>")
def write(facility_id: str) -> ResponseReturnValue:
    """Write an answer, a capacity, a correction, or undo an entry."""
    facility = facility_here(facility_id)
    require_ward(ward_of(facility), helping=bool(request.form.get("helping")))
    try:
        draft, seen = _draft(facility.id), int(request.form.get("seen", ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    texts = (draft.note, draft.who, draft.value if draft.subject in _TOLD else "")
    if not request.form.get("sure") and any(map(found_in, texts)):
        return facility_page(facility, draft, problem=("note", "ledger-identity"), status=400)
    view, desk = view_here(), desk_here()
    try:
        written = checked(draft, view.reference.vocabulary, desk.clock().date())
        write_entry(
            desk,
            signed_in_actor(),
            written,
            seen=seen,
            key=request.form.get("key", ""),
            centres=centre_names(),
            former_ids=former_ids(facility.id),
        )
    except SeenOutdatedError as error:
        return facility_page(facility, draft, later=error.entries, status=HTTPStatus.CONFLICT)
    except UsageError as error:
        field = error.field or ""
        return facility_page(
            facility, draft, problem=(field, f"ledger-{field or 'key'}"), status=400
        )
    there = url_for("desk_facility.show", facility_id=facility.id, said="written")
    return redirect(f"{there}#history", HTTPStatus.SEE_OTHER)


def _draft(facility_id: str) -> Draft:
    """Return what a form asks to be written.

    Raises
    ------
    ValueError
        When it holds what none of our forms does.
    """
    form = request.form
    subject, value = form.get("subject", ""), form.get("value", "").strip()
    return Draft(
        facility_id,
        subject,
        json.dumps(value, ensure_ascii=False) if subject in _TYPED and value else value,
        Audience(form.get("audience", Audience.PROFESSIONAL)),
        Way(form.get("way", Way.TELEPHONE)),
        form.get("who", "").strip(),
        form.get("note", "").strip(),
        form.get("valid_until", ""),
        int(form.get("undoes", "0")),
    )


def facility_page(
    facility: Facility,
    draft: Draft,
    *,
    problem: tuple[str, str] | None = None,
    later: tuple[Entry, ...] = (),
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page of a facility; ``later`` is what others wrote since the form was shown."""
    view = view_here()
    entries = history(desk_here(), facility.id, *former_ids(facility.id))
    ward, scope = ward_of(facility), scope_here()
    context: dict[str, Any] = {
        "facility": facility,
        "draft": draft,
        "links": [link for link in list_links(desk_here()) if link.facility_id == facility.id],
        "later": later,
        "seen": entries[-1].id if entries else 0,
        "key": secrets.token_urlsafe(18),
        "entries": entries[::-1],
        "standing": standing(entries),
        "shown": json.loads,
        "need_groups": need_groups(view.reference, "ja"),
        "answers": list(Answer),
        "lights": list(Light),
        "ways": [way for way in Way if way not in {Way.OFFICE, Way.SURVEY}],
        "capacity": CAPACITY,
        "corrected": CORRECTED,
        "contacts": CONTACTS,
        "typed": _TYPED,
        "centre_names": centre_names(),
        "is_writable": scope.allows(ward),
        "may_help": scope.helps,
        "said": request.args.get("said", ""),
        "today": desk_here().clock().date().isoformat(),
    }
    problems = [problem] if problem else []
    return desk_page("facility", problems=problems, status=status, **context)
