"""What the pages of survey rounds share: the round and the office asked for, forms of answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import abort, request

from geoportal.desk.domain.ledger import CAPACITY, Audience, Entry, Light
from geoportal.desk.domain.survey import CameBy, Given, Invitation, Round, Said
from geoportal.desk.services.ledger import history
from geoportal.desk.services.survey_answers import is_open, known_of, office_of, questions_of
from geoportal.desk.services.surveys import round_of
from geoportal.desk.web.desk_here import desk_here
from geoportal.domain.facility import Facility
from geoportal.errors import NotFoundError
from geoportal.web.current_view import view_here


def round_here(round_id: str) -> tuple[Round, list[Invitation]]:
    """Return a round and its offices; 404 for none."""
    try:
        return round_of(desk_here(), round_id)
    except NotFoundError:
        abort(HTTPStatus.NOT_FOUND)


def office_here(round_id: str, facility_id: str) -> tuple[Round, Invitation, Facility]:
    """Return a round, one office of it, and its facility; 404 where one is not held."""
    survey, _ = round_here(round_id)
    try:
        office = office_of(desk_here(), round_id, facility_id)
    except NotFoundError:
        abort(HTTPStatus.NOT_FOUND)
    facility = view_here().snapshot.by_id.get(facility_id)
    return survey, office, facility or abort(HTTPStatus.NOT_FOUND)


def asked_rows(survey: Round, facility: Facility, kind: str) -> list[dict[str, Any]]:
    """Return a row for each question: its term, what is known, whether it is asked."""
    view, desk = view_here(), desk_here()
    vocabulary = view.reference.vocabulary
    entries = history(desk, facility.id)
    known = known_of(facility, entries, desk.clock().date(), vocabulary)
    return [
        {
            "code": term.code,
            "known": known.get(term.code),
            "is_open": is_open(known.get(term.code)),
        }
        for term in questions_of(survey, kind, vocabulary)
    ]


def answers_sent(came_by: CameBy) -> tuple[list[Given], str]:
    """Return the answers of a form that was sent, and the key of the form."""
    form = request.form
    audience = Audience.PUBLIC if form.get("public") else Audience.PROFESSIONAL
    who = form.get("who", "").strip()
    subjects = [name.removeprefix("value-") for name in form if name.startswith("value-")]
    answers = [
        Given(
            "",
            "",
            subject,
            form[f"value-{subject}"],
            form.get(f"note-{subject}", "").strip(),
            who,
            audience,
            came_by,
        )
        for subject in subjects
        if form[f"value-{subject}"]
    ]
    return answers, form.get("key", "")


def form_context(survey: Round, facility: Facility, kind: str) -> dict[str, Any]:
    """Return what the form of an office shows."""
    rows = asked_rows(survey, facility, kind)
    return {
        "survey": survey,
        "facility": facility,
        "open_rows": [row for row in rows if row["is_open"]],
        "known_rows": [row for row in rows if not row["is_open"]],
        "choices": list(Said),
        "lights": list(Light),
        "capacity": CAPACITY,
        "form": request.form,
    }


def newest_id(entries: list[Entry]) -> int:
    """Return the id of the newest entry, 0 for none."""
    return entries[-1].id if entries else 0
