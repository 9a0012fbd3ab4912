"""Errors as RFC 9457 problem documents; nothing of the request is ever repeated in them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import orjson
from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from geoportal.documents.validation import field_of, first_faults
from geoportal.errors import AddressNotPlacedError, GeoportalError, NotFoundError, UsageError

MEDIA_TYPE = "application/problem+json"
_FOR_PROGRAMS = ("/api", "/ogc", "/fhir", "/hsds")
_NO_OBJECT = "expected one JSON object, in UTF-8, with Content-Type: application/json"
_NO_OBJECT_TYPES = frozenset(("json_invalid", "model_type", "model_attributes_type"))
_DETAILS = {
    HTTPStatus.NOT_FOUND: "there is nothing under this path; GET /api/openapi.json lists all paths",
    HTTPStatus.METHOD_NOT_ALLOWED: "this path does not take this method; see the header Allow",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the request is too large: at most 64 KB are taken",
}
_KEPT_HEADERS = ("Allow", "Retry-After")


def is_for_programs(path: str) -> bool:
    """Say whether what is under a path is answered to programs: errors are then documents."""
    return is_under(path, _FOR_PROGRAMS)


def is_under(path: str, roots: Sequence[str]) -> bool:
    """Say whether a path is one of some roots, or below one."""
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def problem(
    status: int, detail: str, errors: Sequence[dict[str, str]] = (), **members: str
) -> Response:
    """Return a problem document.

    ``detail`` says to people what went wrong and what to do, ``errors`` names each offending
    field of the input with a message; ``members`` are extension members.
    """
    document: dict[str, object] = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **members,
    }
    if errors:
        document["errors"] = list(errors)
    response = Response(orjson.dumps(document), status=status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def of_http(error: HTTPException) -> Response:
    """Return the problem of a refusal by the framework: no such path, method, size."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    response = problem(status, _DETAILS.get(status) or error.description or status.phrase)
    keep_headers(error, response)
    return response


def keep_headers(error: HTTPException, response: Response) -> None:
    """Give an error's answer the headers that belong to its status, such as ``Allow``."""
    for name, value in error.get_headers():
        if name in _KEPT_HEADERS:
            response.headers[name] = value


def of_body() -> Response | None:
    """Return the problem of a body that says it is no plain JSON, None when it may be."""
    coded = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    if not coded and (not request.mimetype or request.is_json):
        return None
    response = problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{_NO_OBJECT}, not compressed")
    response.headers["Accept-Post"] = "application/json"
    return response


def of_validation(error: ValidationError) -> Response:
    """Return the problem of a request that does not fit its schema, without its values.

    The first faults are named, see `first_faults`.
    """
    errors = [
        {"field": field_of(detail), "message": _message(detail["type"], detail["msg"])}
        for detail in first_faults(error)
    ]
    more = error.error_count() - len(errors)
    said = "the request is not as expected; see errors" + (f", and {more} more" if more else "")
    return problem(HTTPStatus.BAD_REQUEST, said, errors)


def _message(kind: str, message: str) -> str:
    return _NO_OBJECT if kind in _NO_OBJECT_TYPES else message.removeprefix("Value error, ")


def of_error(error: GeoportalError) -> Response:
    """Return the problem of an expected failure."""
    message = str(error)
    if isinstance(error, AddressNotPlacedError):
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            message,
            [{"field": error.field, "message": message}],
            address_status=error.status,
        )
    if isinstance(error, UsageError):
        errors = [{"field": error.field, "message": message}] if error.field else []
        return problem(HTTPStatus.BAD_REQUEST, message, errors)
    if isinstance(error, NotFoundError):
        return problem(HTTPStatus.NOT_FOUND, message)
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, message)
