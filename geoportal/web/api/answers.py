"""What all resources of the API share: blueprints, JSON answers, schemas of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Response, request
from flask_openapi3 import Tag
from flask_openapi3.utils import get_operation_id_for_path

from geoportal.domain.completeness import HELD, MISSING, PARTIAL, TOLD
from geoportal.web.api.reading import Resource

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Schema = dict[Any, Any]

GEOJSON = "application/geo+json"
JSON = "application/json"

SEARCH = Tag(name="search", description="Questions with a home: only in a POST body, never kept")
BROWSE = Tag(name="browse", description="Facilities and districts")
REFERENCE = Tag(name="reference", description="Lists the answers refer to")


def resource(name: str, operations: str = "api") -> Resource:
    """Return the blueprint of a resource under ``/api/v1``.

    ``operations`` begins its operation ids: published, so it stays when a view moves.
    """

    def operation_id(*, bp_name: str = "", name: str, path: str, method: str) -> str:  # noqa: ARG001
        return get_operation_id_for_path(bp_name=operations, name=name, path=path, method=method)

    return Resource(name, __name__, url_prefix="/api/v1", operation_id_callback=operation_id)


class WholeAnswer(Response):
    """An answer whose body is there as a whole: nothing has to be closed when it is sent."""

    def get_wsgi_response(
        self, environ: WSGIEnvironment
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Return body, status and headers, to a POST as they are."""
        if environ["REQUEST_METHOD"] != "POST" or self.status_code != HTTPStatus.OK:
            return super().get_wsgi_response(environ)
        return cast("list[bytes]", self.response), self.status, self.headers.to_wsgi_list()


def private(document: Mapping[str, Any] | bytes, mimetype: str = JSON) -> Response:
    """Return an answer nobody may keep: it depends on a home, or on the moment."""
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    response = WholeAnswer(body, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response


def public(document: Mapping[str, Any] | bytes, mimetype: str = JSON) -> Response:
    """Return an answer browsers may keep if they ask each time whether it still holds.

    What a GET is answered is open data, which pages of other sites may read.
    """
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    if request.method in ("GET", "HEAD"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


def schema_of(description: str, schema: Schema, mimetype: str = JSON) -> Schema:
    """Return the OpenAPI description of an answer."""
    return {"description": description, "content": {mimetype: {"schema": schema}}}


def json_object(description: str, *required: str, mimetype: str = JSON) -> Schema:
    """Return the OpenAPI description of an answer that is one JSON object."""
    return schema_of(description, {"type": "object", "required": list(required)}, mimetype)


def feature(description: str) -> Schema:
    """Return the OpenAPI description of an answer that is one GeoJSON Feature."""
    return json_object(description, "type", "id", "geometry", "properties", mimetype=GEOJSON)


_COLLECTION: Schema = {
    "type": "object",
    "required": ["type", "features", "numberMatched", "numberReturned"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
        "dataset_version": {"type": "string"},
        "features": {"type": "array", "items": {"type": "object"}},
    },
}
_BAND_COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_COMPLETENESS: Schema = {
    "type": "array",
    "description": "Which sources that would answer are held where it is asked",
    "items": {
        "type": "object",
        "required": ["source", "area", "tells", "kinds", "needs", "state"],
        "properties": {
            "tells": {
                "enum": list(TOLD),
                "description": "Which facilities there are; what they have filed (of `needs`);"
                " their hours; their departments",
            },
            "state": {"enum": [HELD, PARTIAL, MISSING]},
            "facilities": {"type": "integer", "description": "Of the kinds, in the area"},
            "unknown": {
                "type": "integer",
                "description": "Of these, those of whom it is not known",
            },
        },
    },
}
COLLECTION = schema_of("GeoJSON FeatureCollection", _COLLECTION, GEOJSON)
ANSWER = schema_of(
    "GeoJSON FeatureCollection with the counts of the whole answer",
    _COLLECTION
    | {
        "properties": _COLLECTION["properties"]
        | {
            "counts": _BAND_COUNTS
            | {
                "description": "How many facilities are in each band, those of `elsewhere` included"
            },
            "elsewhere": _BAND_COUNTS
            | {
                "description": "Of `counts`, those known from a source that the home's municipality"
                " lacks: they stand after all others; `counts` less these are around the home"
            },
            "elsewhere_first": {
                "type": "array",
                "items": {"type": "object"},
                "description": "The first matches of `elsewhere`, where no feature is one of them",
            },
            "relaxations": {
                "type": "array",
                "items": {"type": "object"},
                "description": "What to drop or widen to gain the most, with how many it `adds`"
                " to those that are not `elsewhere`; where no need is left, `kinds` are those that"
                " the needs were about",
            },
            "completeness": _COMPLETENESS,
            "no_data": {
                "const": True,
                "description": "There only where nobody is found and no list is held that would"
                " name anybody: not known, rather than none",
            },
            "misplaced": {
                "type": "array",
                "items": {"type": "object"},
                "description": "There only where nobody can be asked, no kind being one that all"
                " needs are about: each `need` with the `kinds` that it is about",
            },
            "unlisted": {
                "type": "object",
                "description": "There only where no list of facilities is held for the home's"
                " municipality: who publishes the filings for it, and where to look meanwhile",
                "examples": [
                    {
                        "municipality_code": "27127",
                        "municipality": "大阪府大阪市北区",
                        "publisher": "近畿厚生局",
                        "page": "https://kouseikyoku.mhlw.go.jp/kinki/",
                        "sites": {
                            "navii-facility": "https://www.iryou.teikyouseido.mhlw.go.jp/",
                            "kaigo": "https://www.kaigokensaku.mhlw.go.jp/",
                        },
                    }
                ],
            },
        }
    },
    GEOJSON,
)
PROBLEM = schema_of(
    "RFC 9457 problem",
    {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "message"],
                    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                },
            },
        },
    },
    "application/problem+json",
)
