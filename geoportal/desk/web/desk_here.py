"""The desk, and the centres, of the request being answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from flask import current_app

from geoportal.desk.services.desk import Desk
from geoportal.domain.centre import Centre
from geoportal.web.current_view import view_here

EXTENSION: Final = "geoportal-desk"


def desk_here() -> Desk:
    """Return the desk of this application."""
    return cast("Desk", current_app.extensions[EXTENSION])


def centres_here() -> Mapping[str, Centre]:
    """Return the liaison centres that coordinators belong to, by id, in the order held."""
    centres = view_here().snapshot.centres
    return {centre.id: centre for centre in centres if centre.kind == "liaison_centre"}


def is_desk_path(path: str) -> bool:
    """Say whether a path is of the staff side."""
    return path in {"/login", "/logout", "/desk"} or path.startswith(("/desk/", "/o/"))
