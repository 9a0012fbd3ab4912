"""Coverage on the web: ``GET /api/v1/coverage`` and the files of the pack."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import orjson
from flask import Blueprint, Response, abort, current_app, request
from flask_openapi3 import APIBlueprint, Tag

from geoportal.coverage.report import CoverageReport
from geoportal.coverage.service import NO_CHANGE, WhatIf
from geoportal.coverage.supply import PlannedFacility
from geoportal.coverage.tables import CELL_COLUMNS, Row, cell_rows, district_rows
from geoportal.coverage.wording import sentence
from geoportal.errors import InputRefusedError
from geoportal.export.pack_files import DOWNLOADS, PACK_FORMATS
from geoportal.services.view import View
from geoportal.web.coverage.question import (
    CoverageQuery,
    CoverageWhatIf,
    default_area,
    read_question,
)
from geoportal.web.current_view import view_here
from geoportal.web.problems import problem

Document = dict[str, Any]

_KEPT_FILES = 24
_UNNAMED = "仮の施設"
_EXTENSION = "geoportal.coverage"
_TAG = Tag(name="coverage", description="Who is covered by whom, district by district")


@dataclass
class PackFiles:
    """The files of coverage packs made last; one pack is made at a time."""

    _files: dict[tuple[Any, ...], bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def file(self, name: str, report: CoverageReport) -> bytes:
        """Return a file of the pack, made when first asked for."""
        study = report.study
        areas = tuple(area.code for area in study.target.areas)
        key = (report.dataset_version, report.as_of, areas, study.question, name)
        with self._lock:
            if key not in self._files:
                self._files[key] = _made(name, report)
                while len(self._files) > _KEPT_FILES:
                    self._files.pop(next(iter(self._files)))
            return self._files[key]


def _made(name: str, report: CoverageReport) -> bytes:
    from geoportal.export.pack import write_pack  # GIS and drawing libraries take time to load

    chosen = DOWNLOADS[name].format or PACK_FORMATS[-1]
    with tempfile.TemporaryDirectory() as folder:
        write_pack(Path(folder), report, [chosen])
        return (Path(folder) / name).read_bytes()


def _pack_files() -> PackFiles:
    """Return the files this application has made."""
    return cast("PackFiles", current_app.extensions.setdefault(_EXTENSION, PackFiles()))


def report_of(view: View, asked: CoverageQuery, changes: WhatIf = NO_CHANGE) -> CoverageReport:
    """Conduct the study of a question, or of a what-if about it.

    Raises
    ------
    NotFoundError
        When there is no such area or facility, or no area at all.
    InputRefusedError
        When an outline is missing.
    """
    area = asked.area or default_area(view)
    return view.coverage(area, asked.question(view), changes, local=asked.local)


def coverage_document(
    report: CoverageReport, asked: CoverageQuery, changes: WhatIf = NO_CHANGE
) -> Document:
    """Return the answer of the API: the figures of the pack's tables."""
    study = report.study
    question = study.question
    *districts, total = district_rows(study)
    told: Iterator[Row] = (
        {**row, "sentence": sentence(figures, report.subject, asked.ring_number)}
        for row, figures in zip(districts, study.districts, strict=True)
    )
    document: Document = {
        "dataset_version": report.dataset_version,
        "as_of": report.as_of,
        "title": report.title,
        "area": {"code": study.target.code, "name": study.target.name},
        "question": {
            "kinds": question.kinds,
            "needs": question.needs,
            "time": question.time,
            "evidence": question.evidence,
            "removed": changes.remove,
            "added": [
                {"lon": item.lon, "lat": item.lat, "capacity": item.capacity}
                for item in changes.add
            ],
        },
        "facilities": {
            "sure": int(study.supply.certain.sum()),
            "possible": len(study.supply),
            "without_position": int(study.supply.unlocated_rows.size),
        },
        "has_cells": study.has_cells,
        "caution": report.caution,
        "districts": list(told),
        "total": total,
        "sources": [
            {"source": s.name, "label": s.label, "attribution": s.attribution, "as_of": s.as_of}
            for s in report.sources
        ],
    }
    if asked.cells:
        rows = cell_rows(study)
        columns = (*CELL_COLUMNS, *(f"{name}_possible" for name in CELL_COLUMNS[8:]))
        document["cells"] = {name: [row[name] for row in rows] for name in columns}
    return document


api = APIBlueprint("coverage_api", __name__, url_prefix="/api/v1")
blueprint = Blueprint("coverage", __name__)

_PROBLEM: dict[Any, Any] = {
    "description": "RFC 9457 problem",
    "content": {"application/problem+json": {"schema": {"type": "object"}}},
}
_ANSWER: dict[Any, Any] = {
    "description": "Figures by district, and by cell as columns",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["districts", "total", "area", "question", "dataset_version"],
            }
        }
    },
}


@api.get(
    "/coverage",
    tags=[_TAG],
    summary="Who is covered by whom, by district and by census cell",
    responses={200: _ANSWER, 400: _PROBLEM, 404: _PROBLEM, 422: _PROBLEM},
)
def coverage(query: CoverageQuery) -> Response:
    """Return the figures of the pack; facilities with unknown answers as ``_possible``."""
    return _conditional(_answer(query, WhatIf(remove=tuple(query.remove))))


@api.post(
    "/coverage",
    tags=[_TAG],
    summary="What if facilities closed and others opened? Nothing of it is kept",
    responses={200: _ANSWER, 400: _PROBLEM, 404: _PROBLEM, 422: _PROBLEM},
)
def coverage_what_if(body: CoverageWhatIf) -> Response:
    """Return the figures as they would be; planned places travel in the body only."""
    added = tuple(PlannedFacility(_UNNAMED, item.lon, item.lat, item.capacity) for item in body.add)
    return _answer(body, WhatIf(tuple(body.remove), added))


def _answer(asked: CoverageQuery, changes: WhatIf) -> Response:
    try:
        report = report_of(view_here(), asked, changes)
    except InputRefusedError as error:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    body = orjson.dumps(coverage_document(report, asked, changes))
    return Response(body, mimetype="application/json")


@blueprint.get("/coverage/<name>")
def download(name: str) -> Response:
    """Return a file of the pack for the question in the URL."""
    if name not in DOWNLOADS:
        abort(HTTPStatus.NOT_FOUND)
    view = view_here()
    asked = read_question(view, request.args.to_dict(flat=False))
    report = report_of(view, asked)  # files say what is, not what if
    if not report.study.has_cells:
        abort(HTTPStatus.NOT_FOUND)
    data = _pack_files().file(name, report)
    response = Response(data, content_type=DOWNLOADS[name].media_type)
    stem, _, ending = name.partition(".")
    label = f"{stem}-{report.study.target.code}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{label}"'
    return _conditional(response)


def _conditional(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return cast("Response", response.make_conditional(request))
