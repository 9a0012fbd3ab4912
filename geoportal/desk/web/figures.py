"""``/desk/figures``: counts for the committee as page, Excel and PDF; issues on their way."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from typing import Any, Final

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from geoportal.desk.domain.case import TOPICS
from geoportal.desk.domain.issue import LONGEST_NOTE, LONGEST_TITLE, Issue, Stage
from geoportal.desk.services.figures import Figures, figures_of
from geoportal.desk.services.issues import change_issue, mark
from geoportal.desk.web.desk_here import centres_here, desk_here, wards_here
from geoportal.desk.web.figure_files import figures_pdf, figures_workbook
from geoportal.desk.web.figure_words import labelled
from geoportal.desk.web.frame import desk_page
from geoportal.desk.web.guard import signed_in_actor, staff_blueprint
from geoportal.desk.web.places import ward_of
from geoportal.desk.web.words import say
from geoportal.errors import NotFoundError, UsageError
from geoportal.web.current_view import view_here

blueprint = staff_blueprint("figures", __name__)
_MONTH: Final = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_FACILITIES: Final = 50


@blueprint.get("/figures")
def show() -> Response:
    """Show the figures of a period."""
    return _page()


@blueprint.get("/figures/figures.xlsx")
def workbook() -> Response:
    """Give the figures as an Excel file with charts."""
    figures, title = _figures(), _title()
    content = figures_workbook(title, _lines(figures), labelled(figures))
    return _file(content, _XLSX, "figures.xlsx")


@blueprint.get("/figures/figures.pdf")
def sheet() -> Response:
    """Give the figures as a PDF."""
    figures, title = _figures(), _title()
    content = figures_pdf(title, _lines(figures), labelled(figures))
    return _file(content, "application/pdf", "figures.pdf")


@blueprint.post("/figures/issues")
def put_issue() -> ResponseReturnValue:
    """Add an issue, or say where it is now."""
    form = request.form
    try:
        issue = Issue(
            form.get("id", "") or secrets.token_hex(8),
            form.get("title", "").strip(),
            form.get("topic", ""),
            Stage(form.get("stage", Stage.CASE)),
            form.get("note", "").strip(),
        )
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        change_issue(desk_here(), signed_in_actor(), issue, is_new=not form.get("id"))
    except NotFoundError:
        abort(HTTPStatus.NOT_FOUND)
    except UsageError as error:
        return _page((error.field or "title", f"issue-{error.field or 'title'}"))
    return redirect(f"{url_for('desk_figures.show')}#issues", HTTPStatus.SEE_OTHER)


@blueprint.post("/figures/issues/<issue_id>/marks")
def mark_issue(issue_id: str) -> ResponseReturnValue:
    """Count that a case showed an issue; which one is not kept."""
    try:
        mark(desk_here(), signed_in_actor(), issue_id)
    except NotFoundError:
        abort(HTTPStatus.NOT_FOUND)
    return redirect(f"{url_for('desk_figures.show')}#issues", HTTPStatus.SEE_OTHER)


def _period() -> tuple[str, str]:
    """Return the months asked for; by default those of the fiscal year until now."""
    now = desk_here().clock().date()
    begun = f"{now.year - (now.month < 4)}-04"
    first, last = request.args.get("from", ""), request.args.get("to", "")
    return (
        first if _MONTH.fullmatch(first) else begun,
        last if _MONTH.fullmatch(last) else f"{now:%Y-%m}",
    )


def _figures() -> Figures:
    snapshot = view_here().snapshot
    places = {
        facility.id: (facility.kind, ward_of(facility))
        for ward in wards_here()
        for facility in (snapshot.facilities[row] for row in snapshot.in_district(ward).tolist())
    }
    for_committee = request.args.get("for") == "committee"
    return figures_of(desk_here(), *_period(), places, for_committee=for_committee)


def _title() -> str:
    return say("figure-title", first=_period()[0], last=_period()[1])


def _lines(figures: Figures) -> list[str]:
    """Return the key figures as sentences."""

    def number(value: float | None) -> str:
        return say("figure-none") if value is None else f"{value:.1f}"

    cases = say("figure-hidden") if figures.cases is None else str(figures.cases)
    lines = [
        say("figure-cases", count=cases),
        say("figure-calls", count=number(figures.calls_per_placement)),
        say("figure-days", count=number(figures.days_to_acceptance)),
    ]
    if figures.for_committee:
        lines.append(say("figure-masked"))
    return lines


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _page(problem: tuple[str, str] | None = None) -> Response:
    figures, (first, last) = _figures(), _period()
    reference, by_id = view_here().reference, view_here().snapshot.by_id
    context: dict[str, Any] = {
        "figures": figures,
        "tables": labelled(figures),
        "lines": _lines(figures),
        "first": first,
        "last": last,
        "query": {"from": first, "to": last, "for": request.args.get("for", "")},
        "facilities": [
            (by_id[one.facility_id].name, one)
            for one in figures.facilities
            if one.facility_id in by_id
        ][:_MOST_FACILITIES],
        "evenness": [
            (wards_here().get(ward, ward), reference.kinds[kind].label_ja, value)
            for (kind, ward), value in figures.evenness.items()
        ],
        "topics": TOPICS,
        "stages": list(Stage),
        "centres": centres_here(),
        "longest": {"title": LONGEST_TITLE, "note": LONGEST_NOTE},
    }
    return desk_page("figures", problems=[problem] if problem else [], **context)
