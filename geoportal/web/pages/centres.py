"""The page of consultation centres, and the centres an answer names."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from geoportal.documents import Document
from geoportal.documents.reference import centres_document
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import page


def show() -> Response:
    """Show the consultation centres, open now or when next."""
    return page("centres", **centres_document(view_here()))


def merged_centres(view: View, brief: Iterable[Document]) -> list[Document]:
    """Return centres with hours and districts, for those named in a search answer."""
    full = {centre["id"]: centre for centre in centres_document(view)["centres"]}
    return [full.get(centre["id"], centre) for centre in brief]
