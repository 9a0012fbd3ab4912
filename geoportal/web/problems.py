"""Errors as RFC 9457 problem documents; nothing of the request is ever repeated in them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import orjson
from flask import Response
from pydantic import ValidationError

from geoportal.errors import GeoportalError, NotFoundError, UsageError
from geoportal.services import AddressNotPlacedError
from geoportal.web.schemas import field_of

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, detail: str, errors: Sequence[dict[str, str]] = (), **members: str
) -> Response:
    """Return a problem document.

    Parameters
    ----------
    status : int
        HTTP status code.
    detail : str
        What went wrong and what to do, for people.
    errors : sequence of {"field", "message"}
        For input: each offending field.
    members : str
        Extension members.
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


def of_validation(error: ValidationError) -> Response:
    """Return the problem of a request that does not fit its schema, without its values."""
    errors = [
        {"field": field_of(item["loc"]), "message": item["msg"]}
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return problem(HTTPStatus.BAD_REQUEST, "the request is not as expected; see errors", errors)


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
