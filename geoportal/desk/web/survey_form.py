"""``/o/s/<code>``: the form of a survey round, as an office opens it from its letter."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from flask import Blueprint, Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.office_link import OfficeLink
from geoportal.desk.domain.survey import CameBy, Invitation, Round
from geoportal.desk.services.office_links import LinkRefusedError
from geoportal.desk.services.survey_answers import questions_of, take_answers
from geoportal.desk.services.surveys import opened_form
from geoportal.desk.web.desk_here import desk_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.office import refused
from geoportal.desk.web.survey_pages import answers_sent, form_context
from geoportal.domain.facility import Facility
from geoportal.errors import UsageError
from geoportal.web.current_view import view_here

blueprint = Blueprint("desk_survey_form", __name__)
blueprint.register_error_handler(LinkRefusedError, refused)


@blueprint.before_request
def speak_japanese() -> None:
    """Set the language of the pages."""
    g.language = "ja"


@blueprint.get("/o/s/<code>")
def show(code: str) -> Response:
    """Show the questions of which nothing is known, or what is known is old."""
    survey, office, _, facility = _opened(code)
    return desk_page(
        "survey_form",
        code=code,
        key=secrets.token_urlsafe(18),
        said=request.args.get("said", ""),
        office=office,
        faults={},
        **form_context(survey, facility, office.kind),
    )


@blueprint.post("/o/s/<code>")
def take(code: str) -> ResponseReturnValue:
    """Keep what the office answers until a coordinator approves it."""
    survey, office, link, facility = _opened(code)
    answers, key = answers_sent(CameBy.FORM)
    asked = questions_of(survey, office.kind, view_here().reference.vocabulary)
    try:
        take_answers(desk_here(), link.actor, office, answers, asked, submission=key)
    except UsageError as error:
        return desk_page(
            "survey_form",
            status=HTTPStatus.BAD_REQUEST,
            code=code,
            key=key,
            said="",
            office=office,
            faults={error.field or "key": True},
            **form_context(survey, facility, office.kind),
        )
    there = url_for("desk_survey_form.show", code=code, said="taken")
    return redirect(there, HTTPStatus.SEE_OTHER)


def _opened(code: str) -> tuple[Round, Invitation, OfficeLink, Facility]:
    survey, office, link = opened_form(desk_here(), code)
    facility = view_here().snapshot.by_id.get(office.facility_id)
    if facility is None:
        raise LinkRefusedError("revoked")
    return survey, office, link, facility
