"""Requests in, JSON documents out; no Flask. Shared by the command line and the web."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
"""A JSON object, or what a template is rendered from."""


def attributes(thing: object, *names: str) -> Document:
    """Return the named attributes of an object in this order, tuples as lists."""
    values = ((name, getattr(thing, name)) for name in names)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}
