"""Pages of information: consultation centres, sources of the data, the visitor's shortlist."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from geoportal.documents import Document
from geoportal.documents.reference import centres_document, sources_document
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import label_config, page


def show_centres() -> Response:
    """Show the consultation centres, open now or when next."""
    return page("centres", **centres_document(view_here()))


def centres_in_full(view: View, brief: Iterable[Document]) -> list[Document]:
    """Return the centres that an answer names, with hours and districts."""
    full = {centre["id"]: centre for centre in centres_document(view)["centres"]}
    return [full.get(centre["id"], centre) for centre in brief]


def show_data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    return page("data", **sources_document(view_here()))


def show_shortlist() -> Response:
    """Show the shortlist, which is stored in the visitor's browser only."""
    return page("shortlist", config=label_config())
