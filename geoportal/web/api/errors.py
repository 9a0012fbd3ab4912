"""The errors that every operation of the interfaces may answer with, as OpenAPI describes them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from geoportal.web.api.answers import PROBLEM, Schema
from geoportal.web.problems import MEDIA_TYPE

_ALWAYS: Final = (400, 429, 500, 503)
_OF_BODIES: Final = (408, 413, 415)
_LATER: Final = (429, 503)
"""Those that say when to ask again."""
_DETAILS: Final = {
    400: "the request is not as expected; see errors",
    404: "nothing is held under this name",
    408: "the body did not arrive in time",
    413: "the request is too large: at most 64 KB are taken",
    415: "expected one JSON object, in UTF-8, with Content-Type: application/json",
    422: "this is not an address; give ward, town and number",
    429: "too many questions from one address; see Retry-After",
    500: "something went wrong on our side; it has been noted",
    503: "too many questions at once; ask again as Retry-After says",
}
_FIELDS: Final = {
    400: [{"field": "limit", "message": "Input should be less than or equal to 500"}],
    422: [{"field": "near.address", "message": _DETAILS[422]}],
}
_TEXT: Final = {"schema": {"type": "string"}}
_RETRY: Final = {"Retry-After": {"description": "Seconds", **_TEXT}}
_KEPT: Final = {
    "ETag": {"description": "For If-None-Match; 304 where nothing has changed", **_TEXT},
    "Cache-Control": {"description": "no-cache: keep it, ask whether it still holds", **_TEXT},
    "Access-Control-Allow-Origin": {"description": "*: open to pages of other sites", **_TEXT},
}


def with_errors(described: Schema, method: str, *, kept: bool) -> Schema:
    """Return an operation with every error and an example of each.

    ``kept``: the answer has an ETag, so that it may be 304, and is open to other sites.
    """
    statuses = (*_ALWAYS, *(_OF_BODIES if method == "post" else ()))
    own = {
        status: answer
        for status, answer in described["responses"].items()
        if int(status) < HTTPStatus.BAD_REQUEST or MEDIA_TYPE in answer.get("content", ())
    }  # the library adds an error of its own, which is never answered
    answers: Schema = {str(status): PROBLEM for status in statuses} | own
    if kept:
        answers["304"] = {"description": "Nothing has changed since the answer with this ETag"}
        answers["200"] = answers["200"] | {"headers": _KEPT}
    responses = {status: _with_example(int(status), answers[status]) for status in sorted(answers)}
    return described | {"responses": responses}


def _with_example(status: int, answer: Schema) -> Schema:
    if MEDIA_TYPE not in answer.get("content", ()):
        return answer
    document: dict[str, Any] = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _DETAILS[status],
    }
    if status in _FIELDS:
        document["errors"] = _FIELDS[status]
    content = PROBLEM["content"][MEDIA_TYPE] | {"example": document}
    headers = {"headers": _RETRY} if status in _LATER else {}
    text = answer["description"]
    told = _DETAILS[status] if text == PROBLEM["description"] else text
    return {"description": told, **headers, "content": {MEDIA_TYPE: content}}
