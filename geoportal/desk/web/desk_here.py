"""The desk, and the centres, of the request being answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from flask import current_app

from geoportal.desk.services.desk import Desk
from geoportal.domain.centre import Centre
from geoportal.web.current_view import view_here

EXTENSION: Final = "geoportal-desk"
_LAYERED: Final = re.compile(r"/|/results|/note|/team|/facilities/[^/]+")


def desk_here() -> Desk:
    """Return the desk of this application."""
    return cast("Desk", current_app.extensions[EXTENSION])


def centres_here() -> Mapping[str, Centre]:
    """Return the liaison centres that coordinators belong to, by id, in the order held."""
    centres = view_here().snapshot.centres
    return {centre.id: centre for centre in centres if centre.kind == "liaison_centre"}


def wards_here() -> Mapping[str, str]:
    """Return the wards that have a centre, by code, in the centres' order, with their names."""
    view = view_here()
    codes = dict.fromkeys(code for one in centres_here().values() for code in one.districts)
    chains = ((code, view.district_chain(code)) for code in codes)
    return {code: chain[0].name if chain else code for code, chain in chains}


def is_layered_path(path: str) -> bool:
    """Say whether a path is that of a public page with a second layer for staff."""
    return _LAYERED.fullmatch(path) is not None


def is_desk_path(path: str) -> bool:
    """Say whether a path is of the staff side."""
    return path in {"/login", "/logout", "/desk"} or path.startswith(("/desk/", "/o/"))
