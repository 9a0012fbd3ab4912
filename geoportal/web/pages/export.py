"""Results as a file: CSV or Excel, asked for by a POST so that no home is in a URL."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, g, request
from pydantic import ValidationError

from geoportal.documents import Document
from geoportal.documents.search import export_feature, result_features
from geoportal.domain.hours import JST
from geoportal.errors import UsageError
from geoportal.export.facilities import DOWNLOADS, TABLE_LANGUAGES, export_facilities
from geoportal.export.file_names import attachment, file_name
from geoportal.export.wording import Wording
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.pages import search_answer
from geoportal.web.pages.search_form import SearchForm

STEP_M = 100
"""Distances in a file are rounded to this: many exact ones would give the home away."""


def export() -> Response:
    """Return every result of the form that was sent, as a file for the office."""
    view = view_here()
    form = SearchForm.read(request.form, posted=True)
    chosen = DOWNLOADS.get(request.form.get("format", ""))
    if chosen is None or not form.asks:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        features = all_features(view, form)
    except (UsageError, ValidationError):
        abort(HTTPStatus.BAD_REQUEST)
    words = Wording(view.reference, g.language if g.language in TABLE_LANGUAGES else "ja")
    today = view.now.astimezone(JST).date()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"facilities-{today:%Y%m%d}{chosen.ending}"
        export_facilities(path, features, view.reference, needs=form.needs, language=words.language)
        response = Response(path.read_bytes(), content_type=chosen.media_type)
    place = words.say("around") if form.has_home else _district_name(view, form.district)
    named = partial(file_name, place, form.kinds, form.needs, today)
    name = named(path.suffix, words, subject=chosen.subject)
    response.headers["Content-Disposition"] = attachment(name, path.name)
    return response


def _district_name(view: View, code: str) -> str:
    chain = view.district_chain(code) if code else []
    return chain[0].name if chain else ""


def all_features(view: View, form: SearchForm) -> list[Document]:
    """Return all results of a form, not only a page of them, with everything known of each.

    Raises
    ------
    UsageError, ValidationError
        When the form makes no sense.
    """
    outcome = search_answer.read_place(view, replace(form, offset=0))
    if outcome.notice and not outcome.place:
        return []
    request = outcome.form.request(view.now)
    query = replace(request.to_query(view), limit=len(view.snapshot), facets=False)
    results = result_features(view, view.search(query).results)
    ordered = search_answer.in_order(results, form.order)
    features = [export_feature(view, result) for result in ordered]
    for feature in features:
        metres = feature["properties"].get("distance_m")
        if metres is not None:
            feature["properties"]["distance_m"] = round(metres / STEP_M) * STEP_M
    return features
