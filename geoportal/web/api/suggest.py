"""``POST /api/v1/suggest``: towns and stations by the beginning of their name, while typing.

What is typed may be the beginning of somebody's address: it comes in the body of a POST, is in no
log, and nothing of it is kept.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field, StringConstraints

from geoportal.address.result import Candidate
from geoportal.documents.requests import Code, Strict, require_districts
from geoportal.index.hierarchy import district_members
from geoportal.services.view import View
from geoportal.web.current_view import view_here

MOST = 50
MOST_STATIONS = 5
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
_STATION: dict[str, Any] = {
    "type": "object",
    "required": ["text", "station", "lines", "municipality", "municipality_code", "prefecture"],
    "properties": {
        "text": {"type": "string", "description": "Means this station and no other: to fill in"},
        "station": {"type": "string"},
        "lines": {"type": "array", "items": {"type": "string"}},
        "municipality": {"type": "string"},
        "municipality_code": {"type": "string"},
        "prefecture": {"type": "string"},
        "lon": {"type": "number"},
        "lat": {"type": "number"},
        "uncertainty_m": {"type": "number"},
    },
}
_ANSWER: dict[Any, Any] = {
    "description": "Towns and stations, the shortest names first",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["suggestions", "stations"],
                "properties": {
                    "suggestions": {"type": "array", "items": _PLACE},
                    "stations": {
                        "type": "array",
                        "items": _STATION,
                        "maxItems": MOST_STATIONS,
                        "description": f"At most {MOST_STATIONS}, and no more than `limit`",
                    },
                },
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
        description="Beginning of a town's or station's name, a city or ward in front or not"
    )
    district: Code | None = Field(
        None, description="Only places of this district, unless another is named"
    )
    limit: int = Field(10, ge=1, le=MOST)


api = APIBlueprint("suggest", __name__, url_prefix="/api/v1")


@api.post(
    "/suggest",
    tags=[_TAG],
    summary="Towns and stations by the beginning of their name",
    responses={200: _ANSWER, 400: _PROBLEM},
)
def suggest(body: SuggestRequest) -> Response:
    """Behind a whole town and a number also its 丁目; nothing of the text is kept or logged."""
    view = view_here()
    geocoder, codes = view.geocoder, _municipalities(view, body.district)
    towns = geocoder.suggest(body.text, body.limit, codes=codes)
    most = min(body.limit, MOST_STATIONS)
    stations = geocoder.suggest_stations(body.text, most, codes=codes)
    document = {
        "suggestions": [_suggestion(place) for place in towns],
        "stations": [_station(place) for place in stations],
    }
    response = Response(orjson.dumps(document), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _municipalities(view: View, district: str | None) -> tuple[str, ...]:
    """Return the municipalities of a district of any level."""
    if district is None:
        return ()
    require_districts(view, (district,))
    members = district_members(view.reference).get(district)
    if members is not None:
        return members
    return tuple(
        one.code
        for one in view.district_chain(district)
        if one.code in view.reference.municipalities
    )


def _suggestion(place: Candidate) -> dict[str, Any]:
    document: dict[str, Any] = {
        "text": place.text,
        "town": place.town,
        "municipality": place.municipality,
        "municipality_code": place.municipality_code,
        "prefecture": place.prefecture,
        "level": place.match_level,
    }
    if place.lon is not None:
        document |= {"lon": place.lon, "lat": place.lat, "uncertainty_m": place.uncertainty_m}
    return document


def _station(place: Candidate) -> dict[str, Any]:
    return {
        "text": place.text,
        "station": place.station,
        "lines": place.lines,
        "municipality": place.municipality,
        "municipality_code": place.municipality_code,
        "prefecture": place.prefecture,
        "lon": place.lon,
        "lat": place.lat,
        "uncertainty_m": place.uncertainty_m,
    }
