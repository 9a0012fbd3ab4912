"""``/desk/facilities/<id>``: what staff know of a facility, and the answer of a moment ago."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.group import LONGEST, Group
from geoportal.desk.domain.group import Sort as GroupSort
from geoportal.desk.domain.hours_form import DAYS, days_of, hours_of
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
from geoportal.desk.domain.terms import NO_TERMS
from geoportal.desk.services.groups import all_groups, groups_of
from geoportal.desk.services.ledger import SeenOutdatedError, checked, history, write_entry
from geoportal.desk.services.office_links import list_links
from geoportal.desk.web.desk_here import desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import require_ward, scope_here, signed_in_actor, staff_blueprint
from geoportal.desk.web.places import (
    centre_names,
    facility_here,
    former_ids,
    known_names,
    terms_posted,
    ward_of,
)
from geoportal.domain.facility import Facility
from geoportal.domain.hours import DAY_LABELS_JA, Hours
from geoportal.domain.query import Query
from geoportal.errors import UsageError
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kind_groups, need_groups
from geoportal.web.site.frame import base_map_config

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
    except (ValueError, UsageError):
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
            centres=known_names(),
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
    ValueError, UsageError
        When it holds what none of our forms does.
    """
    form = request.form
    subject, value = form.get("subject", ""), form.get("value", "").strip()
    return Draft(
        facility_id,
        subject,
        "" if form.get("undoes") else _written(subject, value),
        Audience(form.get("audience", Audience.PROFESSIONAL)),
        Way(form.get("way", Way.TELEPHONE)),
        form.get("who", "").strip(),
        form.get("note", "").strip(),
        form.get("valid_until", ""),
        int(form.get("undoes", "0")),
        terms_posted() if subject == CAPACITY else NO_TERMS,
    )


def _start(facility: Facility, ward: str) -> tuple[float, float]:
    """Return where the map for a correction begins: the position held, else within the ward."""
    place = facility.location
    if place.lon is not None and place.lat is not None:
        return place.lon, place.lat
    snapshot = view_here().snapshot
    near = (snapshot.facilities[int(row)].location for row in snapshot.in_district(ward)[:200])
    placed = ((one.lon, one.lat) for one in near if one.lon is not None and one.lat is not None)
    return next(placed, (137.0, 36.5))


def _shown(text: str) -> str:
    """Return a corrected value in words."""
    value = json.loads(text)
    if isinstance(value, dict):
        texts = zip(DAY_LABELS_JA, days_of(Hours.from_dict(value)), strict=True)
        return "、".join(f"{day} {times}" for day, times in texts if times)
    if isinstance(value, list):
        return f"北緯 {value[1]:.5f}、東経 {value[0]:.5f}"
    kinds = view_here().reference.kinds
    return kinds[value].label_ja if value in kinds else str(value)


def _written(subject: str, value: str) -> str:
    """Return a value as the ledger holds it; corrections are JSON."""
    form = request.form
    if subject == "position":
        place = form.get("lon", type=float), form.get("lat", type=float)
        return "" if None in place else json.dumps(place)
    if subject == "hours":
        try:
            hours = hours_of([form.get(f"day-{day}", "")[:100] for day in range(DAYS)])
        except UsageError:
            return ""
        return json.dumps(hours.as_dict())
    is_text = subject in (*_TYPED, "kind") and value
    return json.dumps(value, ensure_ascii=False) if is_text else value


def facility_page(
    facility: Facility,
    draft: Draft,
    *,
    problem: tuple[str, str] | None = None,
    later: tuple[Entry, ...] = (),
    wanted_group: Group | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """Return the page of a facility; ``later`` is what others wrote since the form was shown."""
    view = view_here()
    entries = history(desk_here(), facility.id, *former_ids(facility.id))
    groups = groups_of(desk_here(), (facility.id, *former_ids(facility.id)))
    ward, scope = ward_of(facility), scope_here()
    context: dict[str, Any] = {
        "facility": facility,
        "draft": draft,
        "groups": groups,
        "other_groups": [one for one in all_groups(desk_here()) if one not in groups],
        "wanted_group": wanted_group,
        "group_sorts": list(GroupSort),
        "group_longest": LONGEST,
        "member": view.snapshot.by_id.get,
        "present_id": lambda held: view.redirects.get(held, held),
        "wards": wards_here(),
        "day_labels": DAY_LABELS_JA,
        "terms_words": lambda terms: terms.words(known_names()),
        "links": [link for link in list_links(desk_here()) if link.facility_id == facility.id],
        "later": later,
        "seen": entries[-1].id if entries else 0,
        "key": secrets.token_urlsafe(18),
        "entries": entries[::-1],
        "standing": standing(entries),
        "shown": _shown,
        "need_groups": need_groups(view.reference, "ja"),
        "answers": list(Answer),
        "lights": list(Light),
        "ways": [way for way in Way if way not in {Way.OFFICE, Way.SURVEY}],
        "capacity": CAPACITY,
        "corrected": CORRECTED,
        "contacts": CONTACTS,
        "typed": _TYPED,
        "kind_groups": kind_groups(view.reference),
        "days": list(zip(DAY_LABELS_JA, days_of(facility.hours), strict=True)),
        "basemap": base_map_config(),
        "start": _start(facility, ward),
        "centre_names": centre_names(),
        "is_writable": scope.allows(ward),
        "may_help": scope.helps,
        "said": request.args.get("said", ""),
        "today": desk_here().clock().date().isoformat(),
    }
    problems = [problem] if problem else []
    return desk_page("facility", problems=problems, status=status, **context)
