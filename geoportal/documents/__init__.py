"""Requests in, JSON documents out; no Flask. Shared by the command line and the web."""

from __future__ import annotations

from typing import Any

from geoportal.domain.dating import imported_on, stated_date

Document = dict[str, Any]
"""A JSON object, or what a template is rendered from."""


def attributes(thing: object, *names: str) -> Document:
    """Return the named attributes of an object in this order, tuples as lists."""
    values = ((name, getattr(thing, name)) for name in names)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def dated(as_of: str) -> Document:
    """Return a day of an edition as answers carry it: ``as_of``, an ISO date or None.

    When the date is unknown ``imported_at`` says on which day the edition was imported.
    """
    imported = imported_on(as_of)
    return {"as_of": stated_date(as_of), **({"imported_at": imported} if imported else {})}
