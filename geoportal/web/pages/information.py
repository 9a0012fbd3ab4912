"""Pages of information: sources of the data."""

from __future__ import annotations

from flask import Response

from geoportal.documents.reference import sources_document
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import page


def show_data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    view = view_here()
    return page("data", **sources_document(view), road_speeds=view.reference.road_speeds)
