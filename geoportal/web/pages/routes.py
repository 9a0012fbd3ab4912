"""The pages for people, by address. Each works without JavaScript; a home comes in POSTs only."""

from __future__ import annotations

from flask import Blueprint

from geoportal.web.pages import (
    centres,
    consultation,
    district,
    export,
    facility,
    information,
    search,
)
from geoportal.web.site import frame, installable

blueprint = Blueprint("pages", __name__)
blueprint.register_blueprint(frame.blueprint)

for rule, endpoint, view, methods in (
    ("/", "start", search.start, ["GET"]),
    ("/", "search", search.search, ["POST"]),
    ("/results", "results", search.results, ["POST"]),
    ("/export", "export", export.export, ["POST"]),
    ("/note", "note", consultation.note, ["GET", "POST"]),
    ("/team", "team", consultation.team, ["GET", "POST"]),
    ("/facilities/<facility_id>", "facility", facility.show, ["GET"]),
    ("/districts/<code>", "district", district.show, ["GET"]),
    ("/centres", "centres", centres.show, ["GET"]),
    ("/data", "data", information.data, ["GET"]),
    ("/shortlist", "shortlist", information.shortlist, ["GET"]),
    ("/about", "about", information.about, ["GET"]),
    ("/privacy", "privacy", information.privacy, ["GET"]),
    ("/accessibility", "accessibility", information.accessibility, ["GET"]),
    ("/help", "help_page", information.help_page, ["GET"]),
    ("/manifest.webmanifest", "manifest", installable.manifest, ["GET"]),
    ("/sw.js", "service_worker", installable.service_worker, ["GET"]),
    ("/offline", "offline", information.offline, ["GET"]),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
