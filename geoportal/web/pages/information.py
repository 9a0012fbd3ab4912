"""Pages of information: sources of the data, the visitor's shortlist."""

from __future__ import annotations

from flask import Response

from geoportal.documents.reference import sources_document
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import label_config, page


def show_data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    return page("data", **sources_document(view_here()))


def show_shortlist() -> Response:
    """Show the shortlist, which is stored in the visitor's browser only."""
    return page("shortlist", config=label_config())
