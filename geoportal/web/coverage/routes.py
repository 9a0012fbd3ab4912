"""Coverage on the web: the page, ``/api/v1/coverage`` and the files of the pack, by address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask_openapi3 import Tag
from markupsafe import escape
from werkzeug.wrappers import Response as BaseResponse

from geoportal.documents import Document
from geoportal.documents.coverage import (
    CoverageQuery,
    CoverageWhatIf,
    coverage_document,
    coverage_report,
)
from geoportal.errors import InputRefusedError
from geoportal.export.pack_files import DOWNLOADS
from geoportal.services.view import View
from geoportal.web.api.answers import PROBLEM, json_object, private, public, resource
from geoportal.web.coverage.files import OUTDATED, FileQuestion, FileState, PackFiles
from geoportal.web.coverage.page import coverage_page, shareable
from geoportal.web.coverage.plan import Values
from geoportal.web.coverage.question import COVERAGE_ARGUMENTS, read_question
from geoportal.web.current_view import view_here
from geoportal.web.problems import problem
from geoportal.web.site.frame import error_page, fragment, page, page_url
from geoportal.web.site.prepared import Prepared, prepared

_TAG = Tag(name="coverage", description="Who is covered by whom, district by district")
api = resource("coverage_api", "coverage_api")
blueprint = Blueprint("coverage", __name__)

EXTENSION = "geoportal.coverage"
PATIENCE_S = 25.0
"""How long a request waits for a file that is being made."""

RETRY_AFTER_S = 10
_NOT_HELD = HTTPStatus.NOT_FOUND
"""The question is well formed, but outlines or local districts it needs are not imported here."""
_FAILURES = {
    "NotFoundError": HTTPStatus.NOT_FOUND,
    "InputRefusedError": _NOT_HELD,
    OUTDATED: HTTPStatus.SERVICE_UNAVAILABLE,
}

_ANSWER = json_object(
    "Figures by district, and by cell as columns",
    *("districts", "total", "area", "question", "dataset_version"),
)


@api.get(
    "/coverage",
    tags=[_TAG],
    summary="Who is covered by whom, by district and by census cell",
    responses={200: _ANSWER, 400: PROBLEM, 404: PROBLEM},
)
def coverage(query: CoverageQuery) -> Response:
    """Return the figures of the pack; facilities with unknown answers as ``_possible``."""
    view = view_here()
    try:
        report = coverage_report(view, query, query.changes)
    except InputRefusedError as error:
        return problem(_NOT_HELD, str(error))
    return public(coverage_document(view, report, query, query.changes))


@api.post(
    "/coverage",
    tags=[_TAG],
    summary="What if facilities closed and others opened? Nothing of it is kept",
    responses={200: _ANSWER, 400: PROBLEM, 404: PROBLEM},
)
def coverage_what_if(body: CoverageWhatIf) -> Response:
    """Return the figures as they would be; planned places travel in the body only."""
    view = view_here()
    try:
        report = coverage_report(view, body, body.changes)
    except InputRefusedError as error:
        return problem(_NOT_HELD, str(error))
    return private(coverage_document(view, report, body, body.changes))


@blueprint.get("/coverage")
def show() -> Response:
    """Show who is within reach of whom, district by district, and what lies where."""
    values = {
        name: request.args.getlist(name) for name in COVERAGE_ARGUMENTS if name in request.args
    }
    query = [(name, value) for name, value in request.args.items(multi=True) if name in values]
    return _page(values, query)


@blueprint.post("/coverage")
def show_what_if() -> BaseResponse:
    """Answer the what-if form; without a planned place this leads to a URL to keep."""
    values = request.form.to_dict(flat=False)
    shared = shareable(view_here(), values)
    if shared is not None:
        return redirect(page_url("coverage.show", **shared, _anchor="plan"), HTTPStatus.SEE_OTHER)
    return _page(values)


def _page(values: Values, query: Sequence[tuple[str, str]] = ()) -> Response:
    view = view_here()
    context = coverage_page(view, values, g.language)
    return page("coverage", query=query, **context, **_choices(view, context))


def _choices(view: View, context: Document) -> dict[str, str]:
    """Return the areas to choose from: those of the form, and where one has to be, as links."""

    def part(name: str) -> Prepared:
        template = f"partials/choices/coverage_{name}.html"
        return prepared(view, template, "", lambda: fragment(template, **context))

    if not len(view.snapshot.districts):
        return {"area_choices": "", "doors": ""}
    area, asked = context["asked"].area, context["coverage_query"]
    asked = escape(f"&{urlencode({**asked, 'area': []}, doseq=True)}")
    return {
        "area_choices": part("areas").filled(
            selected=lambda code: " selected" if code == area else ""
        ),
        "doors": part("doors").filled(query=asked) if context["chooses"] else "",
    }


@blueprint.get("/coverage/<name>")
def download(name: str) -> Response:
    """Return a file of the pack for the question in the URL; made first if need be."""
    question = _file_question(name)
    files = pack_files()
    made = files.wait_for(question, PATIENCE_S)
    if made.state != "ready":
        return not_made(made)
    stem, _, ending = name.partition(".")
    response = public(files.take(question), DOWNLOADS[name].media_type)
    response.content_type = DOWNLOADS[name].media_type
    label = f"{stem}-{question.area}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{label}"'
    return response


@blueprint.get("/coverage/<name>/progress")
def progress(name: str) -> Response:
    """Ask for a file of the pack and say how far it is, without waiting."""
    return private(asdict(pack_files().ask(_file_question(name))))


def not_made(made: FileState) -> Response:
    """Return the answer to a question whose file has failed, or is not there yet."""
    if made.state == "failed":
        return error_page(_FAILURES.get(made.failure, HTTPStatus.INTERNAL_SERVER_ERROR))
    response = error_page(HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _file_question(name: str) -> FileQuestion:
    if name not in DOWNLOADS:
        abort(HTTPStatus.NOT_FOUND)
    view = view_here()
    asked = read_question(view, request.args.to_dict(flat=False))
    return FileQuestion.of(view, name, asked)


def pack_files() -> PackFiles:
    """Return the pack files of this application."""
    return cast("PackFiles", current_app.extensions[EXTENSION])
