"""Pages of information: sources of the data."""

from __future__ import annotations

from functools import partial

from flask import Response

from geoportal.documents.facility_files import formats_of_source
from geoportal.documents.reference import sources_document
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import page


def show_data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    view = view_here()
    offered = partial(formats_of_source, view)
    speeds = view.reference.road_speeds
    return page("data", formats_of=offered, **sources_document(view), road_speeds=speeds)
