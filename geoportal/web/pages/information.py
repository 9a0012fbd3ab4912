"""Pages of information: sources, the visitor's shortlist, help, privacy and the like."""

from __future__ import annotations

from flask import Response

from geoportal.documents.reference import sources_document
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import label_config, page


def data() -> Response:
    """Show every source with licence, date, rows and freshness."""
    return page("data", **sources_document(view_here()))


def shortlist() -> Response:
    """Show the shortlist, which lives in the visitor's browser only."""
    return page("shortlist", config=label_config())


def about() -> Response:
    """Say what this is and who stands behind it."""
    return page("about")


def privacy() -> Response:
    """Say what happens to an address (nothing) and what others may learn."""
    return page("privacy")


def accessibility() -> Response:
    """State how accessible the pages are."""
    return page("accessibility")


def help_page() -> Response:
    """Explain how to search and how to read the marks."""
    return page("help")


def offline() -> Response:
    """Say what can be done without a network; shown in place of a page that is not kept."""
    return page("offline")
