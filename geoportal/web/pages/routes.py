"""Routes of the pages. Each works without JavaScript; a home address is sent in POSTs only."""

from __future__ import annotations

from functools import partial

from flask import Blueprint

from geoportal.web.pages import (
    centres,
    district,
    edition,
    export,
    facility,
    information,
    map_names,
    note,
    search,
    shortlist,
    team,
)
from geoportal.web.site import frame, installable

blueprint = Blueprint("pages", __name__)
blueprint.register_blueprint(frame.blueprint)

for rule, endpoint, view, methods in (
    ("/", "start", search.start, ["GET"]),
    ("/", "search", search.search, ["POST"]),
    ("/results", "results", search.results, ["POST"]),
    ("/export", "export", export.export, ["POST"]),
    ("/note", "note", note.show, ["GET", "POST"]),
    ("/team", "team", team.show, ["GET", "POST"]),
    ("/facilities/<facility_id>", "facility", facility.show, ["GET"]),
    ("/districts/<code>", "district", district.show, ["GET"]),
    ("/centres", "centres", centres.show, ["GET"]),
    ("/data", "data", information.show_data, ["GET"]),
    ("/data/editions/<number>", "edition", edition.show, ["GET"]),
    ("/shortlist", "shortlist", shortlist.show, ["GET", "POST"]),
    ("/shortlist/lines", "shortlist_lines", shortlist.lines, ["POST"]),
    ("/map/names", "map_names", map_names.show, ["GET"]),
    ("/about", "about", partial(frame.page, "about"), ["GET"]),
    ("/privacy", "privacy", partial(frame.page, "privacy"), ["GET"]),
    ("/accessibility", "accessibility", partial(frame.page, "accessibility"), ["GET"]),
    ("/help", "help_page", partial(frame.page, "help"), ["GET"]),
    ("/manifest.webmanifest", "manifest", installable.manifest, ["GET"]),
    ("/sw.js", "service_worker", installable.service_worker, ["GET"]),
    ("/offline", "offline", partial(frame.page, "offline"), ["GET"]),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
