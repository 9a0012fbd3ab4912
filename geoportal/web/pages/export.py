"""Results as a file: CSV or Excel, asked for by a POST so that no home is in a URL."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, request
from pydantic import ValidationError

from geoportal.documents.search import export_feature, result_features
from geoportal.domain.hours import JST
from geoportal.errors import UsageError
from geoportal.export.facilities import DOWNLOADS, export_facilities
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.pages import search_form
from geoportal.web.pages.search_form import SearchForm

STEP_M = 100
"""Distances in a file are rounded to this: many exact ones would give the home away."""


def add_routes(blueprint: Blueprint) -> None:
    """Add the download to a blueprint."""
    blueprint.add_url_rule("/export", view_func=export, methods=["POST"])


def export() -> Response:
    """Return every result of the form that was sent, as a file for the office."""
    view = view_here()
    form = SearchForm.read(request.form, posted=True)
    chosen = DOWNLOADS.get(request.form.get("format", ""))
    if chosen is None or not form.asks:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        features = found_features(view, form)
    except (UsageError, ValidationError):
        abort(HTTPStatus.BAD_REQUEST)
    name = f"facilities-{view.now.astimezone(JST):%Y%m%d}{chosen.ending}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        export_facilities(path, features, view.reference)
        response = Response(path.read_bytes(), content_type=chosen.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def found_features(view: View, form: SearchForm) -> list[dict[str, Any]]:
    """Return all results of a form, not only a page of them, with everything known of each.

    Raises
    ------
    UsageError, ValidationError
        When the form makes no sense.
    """
    asked = search_form.question(view, replace(form, offset=0))
    if asked.request is None:
        return []
    query = replace(asked.request.to_query(view), limit=len(view.snapshot), facets=False)
    found = result_features(view, view.search(query).results)
    features = [export_feature(view, item) for item in search_form.in_order(found, form.order)]
    for item in features:
        metres = item["properties"].get("distance_m")
        if metres is not None:
            item["properties"]["distance_m"] = round(metres / STEP_M) * STEP_M
    return features
