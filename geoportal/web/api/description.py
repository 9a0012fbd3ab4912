"""The API's description: as OpenAPI for programs, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app

from geoportal.web.site.frame import page

blueprint = Blueprint("description", __name__)

_METHODS = ("get", "post")
_PLACES = {"body": "本文", "query": "URL", "path": "パス"}


@blueprint.get("/api/openapi.json")
def openapi() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return _document()


@blueprint.get("/api/docs")
def api_docs() -> Response:
    """Show every operation with its parameters; nothing is loaded from elsewhere."""
    return page("api_docs", operations=list(_operations(_document())), fictional=False)


def _document() -> dict[str, Any]:
    described: dict[str, Any] = _without_nulls(getattr(current_app, "api_doc", {}))
    return described


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield _operation(method, path, item[method], schemas)


def _operation(
    method: str, path: str, described: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _resolve(body.get("schema", {}), schemas)
    required = schema.get("required", [])
    fields = [
        {
            "name": one["name"],
            "place": _PLACES[one["in"]],
            "type": _type(one["schema"], schemas),
            "required": one.get("required", False),
            "text": one.get("description") or one["schema"].get("description", ""),
        }
        for one in described.get("parameters", [])
    ] + [
        {
            "name": name,
            "place": _PLACES["body"],
            "type": _type(one, schemas),
            "required": name in required,
            "text": one.get("description", ""),
        }
        for name, one in schema.get("properties", {}).items()
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
    found: dict[str, Any] = schemas.get(name, {}) if name else schema
    return found


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Say in a few words what a value looks like."""
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        kinds = [_type(one, schemas) for one in choices if one.get("type") != "null"]
        return " | ".join(dict.fromkeys(kinds))
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


def _without_nulls(value: Any) -> Any:
    """Leave out members without a value: the library writes some that OpenAPI does not allow."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value
