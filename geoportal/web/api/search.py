"""Questions that hold a home or a note: in a POST body only, in no log, kept nowhere."""

from __future__ import annotations

from typing import Any

from flask import Response

from geoportal.documents.interpret import InterpretRequest, interpretation_document
from geoportal.documents.isochrones import IsochroneRequest, isochrone_document
from geoportal.documents.requests import LocateRequest, SearchRequest
from geoportal.documents.search import locate_document, search_text
from geoportal.documents.suggest import SuggestRequest, suggestions_document
from geoportal.documents.team import TeamRequest, team_document
from geoportal.services.view import MAX_STATIONS
from geoportal.web.api.answers import (
    ANSWER,
    GEOJSON,
    PROBLEM,
    SEARCH,
    json_object,
    private,
    resource,
    schema_of,
)
from geoportal.web.current_view import count_question, view_here

api = resource("search")
suggestions = resource("suggest", "suggest")

_TEXT = {"type": "string"}
_POSITION: dict[str, Any] = {
    "lon": {"type": "number"},
    "lat": {"type": "number"},
    "uncertainty_m": {"type": "number"},
}
_MUNICIPALITY = dict.fromkeys(("municipality", "municipality_code", "prefecture"), _TEXT)
_TOWN = {
    "type": "object",
    "required": ["text", "town", *_MUNICIPALITY, "level"],
    "properties": {
        "text": _TEXT | {"description": "Prefecture, municipality and town: to fill in"},
        "town": _TEXT,
        **_MUNICIPALITY,
        "level": {"enum": ["town", "chome"]},
        **_POSITION,
    },
}
_STATION = {
    "type": "object",
    "required": ["text", "station", "lines", *_MUNICIPALITY],
    "properties": {
        "text": _TEXT | {"description": "Means this station and no other: to fill in"},
        "station": _TEXT,
        "lines": {"type": "array", "items": _TEXT},
        **_MUNICIPALITY,
        **_POSITION,
    },
}
_SUGGESTIONS = {
    "type": "object",
    "required": ["suggestions", "stations"],
    "properties": {
        "suggestions": {"type": "array", "items": _TOWN},
        "stations": {
            "type": "array",
            "items": _STATION,
            "maxItems": MAX_STATIONS,
            "description": f"At most {MAX_STATIONS}, and no more than `limit`",
        },
    },
}


@api.post(
    "/search",
    tags=[SEARCH],
    summary="Search around a home, in districts, or by words",
    responses={200: ANSWER, 400: PROBLEM, 422: PROBLEM},
)
def search(body: SearchRequest) -> Response:
    """Order: match, possible, no; then distance; ties by a daily draw that favours nobody."""
    view = view_here()
    answer = view.search(body.to_query(view))
    id_of = view.snapshot.by_id.id_of
    count_question(view, [id_of(result.row) for result in answer.results], body.offset)
    return private(search_text(view, answer), GEOJSON)


@api.post(
    "/team",
    tags=[SEARCH],
    summary="Several roles around one home: candidates for each, and the best teams",
    responses={
        200: json_object("Candidates and teams", "roles", "teams", "order", "origin"),
        400: PROBLEM,
        422: PROBLEM,
    },
)
def team(body: TeamRequest) -> Response:
    """Order of teams: fewest needs missing, fewest unknown, shortest in all, the day's draw."""
    view = view_here()
    return private(team_document(view, view.team(body.to_question(view))))


@api.post(
    "/isochrones",
    tags=[SEARCH],
    summary="The areas from which a home is reached by car within some minutes",
    responses={
        200: json_object("Areas", "type", "features", "roads", "error_m", mimetype=GEOJSON),
        400: PROBLEM,
        422: PROBLEM,
    },
)
def isochrones(body: IsochroneRequest) -> Response:
    """From roads held; without any there are no areas. Nothing of the home is kept."""
    return private(isochrone_document(view_here(), body), GEOJSON)


@api.post(
    "/interpret",
    tags=[SEARCH],
    summary="A consultation text to needs and kinds, to be confirmed by a person",
    responses={
        200: json_object(
            "What the text asks for", "needs", "kinds", "searches", "needs_confirmation"
        ),
        400: PROBLEM,
    },
)
def interpret(body: InterpretRequest) -> Response:
    """By dictionary and rules; nothing of the text is kept or logged."""
    view = view_here()
    return private(interpretation_document(view, body.text))


@api.post(
    "/locate",
    tags=[SEARCH],
    summary="Address or point to position, districts and responsible centre",
    responses={200: json_object("What was found", "status", "candidates"), 400: PROBLEM},
)
def locate(body: LocateRequest) -> Response:
    """Two equally good places are `ambiguous`, with candidates and no position.

    `responsible` says by kind who answers for the home on the day, and how sure that is.
    """
    view = view_here()
    if body.address is not None:
        return private(locate_document(view.locate(body.address, body.day)))
    return private(locate_document(view.locate_point(*body.point, body.day)))


@suggestions.post(
    "/suggest",
    tags=[SEARCH],
    summary="Towns and stations by the beginning of their name",
    responses={
        200: schema_of("Towns and stations, the shortest names first", _SUGGESTIONS),
        400: PROBLEM,
    },
)
def suggest(body: SuggestRequest) -> Response:
    """Behind a whole town and a number also its 丁目; nothing of the text is kept or logged."""
    view = view_here()
    found = view.suggest(body.text, body.limit, body.district)
    return private(suggestions_document(found, view.geocoder))
