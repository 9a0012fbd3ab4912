"""``/desk/surveys``: survey rounds, the board of one, its letters and sheets."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, abort, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.account import Role
from geoportal.desk.domain.survey import SHEET_BYTES, Invitation, Round
from geoportal.desk.services.survey_answers import answers_of, questions_of
from geoportal.desk.services.survey_sheet import SheetResult, take_sheet
from geoportal.desk.services.survey_tally import open_questions, tally
from geoportal.desk.services.surveys import (
    MOST_LETTERS,
    begin_round,
    end_round,
    list_rounds,
    make_letters,
)
from geoportal.desk.web.desk_here import centres_here, desk_here, wards_here
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import (
    require_role,
    require_ward,
    scope_here,
    signed_in_actor,
    staff_blueprint,
)
from geoportal.desk.web.survey_letter import OfficeLetter, letters_pdf
from geoportal.desk.web.survey_pages import asked_rows, round_here
from geoportal.errors import InputRefusedError, UsageError
from geoportal.export.survey_workbook import write_survey
from geoportal.ingest.sources.survey import NEED_GROUPS
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kind_groups, need_groups

blueprint = staff_blueprint("surveys", __name__)
_NEW = Round("", "", (), (), (), "")


@blueprint.before_app_request
def admit_sheets() -> None:
    """Take larger bodies where workbooks are sent to, and nowhere else."""
    if request.endpoint == "desk_surveys.take":
        request.max_content_length = SHEET_BYTES


@blueprint.get("/surveys")
def show() -> Response:
    """Show the rounds, and to administrators the form of a new one."""
    return _rounds(_NEW)


@blueprint.post("/surveys")
@require_role(Role.ADMINISTRATOR)
def add() -> ResponseReturnValue:
    """Begin a round."""
    form, view = request.form, view_here()
    wanted = replace(
        _NEW,
        title=form.get("title", "").strip(),
        kinds=tuple(k for k in form.getlist("kind") if k in view.reference.kinds),
        wards=tuple(w for w in form.getlist("ward") if w in wards_here()),
        questions=tuple(c for c in form.getlist("need") if c in view.reference.vocabulary),
        deadline=form.get("deadline", ""),
    )
    try:
        made = begin_round(desk_here(), signed_in_actor(), wanted, _facilities(wanted))
    except UsageError as error:
        return _rounds(wanted, (error.field or "title", f"survey-{error.field or 'title'}"))
    return redirect(url_for("desk_surveys.board", round_id=made.id), HTTPStatus.SEE_OTHER)


@blueprint.get("/surveys/<round_id>")
def board(round_id: str) -> Response:
    """Show how far a round is, by ward and kind, and its offices."""
    return _board(round_id)


@blueprint.post("/surveys/<round_id>/end")
@require_role(Role.ADMINISTRATOR)
def end(round_id: str) -> ResponseReturnValue:
    """End a round."""
    survey, _ = round_here(round_id)
    end_round(desk_here(), signed_in_actor(), survey.id)
    return redirect(url_for("desk_surveys.board", round_id=round_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/surveys/<round_id>/letters")
def letters(round_id: str) -> Response:
    """Give the letters of a ward as PDF: to whom none was sent, or reminders to the silent."""
    survey, offices = round_here(round_id)
    ward, root = request.form.get("ward", ""), trusted_root()
    require_ward(ward, helping=bool(request.form.get("helping")))
    if root is None:
        return _board(round_id, ("letters", "ledger-hosts"))
    if survey.closed_at:
        return _board(round_id, ("letters", "survey-closed"))
    wants = _WANTED.get(request.form.get("which", "")) or abort(HTTPStatus.BAD_REQUEST)
    by_id = view_here().snapshot.by_id
    chosen = [one for one in offices if one.ward == ward and one.stage in wants]
    chosen = [one for one in chosen if one.facility_id in by_id][:MOST_LETTERS]
    if not chosen:
        return _board(round_id, ("letters", "survey-no-letters"))
    made = make_letters(desk_here(), signed_in_actor(), survey, chosen)
    sheets = []
    for letter in made:
        facility = by_id[letter.office.facility_id]
        address = f"{root}{url_for('desk_survey_form.show', code=letter.code)}"
        rows = asked_rows(survey, facility, letter.office.kind)
        sheets.append(OfficeLetter(facility, letter.code, address, letter.is_reminder, rows))
    today = desk_here().clock().date()
    centre = next((one for one in centres_here().values() if ward in one.districts), None)
    content = letters_pdf(survey, sheets, centre, today)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    return response


@blueprint.get("/surveys/<round_id>/sheet")
def sheet(round_id: str) -> Response:
    """Give the workbook of one kind of the round, to be filled in."""
    survey, offices = round_here(round_id)
    kind, view = request.args.get("kind", ""), view_here()
    if kind not in survey.kinds:
        abort(HTTPStatus.NOT_FOUND)
    asked = [one.facility_id for one in offices if one.kind == kind]
    by_id = view.snapshot.by_id
    facilities = [by_id[one] for one in asked if one in by_id]
    only = {term.code for term in questions_of(survey, kind, view.reference.vocabulary)}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "survey.xlsx"
        today = desk_here().clock().date()
        write_survey(path, facilities, kind=kind, reference=view.reference, today=today, only=only)
        return send_file(  # the file is read before its directory goes
            _kept(path), as_attachment=True, download_name=f"survey_{kind}.xlsx"
        )


@blueprint.post("/sheets/<round_id>")
def take(round_id: str) -> Response:
    """Take a workbook that came back filled in; its answers wait for approval as others do."""
    survey, offices = round_here(round_id)
    sent, view, scope = request.files.get("sheet"), view_here(), scope_here()
    if sent is None:
        return _board(round_id, ("sheet", "survey-sheet"))
    writable = {one.facility_id: one for one in offices if scope.allows(one.ward)}
    try:
        result = take_sheet(
            desk_here(),
            signed_in_actor(),
            survey,
            writable,
            sent.stream.read(),
            view.reference.vocabulary,
        )
    except InputRefusedError:
        return _board(round_id, ("sheet", "survey-sheet"))
    return _board(round_id, taken=result)


_WANTED = {"new": {"unsent"}, "reminder": {"sent", "opened"}}


def _kept(path: Path) -> Any:
    import io

    return io.BytesIO(path.read_bytes())


def _facilities(wanted: Round) -> list[tuple[str, str, str]]:
    """Return id, kind and ward of the facilities that a round asks."""
    snapshot = view_here().snapshot
    found = []
    for ward in wanted.wards:
        for row in snapshot.in_district(ward).tolist():
            facility = snapshot.facilities[row]
            if facility.kind in wanted.kinds and snapshot.municipality_of(row) == ward:
                found.append((facility.id, facility.kind, ward))
    return found


def _rounds(wanted: Round, problem: tuple[str, str] | None = None) -> Response:
    reference = view_here().reference
    groups = need_groups(reference, "ja")
    return desk_page(
        "surveys",
        problems=[problem] if problem else [],
        rounds=list_rounds(desk_here()),
        wanted=wanted,
        wards=wards_here(),
        groups=kind_groups(reference),
        need_groups=[
            {**group, "terms": [t for t in group["terms"] if _is_asked(t["code"])]}
            for group in groups
            if any(_is_asked(term["code"]) for term in group["terms"])
        ],
    )


def _is_asked(code: str) -> bool:
    return code.partition(".")[0] in NEED_GROUPS


def _board(
    round_id: str, problem: tuple[str, str] | None = None, taken: SheetResult | None = None
) -> Response:
    survey, offices = round_here(round_id)
    view, scope = view_here(), scope_here()
    unknown = open_questions(survey, offices, view.snapshot)
    totals: dict[str, int] = {}
    for one in offices:
        totals[one.ward] = totals.get(one.ward, 0) + unknown.get(one.facility_id, 0)
    waiting = {a.facility_id for a in answers_of(desk_here(), round_id) if a.state == "waiting"}
    return desk_page(
        "survey_round",
        problems=[problem] if problem else [],
        survey=survey,
        tally=tally(offices),
        offices=sorted(offices, key=lambda one: _order(one, waiting, unknown)),
        by_id=view.snapshot.by_id,
        unknown=unknown,
        totals=totals,
        waiting=waiting,
        wards=wards_here(),
        scope=scope,
        taken=taken,
        today=desk_here().clock().date().isoformat(),
    )


def _order(
    one: Invitation, waiting: set[str], unknown: dict[str, int] | Any
) -> tuple[bool, str, bool, int, str]:
    """Order offices: what waits for approval first, then who would tell most of its ward."""
    return (
        one.facility_id not in waiting,
        one.ward,
        bool(one.answered_at),
        -unknown.get(one.facility_id, 0),
        one.facility_id,
    )
