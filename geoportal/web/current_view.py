"""The view a web request works on: taken when first asked for, then the same to its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from flask import current_app, g

from geoportal.services.portal import Portal
from geoportal.services.view import View

EXTENSION = "geoportal"


def view_here() -> View:
    """Return the view of this request."""
    here = g._get_current_object()  # the proxy looks for it each time
    view = here.get("view")
    if view is None:
        view = here.view = portal_here().view()
    return cast("View", view)


def portal_here() -> Portal:
    """Return the portal of this application; answers are made from `view_here`."""
    return cast("Portal", current_app.extensions[EXTENSION])


def count_question(view: View, shown: Iterable[str], offset: int) -> None:
    """Count who stood on a first page of an answer, by id; further pages are not counted again.

    Only views that answer questions do so.
    """
    if offset == 0:
        portal_here().exposure.record(view.snapshot.today, list(shown))
