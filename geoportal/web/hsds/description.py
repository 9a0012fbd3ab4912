"""What the HSDS interface says of itself: its root document and its OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geoportal.documents import Document
from geoportal.documents.hsds_search import (
    DEFAULT_PER_PAGE,
    MOST_PER_PAGE,
    PARAMETERS,
    POSITION_REFUSED,
)
from geoportal.documents.hsds_terms import KIND, NEED, codes_by_id, taxonomy_id
from geoportal.services.view import View
from geoportal.store.reference import Reference
from geoportal.web.api.answers import JSON, PROBLEM
from geoportal.web.api.errors import with_errors
from geoportal.web.api.listed import listing, with_values

HSDS_VERSION: Final = "3.0"
PROFILE: Final = "https://docs.openreferral.org/"
_TEXT: Final = (
    "Read-only. A need that a service is known to meet is an attribute of it; what is known not to"
    f" be offered and what nobody knows are absent. {POSITION_REFUSED}."
)
_SCHEMAS: Final[Mapping[str, Document]] = {
    "search": {"type": "string", "format": "words", "minLength": 1},
    "page": {"type": "integer", "minimum": 1},
    "per_page": {"type": "integer", "minimum": 1, "default": DEFAULT_PER_PAGE},
    "format": {"enum": ["json"]},
    "taxonomy_term_id": {"type": "array", "items": {"type": "string", "format": "term-id"}},
    "taxonomy_id": {"type": "array", "items": {"type": "string", "format": "taxonomy-id"}},
    "organization_id": {"type": "string", "format": "uuid"},
    "modified_after": {"type": "string", "format": "date-time"},
    "full": {"type": "boolean"},
    "full_service": {"type": "boolean"},
    "minimal": {"type": "boolean"},
}
_MEANINGS: Final[Mapping[str, str]] = {
    "search": "Words that all occur in name, reading, address or telephone number",
    "per_page": f"More than {MOST_PER_PAGE} are taken as {MOST_PER_PAGE}",
    "taxonomy_term_id": "A term that is known of it; repeated: all of them",
    "taxonomy_id": "A taxonomy of which some term is known of it",
    "modified_after": "Day of the last import that may have changed it: this one or a later one",
    "minimal": "With id and modified_date alone, all on one page unless per_page says otherwise",
    "full": "With all that belongs to it",
    "full_service": "Organizations with their services in full",
}
_NUMBERS: Final = ("total_items", "total_pages", "page_number", "size")
_PAGE: Final[Document] = {
    "type": "object",
    "required": ["empty"],
    "properties": {
        **{name: {"type": "integer"} for name in _NUMBERS},
        **{name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")},
        "contents": {"type": "array", "items": {"type": "object", "required": ["id"]}},
    },
}


def root_document(view: View, root: str) -> Document:
    """Return what the API is; ``root`` is scheme and name of the site, empty if not trusted."""
    held = (view.reference.sources.get(name) for name in sorted(view.facility_counts))
    keys = ("name", "publisher", "licence", "attribution", "page")
    return {
        "version": HSDS_VERSION,
        "profile": PROFILE,
        "openapi_url": f"{root}/hsds/openapi.json",
        "description": _TEXT,
        "licenses": [{key: getattr(one, key) for key in keys} for one in held if one],
    }


def openapi_document(reference: Reference, root: str, version: str) -> Document:
    """Return the OpenAPI 3.1 description; ``version`` is of the program."""
    values = {
        "term-id": list(codes_by_id(reference)),
        "taxonomy-id": [taxonomy_id(name) for name in (NEED, KIND)],
    }
    paths: Document = {"/": _operation("What this API is", "getRoot", {"type": "object"})}
    for table, names in PARAMETERS.items():
        parameters = [_parameter(name) for name in names]
        paths[f"/{table}"] = _operation(f"A page of {table}", f"list_{table}", _PAGE, parameters)
        one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        nested = [_parameter("full_service")] if table == "organizations" else []
        record: Document = {"type": "object", "required": ["id"]}
        paths[f"/{table}/{{id}}"] = _operation(
            f"One of {table}", f"get_{table}", record, [one, *nested]
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Open Referral HSDS", "version": version, "description": _TEXT},
        "servers": [{"url": f"{root}/hsds"}],
        "paths": with_values(paths, values),
        "components": {"schemas": listing(values)},
    }


def _parameter(name: str) -> Document:
    return {
        "name": name,
        "in": "query",
        "schema": _SCHEMAS[name],
        **({"description": _MEANINGS[name]} if name in _MEANINGS else {}),
    }


def _operation(
    summary: str, name: str, schema: Document, parameters: list[Document] | None = None
) -> Document:
    described = {
        "summary": summary,
        "operationId": name,
        "parameters": parameters or [],
        "responses": {
            "200": {"description": summary, "content": {JSON: {"schema": schema}}},
            "301": {"description": "A former id; Location has the present one"},
            "404": PROBLEM,
        },
    }
    return {"get": with_errors(described, "get", kept=True)}
