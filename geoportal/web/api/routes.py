"""The JSON API under ``/api/v1``, with its OpenAPI description."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

import orjson
from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from geoportal.documents import presenters
from geoportal.documents.interpret import InterpretRequest, interpretation_document
from geoportal.documents.requests import (
    DistrictPath,
    DistrictQuery,
    DistrictsQuery,
    FacilitiesQuery,
    FacilityPath,
    LocateRequest,
    SearchRequest,
    VocabularyQuery,
)
from geoportal.documents.search_extras import exposure_document
from geoportal.documents.team import TeamRequest, team_document
from geoportal.web.current_view import count_question, portal_here, view_here
from geoportal.web.problems import problem

GEOJSON = "application/geo+json"
_SEARCH = Tag(name="search", description="Questions with a home: only in a POST body, never kept")
_BROWSE = Tag(name="browse", description="Facilities and districts")
_REFERENCE = Tag(name="reference", description="Lists the answers refer to")

_PROBLEM: dict[Any, Any] = {
    "description": "RFC 9457 problem",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["title", "status", "detail"],
                "properties": {
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "message"],
                            "properties": {
                                "field": {"type": "string"},
                                "message": {"type": "string"},
                            },
                        },
                    },
                },
            }
        }
    },
}
_COLLECTION: dict[Any, Any] = {
    "description": "GeoJSON FeatureCollection",
    "content": {
        GEOJSON: {
            "schema": {
                "type": "object",
                "required": ["type", "features", "numberMatched", "numberReturned"],
                "properties": {
                    "type": {"const": "FeatureCollection"},
                    "numberMatched": {"type": "integer", "minimum": 0},
                    "numberReturned": {"type": "integer", "minimum": 0},
                    "dataset_version": {"type": "string"},
                    "features": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}


def _feature(description: str) -> dict[Any, Any]:
    schema = {"type": "object", "required": ["type", "id", "geometry", "properties"]}
    return {"description": description, "content": {GEOJSON: {"schema": schema}}}


def _object(description: str, *required: str) -> dict[Any, Any]:
    schema = {"type": "object", "required": list(required)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


blueprint = APIBlueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post(
    "/search",
    tags=[_SEARCH],
    summary="Search around a home, in districts, or by words",
    responses={200: _COLLECTION, 400: _PROBLEM, 422: _PROBLEM},
)
def search(body: SearchRequest) -> Response:
    """Order: match, possible, no; then distance; ties by a daily draw that favours nobody."""
    view = view_here()
    document = presenters.search_document(view, body.to_query(view))
    count_question(document, body.offset)
    return _private(document, GEOJSON)


@blueprint.post(
    "/team",
    tags=[_SEARCH],
    summary="Several roles around one home: candidates for each, and the best teams",
    responses={
        200: _object("Candidates and teams", "roles", "teams", "order", "origin"),
        400: _PROBLEM,
        422: _PROBLEM,
    },
)
def team(body: TeamRequest) -> Response:
    """Order of teams: fewest needs missing, fewest unknown, shortest in all, the day's draw."""
    return _private(team_document(view_here(), body.to_question(view_here())))


@blueprint.post(
    "/interpret",
    tags=[_SEARCH],
    summary="A consultation text to needs and kinds, to be confirmed by a person",
    responses={
        200: _object("What the text asks for", "needs", "kinds", "searches", "needs_confirmation"),
        400: _PROBLEM,
    },
)
def interpret(body: InterpretRequest) -> Response:
    """By dictionary and rules; nothing of the text is kept or logged."""
    return _private(interpretation_document(view_here(), body.text))


@blueprint.post(
    "/locate",
    tags=[_SEARCH],
    summary="Address or point to position, districts and responsible centre",
    responses={200: _object("What was found", "status", "candidates"), 400: _PROBLEM},
)
def locate(body: LocateRequest) -> Response:
    """Two equally good places are `ambiguous`, with candidates and no position."""
    view = view_here()
    if body.address is not None:
        return _private(presenters.locate_document(view, view.geocode(body.address)))
    return _private(
        presenters.point_document(view, cast("float", body.lon), cast("float", body.lat))
    )


@blueprint.get(
    "/facilities",
    tags=[_BROWSE],
    summary="Facilities by box, district, kind, need, words or official number",
    responses={200: _COLLECTION, 400: _PROBLEM},
)
def facilities(query: FacilitiesQuery) -> Response:
    """GeoJSON; facilities without a known position have a null geometry."""
    question = query.to_query(view_here())
    return _public(presenters.facilities_document(view_here(), question), GEOJSON)


@blueprint.get(
    "/facilities/<facility_id>",
    tags=[_BROWSE],
    summary="One facility with every claim",
    responses={
        200: _feature("The facility"),
        301: {"description": "Moved"},
        400: _PROBLEM,
        404: _PROBLEM,
    },
)
def facility(path: FacilityPath) -> Response:
    """Return every fact with source, evidence, date and staleness."""
    view = view_here()
    document = presenters.facility_document(view, path.facility_id)
    if document is not None:
        return _public(document, GEOJSON)
    moved = view.redirect_of(path.facility_id)
    if moved:
        headers = {"Location": f"/api/v1/facilities/{moved}"}
        return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers=headers)
    return problem(HTTPStatus.NOT_FOUND, "no facility has this id")


@blueprint.get(
    "/points",
    tags=[_BROWSE],
    summary="All markers as compact columns",
    responses={200: _object("Columns", "id", "lon", "lat", "kind", "kinds", "name")},
)
def points() -> Response:
    """Return id, lon, lat, index of kind and name of every facility with a position."""
    return _conditional(Response(presenters.points_json(view_here()), mimetype="application/json"))


@blueprint.get(
    "/districts",
    tags=[_BROWSE],
    summary="The districts held",
    responses={200: _COLLECTION, 400: _PROBLEM},
)
def districts(query: DistrictsQuery) -> Response:
    """`geometry=false` gives a light list, `tolerance_m` lighter outlines for drawing."""
    document = presenters.districts_document(
        view_here(), geometry=query.geometry, level=query.level, tolerance_m=query.tolerance_m
    )
    return _public(document, GEOJSON)


@blueprint.get(
    "/districts/<code>",
    tags=[_BROWSE],
    summary="One district",
    responses={200: _feature("The district"), 400: _PROBLEM, 404: _PROBLEM},
)
def district(path: DistrictPath, query: DistrictQuery) -> Response:
    """Return outline (unless `geometry=false`), number of facilities, responsible centres."""
    document = presenters.district_document(view_here(), path.code, geometry=query.geometry)
    if document is None:
        return problem(HTTPStatus.NOT_FOUND, "no district held has this code")
    return _public(document, GEOJSON)


@blueprint.get(
    "/centres",
    tags=[_REFERENCE],
    summary="Consultation centres",
    responses={200: _object("Centres", "centres")},
)
def centres() -> Response:
    """Return hours, and whether each is open now or when it opens next."""
    return _private(presenters.centres_document(view_here()))


@blueprint.get(
    "/sources",
    tags=[_REFERENCE],
    summary="Data sets held",
    responses={200: _object("Data sets", "sources", "dataset_version")},
)
def sources() -> Response:
    """Return publisher, licence, editions, rows and freshness."""
    return _public(presenters.sources_document(view_here()))


@blueprint.get(
    "/vocabulary",
    tags=[_REFERENCE],
    summary="Needs, kinds, groups, evidence classes",
    responses={200: _object("Lists", "terms", "kinds", "groups", "evidence"), 400: _PROBLEM},
)
def vocabulary(query: VocabularyQuery) -> Response:
    """Return codes with Japanese and English labels and everyday synonyms."""
    return _public(presenters.vocabulary_document(view_here(), query.q))


@blueprint.get(
    "/exposure",
    tags=[_REFERENCE],
    summary="How often each facility was shown: totals of past days",
    responses={200: _object("Totals", "days", "counting")},
)
def exposure() -> Response:
    """Return totals of this process only, and only of days with many questions."""
    view = view_here()
    return _private(exposure_document(portal_here().exposure, view.snapshot.today))


def _private(document: presenters.Document, mimetype: str = "application/json") -> Response:
    """Answer that nobody may keep: it depends on a home, or on the moment."""
    response = Response(orjson.dumps(document), mimetype=mimetype)
    response.headers["Cache-Control"] = "no-store"
    return response


def _public(document: presenters.Document, mimetype: str = "application/json") -> Response:
    """Answer that browsers may keep if they ask again whether it still holds."""
    return _conditional(Response(orjson.dumps(document), mimetype=mimetype))


def _conditional(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
