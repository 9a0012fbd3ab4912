"""``POST /api/v1/suggest``: towns by the beginning of their name or reading, while typing.

What is typed may be the beginning of somebody's address: it comes in the body of a POST, is in no
log, and nothing of it is kept.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

import orjson
from flask import Response, current_app
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field, StringConstraints

from geoportal.address.result import Candidate
from geoportal.services import Portal, district_members
from geoportal.web.schemas import Code, Strict, require_districts

MOST = 50
_TAG = Tag(name="search", description="Questions with a home: only in a POST body, never kept")
_PLACE: dict[str, Any] = {
    "type": "object",
    "required": ["text", "town", "municipality", "municipality_code", "prefecture", "level"],
    "properties": {
        "text": {"type": "string", "description": "Prefecture, municipality and town: to fill in"},
        "town": {"type": "string"},
        "municipality": {"type": "string"},
        "municipality_code": {"type": "string"},
        "prefecture": {"type": "string"},
        "level": {"enum": ["town", "chome"]},
        "lon": {"type": "number"},
        "lat": {"type": "number"},
        "uncertainty_m": {"type": "number"},
    },
}
_ANSWER: dict[Any, Any] = {
    "description": "Towns, the shortest names first",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["suggestions"],
                "properties": {"suggestions": {"type": "array", "items": _PLACE}},
            }
        }
    },
}
_PROBLEM: dict[Any, Any] = {
    "description": "RFC 9457 problem",
    "content": {
        "application/problem+json": {
            "schema": {"type": "object", "required": ["title", "status", "detail"]}
        }
    },
}


class SuggestRequest(Strict):
    """What has been typed so far."""

    text: Annotated[str, StringConstraints(max_length=200)] = Field(
        description="Beginning of a town's name or reading, a city or ward in front or not"
    )
    district: Code | None = Field(None, description="Only towns of this district, unless named")
    limit: int = Field(10, ge=1, le=MOST)


api = APIBlueprint("suggest", __name__, url_prefix="/api/v1")


@api.post(
    "/suggest",
    tags=[_TAG],
    summary="Towns by the beginning of their name or reading",
    responses={200: _ANSWER, 400: _PROBLEM},
)
def suggest(body: SuggestRequest) -> Response:
    """Behind a whole town and a number also its 丁目; nothing of the text is kept or logged."""
    portal = cast("Portal", current_app.extensions["geoportal"])
    found = portal.loaded.geocoder.suggest(
        body.text, body.limit, codes=_municipalities(portal, body.district)
    )
    document = {"suggestions": [_suggestion(place) for place in found]}
    response = Response(orjson.dumps(document), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _municipalities(portal: Portal, district: str | None) -> tuple[str, ...]:
    """Return the municipalities of a district of any level."""
    if district is None:
        return ()
    require_districts(portal, (district,))
    members = district_members(portal.reference).get(district)
    if members is not None:
        return members
    return tuple(
        one.code
        for one in portal.district_chain(district)
        if one.code in portal.reference.municipalities
    )


def _suggestion(place: Candidate) -> dict[str, Any]:
    document: dict[str, Any] = {
        "text": f"{place.prefecture}{place.municipality}{place.town}",
        "town": place.town,
        "municipality": place.municipality,
        "municipality_code": place.municipality_code,
        "prefecture": place.prefecture,
        "level": place.match_level,
    }
    if place.lon is not None:
        document |= {"lon": place.lon, "lat": place.lat, "uncertainty_m": place.uncertainty_m}
    return document
