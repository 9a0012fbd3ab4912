"""Open data by address: files of facilities, their catalogue, and feeds of changes.

A file is made once per dataset version and day by the maker of `geoportal.web.coverage.maker`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from http import HTTPStatus
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, abort, request

from geoportal.documents.change_feeds import MEDIA_TYPES, read_feed_path
from geoportal.documents.facility_files import (
    FacilityFileQuery,
    catalogue_document,
    read_file_path,
)
from geoportal.domain.hours import JST
from geoportal.export.file_names import attachment, file_name
from geoportal.export.wording import Wording
from geoportal.services.view import View
from geoportal.settings import shipped_directory
from geoportal.web.api.answers import public
from geoportal.web.arrival import trusted_root
from geoportal.web.coverage.files import FileQuestion
from geoportal.web.coverage.routes import PATIENCE_S, not_made, pack_files
from geoportal.web.current_view import view_here

blueprint = Blueprint("open_data", __name__)

EXAMPLES: Final = MappingProxyType(
    {
        "frames.py": "examples",
        "features.R": "examples",
        "power_query.m": "examples",
        "geoportal.qgs": "qgis",
    }
)
"""Examples for other programs, each with its folder of the shipped data."""
_EXAMPLE_SITE: Final = "http://127.0.0.1:8000"
"""Stands in the shipped examples where a site's own address goes."""


@blueprint.get("/data/files/<scope>/<member>")
def facility_file(scope: str, member: str) -> Response:
    """Return a file of facilities; ``scope`` is ``districts``, ``sources`` or ``all``."""
    view = view_here()
    found = read_file_path(view, scope, member)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    asked, chosen = found
    response = _file(view, FileQuestion(chosen.name, *_state(view), asked), chosen.media_type)
    if response.status_code == HTTPStatus.OK:
        words = Wording(view.reference)
        place = _place(view, asked, words)
        ending, day = PurePath(chosen.ending).suffix, view.snapshot.today
        name = file_name(place, (), (), day, ending, words, subject=chosen.subject)
        plain = f"facilities-{member}"
        response.headers["Content-Disposition"] = attachment(name, plain)
    return response


@blueprint.get("/data/changes/<scope>/<member>")
def feed(scope: str, member: str) -> Response:
    """Return a feed of changes; ``scope`` is ``districts`` or ``sources``."""
    view = view_here()
    found = read_feed_path(view, scope, member)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    asked, ending = found
    asked = asked.model_copy(update={"root": trusted_root() or ""})
    return _file(view, FileQuestion(ending, *_state(view), asked), MEDIA_TYPES[ending])


@blueprint.get("/data/examples/<name>")
def example(name: str) -> Response:
    """Return an example for another program, with the address of this site in it."""
    if name not in EXAMPLES:
        abort(HTTPStatus.NOT_FOUND)
    text = (shipped_directory("data") / EXAMPLES[name] / name).read_text("utf-8")
    response = public(text.replace(_EXAMPLE_SITE, trusted_root() or _EXAMPLE_SITE).encode())
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = attachment(name, name)
    return response


def _state(view: View) -> tuple[str, date]:
    return view.snapshot.version, view.snapshot.today


def _file(view: View, question: FileQuestion, media_type: str) -> Response:
    """Return a file, 304 to those who have it, or that it is not made yet."""
    if request.if_none_match.contains(question.key):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        files = pack_files()
        made = files.wait_for(question, PATIENCE_S)
        if made.state != "ready":
            return not_made(made)
        response = Response(files.take(question), content_type=media_type)
    response.set_etag(question.key)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.last_modified = datetime.combine(view.snapshot.today, time(), JST)
    return response


@blueprint.get("/data/catalog.jsonld")
def catalogue() -> Response:
    """Return the DCAT catalogue of all files."""
    return public(catalogue_document(view_here(), trusted_root() or ""), "application/ld+json")


def _place(view: View, asked: FacilityFileQuery, words: Wording) -> str:
    if asked.district is not None:
        chain = view.district_chain(asked.district)
        return chain[0].name if chain else asked.district
    return words.label("source", asked.source) if asked.source else words.say("everywhere")
