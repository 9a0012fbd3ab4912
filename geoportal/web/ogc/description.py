"""The OpenAPI 3.0 document of ``/ogc``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geoportal.documents.ogc.crs import CRS84, SYSTEMS
from geoportal.documents.ogc.tile_matrix import DEEPEST_ZOOM
from geoportal.documents.ogc.tile_matrix import NAME as TILE_MATRIX_SET
from geoportal.documents.ogc.tiles import LAYER as TILED
from geoportal.documents.ogc.tiles import MVT
from geoportal.web.api.answers import PROBLEM
from geoportal.web.api.errors import with_errors

OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"

_TILES: Final = f"{TILED}.collection.vector"
"""What the ids of operations on tiles begin with (OGC 20-057, Table of operationId suffixes)."""
_TEXT: Final = {"type": "string"}
_CRS: Final = {"type": "string", "enum": list(SYSTEMS)}
_PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "f": {"type": "string", "enum": ["json", "html"]},
    "bbox": {
        "type": "string",
        "format": "bbox",
        "description": "Four numbers, in the axis order of bbox-crs",
    },
    "bbox-crs": _CRS,
    "crs": _CRS,
    "datetime": {
        "type": "string",
        "format": "ogc-datetime",
        "description": "A day, or an interval: 2026-11-01/..",
    },
    "filter": {"type": "string", "format": "cql2", "maxLength": 4000, "description": "CQL2"},
    "filter-lang": {"type": "string", "enum": ["cql2-text", "cql2-json"]},
    "filter-crs": {"type": "string", "enum": [CRS84]},
    "sortby": {
        "type": "string",
        "description": "Queryable properties: kind,-municipality_code",
    },
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
    tiles = f"/collections/{TILED}/tiles"
    paths: dict[str, Any] = {
        path: _get(name, summary, (), "application/json")
        for path, name, summary in (
            ("/", "getLandingPage", "Landing page"),
            ("/conformance", "getConformance", "Conformance classes"),
            ("/api", "getAPI", "This document"),
            ("/collections", "getCollectionsList", "Collections"),
            ("/tileMatrixSets", "getTileMatrixSetsList", "Tile matrix sets"),
            (f"/tileMatrixSets/{TILE_MATRIX_SET}", "getTileMatrixSet", "The one of all tiles"),
            (tiles, f"{_TILES}.getTileSetsList", f"Tile sets of {TILED}"),
            (f"{tiles}/{TILE_MATRIX_SET}", f"{_TILES}.getTileSet", f"The vector tiles of {TILED}"),
        )
    }
    paths[f"{tiles}/{TILE_MATRIX_SET}/{{z}}/{{y}}/{{x}}"] = _tile()
    bounds = {
        "limit": {
            "type": "integer",
            "minimum": 1,
            "default": default,
            "description": f"More than {most} are taken as {most} (OGC 17-069r4, 7.15.3)",
        },
        "offset": {"type": "integer", "minimum": 0, "default": 0},
    }
    for name, properties in queryables.items():
        base = f"/collections/{name}"
        sortby = _PARAMETERS["sortby"] | {"format": f"sortby-{name}"}
        asked = {**_PARAMETERS, "sortby": sortby, **bounds, **dict.fromkeys(properties, _TEXT)}
        paths[base] = _get(
            f"{name}.getCollection", f"The collection {name}", (), "application/json"
        )
        for described in ("queryables", "schema"):
            paths[f"{base}/{described}"] = _get(
                f"{name}.get{described.title()}",
                f"{described} of {name}",
                (),
                "application/schema+json",
            )
        paths[f"{base}/items"] = _get(
            f"{name}.getFeatures",
            f"Items of {name}",
            [_parameter(key, schema) for key, schema in asked.items() if key != "f"],
            "application/geo+json",
        )
        paths[f"{base}/items/{{item}}"] = _get(
            f"{name}.getFeature",
            f"One item of {name}",
            [
                {"name": "item", "in": "path", "required": True, "schema": _TEXT},
                _parameter("crs", _CRS),
            ],
            "application/geo+json",
        )
    return {
        "openapi": "3.0.3",
        "info": {"title": "geoportal OGC API – Features and Tiles", "version": "1"},
        "servers": [{"url": root}],
        "paths": paths,
    }


def _get(
    name: str, summary: str, parameters: Sequence[dict[str, Any]], kind: str
) -> dict[str, Any]:
    contents = {kind: {"schema": {"type": "object"}}, "text/html": {"schema": _TEXT}}
    answers = {"200": {"description": summary, "content": contents}}
    return _operation(name, summary, [_parameter("f", _PARAMETERS["f"]), *parameters], answers)


def _tile() -> dict[str, Any]:
    zoom, number = (
        {"type": "integer", "minimum": 0, "maximum": most}
        for most in (DEEPEST_ZOOM, 2**DEEPEST_ZOOM - 1)
    )
    contents = {MVT: {"schema": {"type": "string", "format": "binary"}}}
    return _operation(
        f"{_TILES}.getTile",
        "A vector tile: zoom (tileMatrix), row (tileRow), column (tileCol)",
        [
            {"name": name, "in": "path", "required": True, "schema": schema}
            for name, schema in (("z", zoom), ("y", number), ("x", number))
        ],
        {
            "200": {"description": "The tile", "content": contents},
            "204": {"description": "No facility lies in the tile"},
        },
    )


def _operation(
    name: str, summary: str, parameters: Sequence[dict[str, Any]], answers: dict[str, Any]
) -> dict[str, Any]:
    described = {
        "operationId": name,
        "summary": summary,
        "parameters": list(parameters),
        "responses": answers | {"404": PROBLEM},
    }
    return {"get": with_errors(described, "get", kept=True)}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "style": "form",
        "explode": False,
    }
