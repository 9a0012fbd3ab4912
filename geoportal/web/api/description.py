"""The API's description: as OpenAPI for programs, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from flask import Blueprint, Response, current_app

from geoportal.web.api.answers import public
from geoportal.web.api.errors import with_errors
from geoportal.web.api.listed import listed_values, listing, with_values
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import page

blueprint = Blueprint("description", __name__)

EXAMPLES: Final = Path(__file__).with_name("examples.json")
"""By operation: a request (body, or path and query) and its answer, lists cut to one entry."""
EXAMPLE_WARD: Final = "40106"
"""The ward they ask about."""
NOT_KEPT: Final = ("/api/v1/centres", "/api/v1/exposure")
"""Answers to GET that nobody may keep: they depend on the moment, or on one process."""
_METHODS = ("get", "post")
_PLACES = {"body": "本文", "query": "URL", "path": "パス"}


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """Return the OpenAPI document."""
    return public(_document())


@blueprint.get("/api/docs")
def api_docs() -> Response:
    """Show every operation with its parameters; nothing is loaded from elsewhere."""
    return page("api_docs", operations=list(_operations(_document())), fictional=False)


def _document() -> dict[str, Any]:
    described = getattr(current_app, "api_doc", {})
    values = listed_values(view_here())
    document: dict[str, Any] = with_values(described, values)
    document["components"]["schemas"] |= listing(values)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            kept = method == "get" and path not in NOT_KEPT
            operations[method] = with_errors(operation, method, kept=kept)
    for operation, example in _examples().items() if _examples_work_here() else ():
        method, path = operation.split()
        described = document["paths"][path][method.lower()]
        for parameter in described.get("parameters", ()):
            if parameter["name"] in example["request"]:
                parameter["example"] = example["request"][parameter["name"]]
        for content in described["responses"]["200"]["content"].values():
            content["example"] = example["answer"]
        for content in described.get("requestBody", {}).get("content", {}).values():
            content["example"] = example["request"]
    return document


def _examples_work_here() -> bool:
    """Say whether the ward that the examples ask about is held; elsewhere they would not work."""
    snapshot = view_here().snapshot
    return snapshot.knows_district(EXAMPLE_WARD) and len(snapshot.in_district(EXAMPLE_WARD)) > 0


@cache
def _examples() -> dict[str, Any]:
    examples: dict[str, Any] = orjson.loads(EXAMPLES.read_bytes())
    return examples


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield _operation(method, path, operations[method], schemas)


def _operation(
    method: str, path: str, described: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _resolve(body.get("schema", {}), schemas)
    required = schema.get("required", [])
    properties = schema.get("properties", {}).items()
    parameters = [
        *described.get("parameters", []),
        *(
            {"name": name, "in": "body", "schema": field, "required": name in required}
            for name, field in properties
        ),
    ]
    fields = [
        {
            "name": parameter["name"],
            "place": _PLACES[parameter["in"]],
            "type": _type(parameter["schema"], schemas),
            "required": parameter.get("required", False),
            "text": parameter.get("description") or parameter["schema"].get("description", ""),
        }
        for parameter in parameters
    ]
    return {
        "method": method.upper(),
        "path": path,
        "summary": described.get("summary", ""),
        "text": described.get("description", ""),
        "fields": fields,
        "answers": {
            status: answer.get("description", "")
            for status, answer in described.get("responses", {}).items()
        },
    }


def _resolve(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = schemas.get(name, {}) if name else schema
    return resolved


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Say in a few words what a value looks like."""
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        types = [_type(choice, schemas) for choice in choices if choice.get("type") != "null"]
        return " | ".join(dict.fromkeys(types))
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}), schemas)}[]"
    resolved = _resolve(schema, schemas)
    if "properties" in resolved:
        return "{" + ", ".join(resolved["properties"]) + "}"
    limits = [
        f"{sign} {resolved[key]:g}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"))
        if key in resolved
    ]
    return " ".join([str(resolved.get("type", "any")), *limits])
