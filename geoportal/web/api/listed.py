"""What the formats of the API's description stand for: the codes that are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geoportal.domain.district import LEVELS, LOCAL
from geoportal.services.view import View

MOST_LISTED: Final = 200
"""Of more codes there is the format alone: `GET /api/v1/districts` has them."""
Values = Mapping[str, Sequence[str]]


def listed_values(view: View) -> Values:
    """Return by format the values that it allows, of those that are few."""
    districts = view.snapshot.districts.districts
    local = sorted({one.level for one in districts if one.is_local})
    values = {
        "need-code": [term.code for term in view.reference.vocabulary if term.need],
        "team": list(view.reference.teams),
        "district-code": view.snapshot.district_codes(),
        "outlined-district": [one.code for one in districts],
        "district-level": [*LEVELS, LOCAL, *local],
        "local-level": ["", *local],
    }
    return {name: codes for name, codes in values.items() if len(codes) <= MOST_LISTED}


def listing(values: Values) -> dict[str, Any]:
    """Return the schemas of the formats, for ``components/schemas``."""
    return {name: {"type": "string", "enum": list(codes)} for name, codes in values.items()}


def with_values(described: Any, values: Values) -> Any:
    """Return an OpenAPI document that refers to `listing` where a format says which values.

    Members that are None are left out: the library writes some, which OpenAPI does not allow. A
    parameter of a URL is never null: it is left out.
    """
    if isinstance(described, list):
        return [with_values(member, values) for member in described]
    if not isinstance(described, dict):
        return described
    members = {key: with_values(one, values) for key, one in described.items() if one is not None}
    if members.get("type") == "string" and members.get("format") in values:
        return {"$ref": f"#/components/schemas/{members['format']}"}
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
