"""``/desk/cases``: the inquiry board (依頼の板), one case with its candidates, hand-over sheets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.case import (
    AGE_BANDS,
    ASKERS,
    KEPT_DAYS,
    LIVE,
    REASONS,
    STANDBY,
    TOPICS,
    URGENCIES,
    WAYS,
    Case,
    Enquiry,
    State,
)
from geoportal.desk.domain.ledger import Draft
from geoportal.desk.services.case_facts import (
    facts_of_answer,
    facts_of_placement,
    write_facts_of,
)
from geoportal.desk.services.cases import (
    Answer,
    IdentityWarning,
    TakenError,
    asked_by,
    call_up,
    case_of,
    confirm,
    end_case,
    heard_elsewhere,
    list_cases,
    note_answer,
    open_case,
    renew,
)
from geoportal.desk.web.case_question import question_of, town_of, wanted_of
from geoportal.desk.web.desk_here import centres_here, desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import (
    require_ward,
    scope_here,
    signed_in_account,
    signed_in_actor,
    staff_blueprint,
)
from geoportal.desk.web.places import former_ids, known_names, ward_of
from geoportal.desk.web.proposal import proposal_here
from geoportal.domain.facility import Facility
from geoportal.errors import NotFoundError, UsageError
from geoportal.search.results import Result
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kind_groups, need_groups

blueprint = staff_blueprint("cases", __name__)
_CANDIDATES = 15
_LISTS: dict[str, Any] = {
    "age_bands": AGE_BANDS, "urgencies": URGENCIES, "topics": TOPICS, "askers": ASKERS,
    "reasons": REASONS, "ways": WAYS,
}  # fmt: skip
_TEXTS = (
    "ward",
    "town",
    "kind",
    "age_band",
    "urgency",
    "topic",
    "asker",
    "office",
    "wished",
    "note",
)
_NEW = Case("", "", "", "", "", (), "", "", "", "")


@blueprint.errorhandler(TakenError)
def taken(_: TakenError) -> Response:
    """Show the case as it is now: somebody else has changed it meanwhile."""
    return _page((request.view_args or {})["case_id"], ("", "case-taken"))


@blueprint.get("/cases")
def show() -> Response:
    """Show the board: every centre's cases, those that are open first."""
    return _board(_NEW)


@blueprint.post("/cases")
def add() -> ResponseReturnValue:
    """Open a case."""
    form, view = request.form, view_here()
    texts = {name: form.get(name, "").strip() for name in _TEXTS}
    state = STANDBY if form.get("standby") else "open"
    wanted = replace(_NEW, needs=tuple(form.getlist("need")), state=state, **texts)
    if wanted.ward not in wards_here():
        return _board(wanted, ("ward", "case-ward"))
    if wanted.kind not in view.reference.kinds:
        return _board(wanted, ("kind", "case-kind"))
    require_ward(wanted.ward, helping=bool(form.get("helping")))
    try:
        view.reference.vocabulary.require_needs(wanted.needs)
        wanted = replace(wanted, town=town_of(view, wanted.ward, wanted.town))
        case = open_case(desk_here(), signed_in_actor(), wanted, is_sure=bool(form.get("sure")))
    except IdentityWarning as warning:
        found = {field: sorted(map(str, kinds)) for field, kinds in warning.found.items()}
        return _board(wanted, (next(iter(found)), "case-identity"), found)
    except UsageError as error:
        key = "case-town" if error.field == "town" else "case-field"
        return _board(wanted, (error.field or "kind", key))
    return _to(case.id)


@blueprint.post("/cases/new")
def begin() -> Response:
    """Show the form of a case with what a note, a search or a team has told already."""
    wanted = wanted_of(view_here(), request.form, _NEW)
    return _board(asked_by(desk_here(), signed_in_actor(), wanted))


@blueprint.get("/cases/<case_id>")
def case(case_id: str) -> Response:
    """Show a case, the candidates taken up, and who else could be asked, in the fair order."""
    return _page(case_id)


@blueprint.post("/cases/<case_id>/answers")
def answer(case_id: str) -> ResponseReturnValue:
    """Note how far a candidate is; ``at_once``: it was asked and answered in the same call."""
    form = request.form
    _writable(case_id)
    facility = _facility(form.get("facility", ""))
    try:
        said = Answer(
            facility.id,
            State(form["before"]) if form.get("before") else None,
            State(form.get("state", "")),
            form.get("reason", "") if form.get("state") == State.DECLINED.value else "",
            form.get("way", ""),
            form.get("condition", "").strip(),
        )
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        if form.get("at_once"):
            asked = replace(said, state=State.ASKED, reason="", condition="")
            note_answer(desk_here(), signed_in_actor(), case_id, asked)
            said = replace(said, before=State.ASKED)
        note_answer(desk_here(), signed_in_actor(), case_id, said)
    except IdentityWarning:
        return _page(case_id, ("", "case-identity"))
    except UsageError as error:
        key = "case-reason" if error.field == "reason" else "case-field"
        return _page(case_id, ("", key))
    _write_facts(facility, list(facts_of_answer(_case_of(case_id)[0], said)))
    return _to(case_id)


@blueprint.post("/cases/<case_id>/confirm")
def place(case_id: str) -> ResponseReturnValue:
    """Place a case with one candidate; the rest is closed, and listed to be told."""
    _writable(case_id)
    facility = _facility(request.form.get("facility", ""))
    told = confirm(desk_here(), signed_in_actor(), case_id, facility.id)
    _write_facts(facility, list(facts_of_placement(_case_of(case_id)[0], facility.id)))
    return _page(case_id, told=told)


@blueprint.post("/cases/<case_id>/call-up")
def need_now(case_id: str) -> ResponseReturnValue:
    """Look for a stand-by now."""
    _writable(case_id)
    try:
        call_up(desk_here(), signed_in_actor(), case_id, request.form.get("urgency", ""))
    except UsageError:
        return _page(case_id, ("urgency", "case-field"))
    return _to(case_id)


@blueprint.post("/cases/<case_id>/renew")
def keep(case_id: str) -> ResponseReturnValue:
    """Keep a stand-by for longer."""
    _writable(case_id)
    renew(desk_here(), signed_in_actor(), case_id)
    return _to(case_id)


@blueprint.post("/cases/<case_id>/end")
def end(case_id: str) -> ResponseReturnValue:
    """End a case that was not placed."""
    _writable(case_id)
    end_case(desk_here(), signed_in_actor(), case_id)
    return _to(case_id)


@blueprint.get("/cases/<case_id>/sheet")
def sheet(case_id: str) -> Response:
    """Show the hand-over sheet for who asks: the case, whom it went to, what others said."""
    held, enquiries = _case_of(case_id)
    return desk_page("case_sheet", case=held, rows=_rows(enquiries), office=None, **_named())


@blueprint.get("/cases/<case_id>/sheet/<facility_id>")
def office_sheet(case_id: str, facility_id: str) -> Response:
    """Show the sheet for one candidate: the case alone, without who else is asked."""
    held, enquiries = _case_of(case_id)
    if facility_id not in {one.facility_id for one in enquiries}:
        abort(HTTPStatus.NOT_FOUND)
    office = _facility(facility_id)
    return desk_page("case_sheet", case=held, rows=[], office=office, **_named())


def _write_facts(facility: Facility, drafts: list[Draft]) -> None:
    """Write what an answer tells of an office, when the coordinator has ticked it."""
    if not request.form.get("as_fact") or not drafts:
        return
    require_ward(ward_of(facility), helping=True)
    desk = desk_here()
    write_facts_of(
        desk,
        signed_in_actor(),
        drafts,
        view_here().reference.vocabulary,
        desk.clock().date(),
        known_names(),
        former_ids(facility.id),
    )


def _board(
    wanted: Case,
    problem: tuple[str, str] | None = None,
    identities: dict[str, list[str]] | None = None,
) -> Response:
    held = list_cases(desk_here())
    reference = view_here().reference
    return desk_page(
        "cases",
        problems=[problem] if problem else [],
        identities=identities or {},
        wanted=wanted,
        open_cases=[case for case in held if case.state == "open"],
        standby_cases=[case for case in held if case.state == STANDBY],
        done_cases=[case for case in held if case.state not in LIVE],
        centres=centres_here(),
        wards=wards_here(),
        own_wards=scope_here(),
        groups=kind_groups(reference),
        need_groups=need_groups(reference, "ja"),
        **_LISTS,
    )


def _page(
    case_id: str, problem: tuple[str, str] | None = None, told: list[Enquiry] | None = None
) -> Response:
    held, enquiries = _case_of(case_id)
    taken = {one.facility_id for one in enquiries}
    query = question_of(view_here(), held, _CANDIDATES + len(taken))
    results = [one for one in view_here().search(query).results if one.facility.id not in taken]
    heard = heard_elsewhere(desk_here(), [*taken, *(one.facility.id for one in results)], case_id)
    response = desk_page(
        "case",
        problems=[problem] if problem else [],
        case=held,
        rows=_rows(enquiries, heard),
        candidates=[_candidate(one, heard) for one in results[:_CANDIDATES]],
        proposal=proposal_here(held, taken, heard) if held.state == "open" else None,
        told=[_facility(one.facility_id) for one in told or ()],
        kept_until=_kept_until(held),
        is_writable=scope_here().allows(held.ward),
        may_help=scope_here().helps,
        **_named(),
        **_LISTS,
    )
    if problem and problem[1] == "case-taken":
        response.status_code = HTTPStatus.CONFLICT
    return response


def _kept_until(case: Case) -> str:
    """Return the ISO date on which a case is erased unless somebody works on it."""
    return (date.fromisoformat(case.changed_at[:10]) + timedelta(days=KEPT_DAYS)).isoformat()


def _to(case_id: str) -> ResponseReturnValue:
    return redirect(url_for("desk_cases.case", case_id=case_id), HTTPStatus.SEE_OTHER)


def _case_of(case_id: str) -> tuple[Case, list[Enquiry]]:
    try:
        return case_of(desk_here(), case_id)
    except NotFoundError:
        abort(HTTPStatus.NOT_FOUND)


def _writable(case_id: str) -> None:
    held, _ = _case_of(case_id)
    require_ward(held.ward, helping=bool(request.form.get("helping")))


def _facility(facility_id: str) -> Facility:
    facility = view_here().snapshot.by_id.get(facility_id)
    if facility is None:
        abort(HTTPStatus.NOT_FOUND)
    return facility


def _rows(
    enquiries: list[Enquiry], heard: dict[str, Enquiry] | None = None
) -> list[dict[str, Any]]:
    by_id = view_here().snapshot.by_id
    agreed_first = sorted(enquiries, key=lambda one: one.state is not State.AGREED)
    return [
        {
            "enquiry": one,
            "facility": by_id.get(one.facility_id),
            "heard": (heard or {}).get(one.facility_id),
        }
        for one in agreed_first
    ]


def _candidate(result: Result, heard: dict[str, Enquiry]) -> dict[str, Any]:
    unknown = [code for code, claim in result.needs.items() if claim is None]
    return {
        "facility": result.facility,
        "match": result.match,
        "distance_m": result.distance_m,
        "ward": ward_of(result.facility),
        "unknown": unknown,
        "heard": heard.get(result.facility.id),
    }


def _named() -> dict[str, Any]:
    return {"centres": centres_here(), "wards": wards_here(), "by": signed_in_account()}
