"""``/desk/facilities/<id>/groups``: staff put a facility into groups; who is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.group import Group, Sort
from geoportal.desk.domain.ledger import Audience, Draft
from geoportal.desk.services.groups import (
    end,
    groups_now,
    groups_of,
    join,
    leave,
    make_group,
    reopen,
)
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.facility import facility_page
from geoportal.desk.web.guard import require_ward, signed_in_actor, staff_blueprint
from geoportal.desk.web.places import facility_here, former_ids, ward_of
from geoportal.documents import Document
from geoportal.domain.facility import Facility
from geoportal.errors import NotFoundError, UsageError
from geoportal.web.current_view import view_here
from geoportal.web.staff_layer import layer_here

blueprint = staff_blueprint("groups", __name__)
_CHANGES: Final = {"end": end, "reopen": reopen}


@blueprint.post("/facilities/<facility_id>/groups")
def make(facility_id: str) -> ResponseReturnValue:
    """Make a group with a facility in it."""
    facility = _writable(facility_id)
    form = request.form
    try:
        sort, audience = Sort(form.get("sort", "")), Audience(form.get("audience", ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    texts = {name: form.get(f"group_{name}", "").strip() for name in ("name", "note")}
    lead = facility.id if form.get("leads") else ""
    last_day = form.get("last_day", "")
    wanted = Group(
        "", sort, audience=audience, members=(facility.id,), lead=lead, last_day=last_day, **texts
    )
    key, is_sure = form.get("key", ""), bool(form.get("sure"))
    try:
        make_group(desk_here(), signed_in_actor(), wanted, key=key, is_sure=is_sure)
    except UsageError as error:
        field = error.field or ""
        return facility_page(
            facility,
            Draft(facility.id, "", ""),
            problem=(field, field.replace("_", "-")),
            wanted_group=wanted,
            status=HTTPStatus.BAD_REQUEST,
        )
    return _back(facility)


@blueprint.post("/facilities/<facility_id>/groups/join")
def put_in(facility_id: str) -> ResponseReturnValue:
    """Put a facility into a group there is."""
    facility = _writable(facility_id)
    group_id, leads = request.form.get("group", ""), bool(request.form.get("leads"))
    try:
        join(desk_here(), signed_in_actor(), group_id, facility.id, leads=leads)
    except (NotFoundError, UsageError):
        problem = ("group", "group-full")
        return facility_page(facility, Draft(facility.id, "", ""), problem=problem, status=400)
    return _back(facility)


@blueprint.post("/facilities/<facility_id>/groups/<group_id>")
def change(facility_id: str, group_id: str) -> ResponseReturnValue:
    """Take a facility out of a group, end the group, or take its end back."""
    facility = _writable(facility_id)
    ids = (facility.id, *former_ids(facility.id))
    wanted = request.form.get("do", "")
    if group_id not in {one.id for one in groups_of(desk_here(), ids)}:
        abort(HTTPStatus.NOT_FOUND)
    if wanted == "leave":
        leave(desk_here(), signed_in_actor(), group_id, ids)
    elif wanted in _CHANGES:
        _CHANGES[wanted](desk_here(), signed_in_actor(), group_id)
    else:
        abort(HTTPStatus.BAD_REQUEST)
    return _back(facility)


def told_groups(facility_id: str) -> Iterator[Document]:
    """Yield the groups that whoever asks is told of on a facility's page, with the others in them.

    The public is told of public groups only; whoever is signed in has a layer and is told of all.
    """
    audience = Audience.PUBLIC if layer_here() is None else Audience.PROFESSIONAL
    view = view_here()
    ids = (facility_id, *former_ids(facility_id))
    for group in groups_now(desk_here(), ids, audience):
        present = dict.fromkeys(view.redirects.get(one, one) for one in group.members)
        lead = view.redirects.get(group.lead, group.lead)
        others = [
            {"facility": view.snapshot.by_id[one], "leads": one == lead}
            for one in present
            if one in view.snapshot.by_id and one != facility_id
        ]
        yield {
            "group": group,
            "sort": group.sort.value.replace("_", "-"),
            "others": others,
            "leads": lead == facility_id,
            "is_professional": group.audience is Audience.PROFESSIONAL,
            "as_of": group.changed_at[:10],
        }


def _writable(facility_id: str) -> Facility:
    facility = facility_here(facility_id)
    require_ward(ward_of(facility), helping=bool(request.form.get("helping")))
    return facility


def _back(facility: Facility) -> ResponseReturnValue:
    there = url_for("desk_facility.show", facility_id=facility.id)
    return redirect(f"{there}#groups", HTTPStatus.SEE_OTHER)
