"""What has changed between two editions of a source: page, workbook, JSON."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, g, make_response, request

from geoportal.documents import Document
from geoportal.documents.changes import (
    CHANGE_COLUMNS,
    changes_document,
    changes_rows,
)
from geoportal.domain.dating import outward_day
from geoportal.errors import GeoportalError, NotFoundError, UsageError
from geoportal.export.table import write_xlsx
from geoportal.ingest.changes import KINDS
from geoportal.services.view import View
from geoportal.store.history import edition_dates, sources_with_history
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kinds
from geoportal.web.site.frame import page

blueprint = Blueprint("changes", __name__)

_MOST_SHOWN = 200
_WITHOUT_PAIRS = frozenset({"opened", "closed", "reopened"})
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/changes")
def show() -> Response:
    """Show the changes between two editions, by default the newest between which there are any."""
    return page("changes", **_shown(view_here(), g.language))


@blueprint.get("/changes.xlsx")
def workbook() -> Response:
    """Give the same as an Excel file, complete."""
    view = view_here()
    document = changes_document(view.changes(*_asked()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "changes.xlsx"
        write_xlsx(path, changes_rows(view, document), CHANGE_COLUMNS)
        response = make_response(path.read_bytes())
    name = f"changes_{document['source']}_{document['from']}_{document['to']}.xlsx"
    response.mimetype = _EXCEL
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _asked() -> tuple[str, str, str]:
    return (
        request.args.get("source", ""),
        request.args.get("from", ""),
        request.args.get("to", ""),
    )


def _shown(view: View, language: str) -> Document:
    source, from_date, to_date = _asked()
    with view.database.engine.connect() as connection:
        sources = sources_with_history(connection)
        chosen = source if source in sources else ""
        dates = edition_dates(connection, chosen)
    shown: Document = {
        "sources": sources,
        "chosen": chosen,
        "feed_sources": [name for name in sources if view.facility_counts.get(name)],
        "dates": [outward_day(day) for day in dates],
        "report": None,
        "groups": [],
        "problem": "",
        "any_pair": not (chosen and (from_date or to_date)),
    }
    try:
        report = changes_document(view.changes(chosen, *((from_date, to_date) if chosen else ())))
    except GeoportalError as error:
        return shown | {"problem": _problem(error)}
    found = {"chosen": report["source"], "dates": report["editions"]}
    return shown | found | {"report": report, "groups": _groups(view, report, language)}


def _problem(error: GeoportalError) -> str:
    if isinstance(error, NotFoundError):
        return "changes-one-edition"
    if isinstance(error, UsageError):
        return "changes-bad-dates"
    raise error


def _groups(view: View, report: Document, language: str) -> list[Document]:
    groups: list[Document] = []
    for kind in KINDS:
        changes = [change for change in report["changes"] if change["kind"] == kind]
        if changes:
            shown = [_change(view, change, language) for change in changes[:_MOST_SHOWN]]
            groups.append(
                {
                    "kind": kind,
                    "count": len(changes),
                    "pairs": kind not in _WITHOUT_PAIRS,
                    "changes": shown,
                }
            )
    return groups


def _change(view: View, change: Document, language: str) -> Document:
    info = view.reference.municipalities.get(change["municipality_code"])
    return {
        **change,
        "place": info.name if info else "",
        "shown": change["facility_id"] in view.snapshot.by_id,
        "before_words": _words(view, change, "before", language),
        "after_words": _words(view, change, "after", language),
    }


def _words(view: View, change: Document, side: str, language: str) -> Any:
    if change["kind"] != "kind":
        return change[side]
    known = kinds(view.reference, language)
    return known[change[side]]["label"] if change[side] in known else change[side]
