"""Collections with what they are made of: the facts of census cells come from a file.

They are measured once per dataset version and day by the maker of `geoportal.web.coverage.maker`;
a worker keeps those of the newest version.
"""

from __future__ import annotations

from flask import current_app
from werkzeug.exceptions import ServiceUnavailable

from geoportal.coverage.cell_facts import CellFacts
from geoportal.documents.ogc.coverage_cells import CoverageCells, CoverageCellsQuery, holds_cells
from geoportal.documents.ogc.features import COLLECTIONS
from geoportal.documents.ogc.items import Collection
from geoportal.services.view import View
from geoportal.web.coverage.files import FileQuestion
from geoportal.web.coverage.routes import PATIENCE_S, RETRY_AFTER_S, pack_files

_EXTENSION = "geoportal.ogc.cells"


def collection_of(view: View, name: str) -> Collection:
    """Return a collection, ready to be asked.

    Ends the request with 503 and ``Retry-After`` while the facts of cells are being measured.
    """
    if COLLECTIONS[name] is CoverageCells:
        return CoverageCells(view, _facts(view))
    return COLLECTIONS[name](view)


def _facts(view: View) -> CellFacts:
    if not holds_cells(view):
        return CellFacts.none()
    asked = CoverageCellsQuery()
    question = FileQuestion("", view.snapshot.version, view.snapshot.today, asked)
    kept: dict[str, CellFacts] = current_app.extensions.get(_EXTENSION, {})
    if question.key not in kept:
        files = pack_files()
        made = files.wait_for(question, PATIENCE_S)
        if made.state != "ready":
            raise ServiceUnavailable(retry_after=RETRY_AFTER_S)
        kept = {question.key: CellFacts.from_bytes(files.take(question))}
        current_app.extensions[_EXTENSION] = kept
    return kept[question.key]
