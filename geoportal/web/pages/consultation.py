"""Pages for consultations: search from a note, and a whole team around one home."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, g, request

from geoportal.documents.interpret import MAX_LETTERS
from geoportal.web.current_view import view_here
from geoportal.web.pages import note as note_page
from geoportal.web.pages import team as team_form
from geoportal.web.pages.centres import merged_centres
from geoportal.web.pages.note import NoteForm
from geoportal.web.site.frame import page


def note() -> Response:
    """Read a consultation note and propose what to search for."""
    posted = request.method == "POST"
    form = NoteForm.read(request.form) if posted else NoteForm()
    reading = note_page.reading(view_here(), form.text, g.language) if form.text else None
    problem = "note-empty" if form.sent and not form.text else ""
    response = page(
        "note",
        form=form,
        reading=reading,
        problems=[{"target": "note", "key": problem}] if problem else [],
        longest=MAX_LETTERS,
    )
    return _kept_by_nobody(response, HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK)


def team() -> Response:
    """Find who could fill each role around a home, and propose whole teams."""
    view = view_here()
    if request.method == "POST":
        form = team_form.read_form(view, request.form)
    else:
        preset = request.args.get("preset", "")
        form = team_form.TeamForm(roles=team_form.preset_roles(view, preset))
    outcome = team_form.answer(view, form) if form.sent else team_form.TeamOutcome()
    document = outcome.document
    named = merged_centres(view, document["centres"]) if document else []
    roles = team_form.catalogue(view)
    response = page(
        "team",
        form=form,
        choices=team_form.role_choices(view, form, g.language),
        outcome=outcome,
        document=document,
        centre=named[0] if named else None,
        role_label=lambda name: team_form.role_label(view, roles[name], g.language),
        problems=[{"target": "address", "key": outcome.problem}] if outcome.problem else [],
    )
    return _kept_by_nobody(response, HTTPStatus.BAD_REQUEST if outcome.problem else HTTPStatus.OK)


def _kept_by_nobody(response: Response, status: HTTPStatus) -> Response:
    response.status_code = status
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    return response
