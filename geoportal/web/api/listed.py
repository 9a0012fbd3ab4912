"""What the formats of the API's description stand for: codes that are held, listed where few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geoportal.domain.district import LEVELS, LOCAL
from geoportal.services.view import View

MOST_LISTED: Final = 500
"""More codes than these are not listed: `GET /api/v1/districts` has them."""
Values = Mapping[str, Sequence[str]]


def listed_values(view: View) -> Values:
    """Return by format the values that it allows."""
    districts = view.snapshot.districts.districts
    local = sorted({one.level for one in districts if one.is_local})
    return {
        "need-code": [term.code for term in view.reference.vocabulary if term.need],
        "team": list(view.reference.teams),
        "district-code": view.snapshot.district_codes(),
        "outlined-district": [one.code for one in districts],
        "district-level": [*LEVELS, LOCAL, *local],
        "local-level": ["", *local],
    }


def with_values(described: Any, values: Values) -> Any:
    """Return an OpenAPI document with the values of formats, without members that are None.

    The library writes some such members, which OpenAPI does not allow. A parameter of a URL is
    never null: it is left out.
    """
    if isinstance(described, list):
        return [with_values(member, values) for member in described]
    if not isinstance(described, dict):
        return described
    members = {key: with_values(one, values) for key, one in described.items() if one is not None}
    allowed = values.get(str(members.get("format")), ())
    if members.get("type") == "string" and 0 < len(allowed) <= MOST_LISTED:
        members["enum"] = list(allowed)
    if members.get("in") == "query" and "schema" in members:
        members["schema"] = _without_null(members["schema"])
    return members


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value that is there."""
    choices: list[dict[str, Any]] = [
        one for one in schema.get("anyOf", ()) if one.get("type") != "null"
    ]
    if len(choices) != 1:
        return schema
    return {key: one for key, one in schema.items() if key != "anyOf"} | choices[0]
