"""Requests in, JSON documents out; no Flask. Shared by the command line and the web."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Any

Document = dict[str, Any]
"""A JSON object, or what a template is rendered from."""


def attributes(thing: object, *names: str) -> Document:
    """Return the named attributes of an object in this order, tuples as lists."""
    values = _reader(names)(thing) if len(names) > 1 else (getattr(thing, names[0]),)
    read: Document = dict(zip(names, values, strict=True))
    for name, value in read.items():
        if isinstance(value, tuple):
            read[name] = list(value)
    return read


@cache
def _reader(names: tuple[str, ...]) -> attrgetter[Any]:
    return attrgetter(*names)
