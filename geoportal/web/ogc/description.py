"""The OpenAPI 3.0 document of ``/ogc``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geoportal.documents.ogc.tile_matrix import DEEPEST_ZOOM
from geoportal.documents.ogc.tile_matrix import NAME as TILE_MATRIX_SET
from geoportal.documents.ogc.tiles import LAYER as TILED
from geoportal.documents.ogc.tiles import MVT

OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"

_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {"application/problem+json": {"schema": {"type": "object"}}}
_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "f": {"type": "string", "enum": ["json", "html"]},
    "bbox": {"type": "string", "description": "Four numbers, in the axis order of bbox-crs"},
    "bbox-crs": _TEXT,
    "crs": _TEXT,
    "datetime": {"type": "string", "description": "A day, or an interval: 2026-11-01/.."},
    "filter": {"type": "string", "maxLength": 4000, "description": "CQL2"},
    "filter-lang": {"type": "string", "enum": ["cql2-text", "cql2-json"]},
    "filter-crs": _TEXT,
    "sortby": {"type": "string", "description": "Queryable properties: kind,-municipality_code"},
}


def openapi_document(
    root: str, queryables: Mapping[str, Sequence[str]], most: int, default: int
) -> dict[str, Any]:
    """Return the OpenAPI document.

    Parameters
    ----------
    root : str
        Address of the landing page.
    queryables : mapping of str to sequence of str
        Properties that parameters may name, by collection.
    most, default : int
        Items of a page.
    """
    paths: dict[str, Any] = {
        path: _get(summary, (), "application/json")
        for path, summary in (
            ("/", "Landing page"),
            ("/conformance", "Conformance classes"),
            ("/api", "This document"),
            ("/collections", "Collections"),
            ("/tileMatrixSets", "Tile matrix sets"),
            (f"/tileMatrixSets/{TILE_MATRIX_SET}", "The tile matrix set of all tiles"),
            (f"/collections/{TILED}/tiles", f"Tile sets of {TILED}"),
            (f"/collections/{TILED}/tiles/{TILE_MATRIX_SET}", f"The vector tiles of {TILED}"),
        )
    }
    paths[f"/collections/{TILED}/tiles/{TILE_MATRIX_SET}/{{z}}/{{y}}/{{x}}"] = _tile()
    bounds = {
        "limit": {"type": "integer", "minimum": 1, "maximum": most, "default": default},
        "offset": {"type": "integer", "minimum": 0, "default": 0},
    }
    for name, properties in queryables.items():
        base = f"/collections/{name}"
        asked = {**_PARAMETERS, **bounds, **dict.fromkeys(properties, _TEXT)}
        paths[base] = _get(f"The collection {name}", (), "application/json")
        for described in ("queryables", "schema"):
            paths[f"{base}/{described}"] = _get(
                f"{described} of {name}", (), "application/schema+json"
            )
        paths[f"{base}/items"] = _get(
            f"Items of {name}",
            [_parameter(key, schema) for key, schema in asked.items() if key != "f"],
            "application/geo+json",
        )
        paths[f"{base}/items/{{item}}"] = _get(
            f"One item of {name}",
            [
                {"name": "item", "in": "path", "required": True, "schema": _TEXT},
                _parameter("crs", _TEXT),
            ],
            "application/geo+json",
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": "geoportal OGC API – Features and Tiles", "version": "1"},
        "servers": [{"url": root}],
        "paths": paths,
    }


def _get(summary: str, parameters: Sequence[dict[str, Any]], kind: str) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "parameters": [_parameter("f", _PARAMETERS["f"]), *parameters],
            "responses": {
                "200": {
                    "description": summary,
                    "content": {
                        kind: {"schema": {"type": "object"}},
                        "text/html": {"schema": _TEXT},
                    },
                },
                "400": {"description": "A parameter makes no sense", "content": _PROBLEM},
                "404": {"description": "There is no such thing", "content": _PROBLEM},
                "503": {"description": "Being prepared; see Retry-After", "content": _PROBLEM},
            },
        }
    }


def _tile() -> dict[str, Any]:
    zoom, number = (
        {"type": "integer", "minimum": 0, "maximum": most}
        for most in (DEEPEST_ZOOM, 2**DEEPEST_ZOOM - 1)
    )
    return {
        "get": {
            "summary": "A vector tile: zoom (tileMatrix), row (tileRow), column (tileCol)",
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": schema}
                for name, schema in (("z", zoom), ("y", number), ("x", number))
            ],
            "responses": {
                "200": {
                    "description": "The tile",
                    "content": {MVT: {"schema": {"type": "string", "format": "binary"}}},
                },
                "204": {"description": "No facility lies in the tile"},
                "400": {"description": "A parameter makes no sense", "content": _PROBLEM},
                "404": {"description": "Outside the limits of the tile set", "content": _PROBLEM},
            },
        }
    }


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "style": "form",
        "explode": False,
    }
