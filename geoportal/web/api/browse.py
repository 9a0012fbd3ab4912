"""Facilities and districts, and what has changed in them: public data, cached with validation."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response

from geoportal.documents.changes import ChangesQuery, changes_document
from geoportal.documents.facility import facility_document
from geoportal.documents.reference import (
    district_document,
    districts_document,
)
from geoportal.documents.reference_requests import (
    MOST_OUTLINES,
    DistrictPath,
    DistrictQuery,
    DistrictsQuery,
)
from geoportal.documents.requests import FacilitiesQuery, FacilityPath
from geoportal.documents.search import facilities_text
from geoportal.index.hierarchy import successors
from geoportal.web.api.answers import (
    BROWSE,
    COLLECTION,
    GEOJSON,
    PROBLEM,
    feature,
    json_object,
    public,
    resource,
)
from geoportal.web.current_view import view_here
from geoportal.web.problems import problem

api = resource("browse")
changes_api = resource("changes_api", "changes_api")


@api.get(
    "/facilities",
    tags=[BROWSE],
    summary="Facilities by box, district, kind, need, words or official number",
    responses={200: COLLECTION, 400: PROBLEM},
)
def facilities(query: FacilitiesQuery) -> Response:
    """GeoJSON; facilities without a known position have a null geometry."""
    view = view_here()
    return public(facilities_text(view, view.search(query.to_query(view))), GEOJSON)


@api.get(
    "/facilities/<facility_id>",
    tags=[BROWSE],
    summary="One facility with every claim",
    responses={
        200: feature("The facility"),
        301: {"description": "Moved"},
        400: PROBLEM,
        404: PROBLEM,
    },
)
def facility(path: FacilityPath) -> Response:
    """Return every fact with source, evidence, date and staleness."""
    view = view_here()
    document = facility_document(view, path.facility_id)
    if document is not None:
        return public(document, GEOJSON)
    successor = view.redirects.get(path.facility_id)
    if successor:
        headers = {"Location": f"/api/v1/facilities/{successor}"}
        return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers=headers)
    return problem(HTTPStatus.NOT_FOUND, "no facility has this id")


@api.get(
    "/districts",
    tags=[BROWSE],
    summary="The districts held",
    responses={200: COLLECTION, 400: PROBLEM},
)
def districts(query: DistrictsQuery) -> Response:
    """`geometry=false` gives a light list, `tolerance_m` lighter outlines, `beside` fewer.

    Of many districts with outlines the first are sent; `links`, and the header `Link`, have the
    next ones.
    """
    whole = not query.geometry or query.beside is not None
    limit = query.limit or (None if whole else MOST_OUTLINES)
    document = districts_document(
        view_here(),
        geometry=query.geometry,
        level=query.level,
        tolerance_m=query.tolerance_m,
        beside=query.beside,
        limit=limit,
        offset=query.offset,
    )
    after = query.offset + document["numberReturned"]
    if not document["numberReturned"] or after >= document["numberMatched"]:
        return public(document, GEOJSON)
    asked = query.model_dump(mode="json", exclude_defaults=True) | {"offset": after, "limit": limit}
    address = f"/api/v1/districts?{urlencode({k: _text(one) for k, one in asked.items()})}"
    links = [{"rel": "next", "type": GEOJSON, "href": address}]
    response = public(document | {"links": links}, GEOJSON)
    response.headers["Link"] = f'<{address}>; rel="next"'
    return response


def _text(value: object) -> str:
    """Return a value as it stands in a URL."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@api.get(
    "/districts/<code>",
    tags=[BROWSE],
    summary="One district",
    responses={
        200: feature("The district"),
        301: {"description": "Its code changed"},
        400: PROBLEM,
        404: PROBLEM,
    },
)
def district(path: DistrictPath, query: DistrictQuery) -> Response:
    """Return outline (unless `geometry=false`), number of facilities, responsible centres.

    The code of a municipality of the past, of which no outline is held, leads to that of today.
    """
    view = view_here()
    document = district_document(view, path.code, geometry=query.geometry)
    if document is not None:
        return public(document, GEOJSON)
    today = successors(view.reference, path.code)
    if len(today) == 1:
        light = "" if query.geometry else "?geometry=false"
        headers = {"Location": f"/api/v1/districts/{today[0]}{light}"}
        return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers=headers)
    if today:
        return problem(HTTPStatus.NOT_FOUND, f"it was divided: see {', '.join(today)}")
    return problem(HTTPStatus.NOT_FOUND, "no district held has this code")


@changes_api.get(
    "/changes",
    tags=[BROWSE],
    summary="What has changed between two editions of a source",
    responses={
        200: json_object(
            "The changes", *("source", "from", "to", "compared", "counts", "changes", "editions")
        ),
        400: PROBLEM,
        404: PROBLEM,
    },
)
def changes(query: ChangesQuery) -> Response:
    """Return opened, closed, moved, renamed, filings new and ended; 404 without two editions."""
    comparison = view_here().changes(query.source, query.since or "", query.until or "")
    return public(changes_document(comparison))
