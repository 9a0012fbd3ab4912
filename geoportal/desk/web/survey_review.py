"""``/desk/surveys/<round>/offices/<facility>``: answers that wait, beside what is known."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.survey import CameBy, Given, by_subject, disagree
from geoportal.desk.services.ledger import SeenOutdatedError, history
from geoportal.desk.services.survey_answers import (
    answers_of,
    decide,
    known_of,
    questions_of,
    take_answers,
)
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import require_ward, scope_here, signed_in_actor, staff_blueprint
from geoportal.desk.web.places import known_names, ward_of
from geoportal.desk.web.survey_pages import answers_sent, form_context, newest_id, office_here
from geoportal.errors import UsageError
from geoportal.web.current_view import view_here

blueprint = staff_blueprint("survey_review", __name__)
_OFFICE = "/surveys/<round_id>/offices/<facility_id>"


@blueprint.get(_OFFICE)
def show(round_id: str, facility_id: str) -> Response:
    """Show what an office answered, and how it differs from what is known."""
    return _page(round_id, facility_id)


@blueprint.post(_OFFICE)
def approve(round_id: str, facility_id: str) -> ResponseReturnValue:
    """Approve the answers chosen: they become entries of the ledger."""
    _, office, facility = office_here(round_id, facility_id)
    require_ward(ward_of(facility), helping=bool(request.form.get("helping")))
    try:
        chosen = {
            name.removeprefix("choice-"): int(value)
            for name, value in request.form.items()
            if name.startswith("choice-") and value
        }
        seen = int(request.form.get("seen", ""))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        decide(
            desk_here(),
            signed_in_actor(),
            office,
            chosen,
            seen=seen,
            vocabulary=view_here().reference.vocabulary,
            centres=known_names(),
        )
    except SeenOutdatedError:
        return _page(round_id, facility_id, later=True)
    except UsageError:
        return _page(round_id, facility_id, later=True)
    there = url_for("desk_survey_review.show", round_id=round_id, facility_id=facility_id)
    return redirect(there, HTTPStatus.SEE_OTHER)


@blueprint.get(f"{_OFFICE}/enter")
def show_form(round_id: str, facility_id: str) -> Response:
    """Show the form for what came back by fax, or was said on the telephone."""
    return _form(round_id, facility_id, secrets.token_urlsafe(18), {})


@blueprint.post(f"{_OFFICE}/enter")
def enter(round_id: str, facility_id: str) -> ResponseReturnValue:
    """Keep what came back by fax until it is approved."""
    survey, office, facility = office_here(round_id, facility_id)
    require_ward(ward_of(facility), helping=bool(request.form.get("helping")))
    answers, key = answers_sent(CameBy.FAX)
    asked = questions_of(survey, office.kind, view_here().reference.vocabulary)
    try:
        take_answers(desk_here(), signed_in_actor(), office, answers, asked, submission=key)
    except UsageError as error:
        return _form(round_id, facility_id, key, {error.field or "key": True})
    there = url_for("desk_survey_review.show", round_id=round_id, facility_id=facility_id)
    return redirect(there, HTTPStatus.SEE_OTHER)


def _form(round_id: str, facility_id: str, key: str, faults: dict[str, bool]) -> Response:
    survey, office, facility = office_here(round_id, facility_id)
    scope = scope_here()
    return desk_page(
        "survey_enter",
        status=HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK,
        key=key,
        faults=faults,
        office=office,
        is_writable=scope.allows(ward_of(facility)),
        may_help=scope.helps,
        **form_context(survey, facility, office.kind),
    )


def _page(round_id: str, facility_id: str, *, later: bool = False) -> Response:
    survey, office, facility = office_here(round_id, facility_id)
    desk, vocabulary, scope = desk_here(), view_here().reference.vocabulary, scope_here()
    entries = history(desk, facility.id)
    known = known_of(facility, entries, desk.clock().date(), vocabulary)
    answers = answers_of(desk, round_id, facility_id)
    rows = [
        {
            "subject": subject,
            "known": known.get(subject),
            "answers": given,
            "waits": any(one.state == "waiting" for one in given),
            "disagree": disagree(given),
            "chosen": 0 if disagree(given) else _newest_waiting(given),
        }
        for subject, given in by_subject(answers).items()
    ]
    return desk_page(
        "survey_review",
        status=HTTPStatus.CONFLICT if later else HTTPStatus.OK,
        survey=survey,
        office=office,
        facility=facility,
        rows=sorted(rows, key=lambda row: (not row["waits"], not row["disagree"])),
        later=later,
        seen=newest_id(entries),
        is_writable=scope.allows(ward_of(facility)),
        may_help=scope.helps,
    )


def _newest_waiting(given: list[Given]) -> int:
    return max((one.id for one in given if one.state == "waiting"), default=0)
