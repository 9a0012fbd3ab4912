"""What a request asks, read and checked before a route is called.

In place of what flask-openapi3 does, which describes the routes: it works out the schema of a
query anew for each request, and reads a body through several layers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, Final

import orjson
from flask import Response, request
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel

Route = Callable[..., Response]
_JSON: Final = "application/json"
_LONG_NUMBER: Final = re.compile(rb"\d{19}")
"""Of such a number not all digits may fit into 64 bits."""


class Resource(APIBlueprint):
    """A blueprint whose routes take a checked path, query or body, by these names."""

    @staticmethod
    def create_view_func(
        func: Any,
        header: Any,
        cookie: Any,
        path: Any,
        query: Any,
        form: Any,
        body: Any,
        raw: Any,
        *_described: Any,
        **_named: Any,
    ) -> Route:
        """Return what Flask calls: it reads what a route takes.

        A ValidationError goes on to the application, which answers it.
        """
        if any((header, cookie, form, raw)):
            raise TypeError("a route takes a path, a query or a body")

        @wraps(func)
        def route(**parts: str) -> Response:
            asked: dict[str, BaseModel] = {}
            if path is not None:
                asked["path"] = path.model_validate(parts)
            if query is not None:
                asked["query"] = _read_query(query)
            if body is not None:
                asked["body"] = _read_body(body)
            answer: Response = func(**asked)
            return answer

        return route


def _read_query(model: type[BaseModel]) -> BaseModel:
    given = request.args
    values: dict[str, Any] = given.to_dict()
    for name, is_list in _fields(model).items():
        if is_list and name in given:
            values[name] = given.getlist(name)
    return model.model_validate(values)


@cache
def _fields(model: type[BaseModel]) -> Mapping[str, bool]:
    """Return the names of a query's fields in the URL, and whether each may be there repeatedly."""
    schema = model.model_json_schema()["properties"]
    return {
        name: any(one.get("type") == "array" for one in (described, *described.get("anyOf", ())))
        for name, described in schema.items()
    }


def _read_body(model: type[BaseModel]) -> BaseModel:
    """Return the body of a request, JSON; of one that is none, or says so, what ``None`` is."""
    asked = request._get_current_object()  # type: ignore[attr-defined]  # looked for once
    is_json = asked.environ.get("CONTENT_TYPE") == _JSON or asked.is_json
    document = _json_of(asked.get_data()) if is_json else None
    if isinstance(document, str):
        return model.model_validate_json(document)
    return model.model_validate(document)


def _json_of(data: bytes) -> Any:
    """Return what a text of JSON says, None where it is none.

    What is not plain (numbers beyond 64 bits, single surrogates, another encoding than UTF-8) is
    read by Python's own reader, which takes ten times as long.
    """
    if _LONG_NUMBER.search(data) is None:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            pass
    return request.get_json(silent=True)
