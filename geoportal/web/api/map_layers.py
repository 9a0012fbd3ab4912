"""What maps draw: facilities, districts; land and stations where they have no tiles."""

from __future__ import annotations

from flask import Response

from geoportal.documents.map_layers import (
    ClustersQuery,
    OutlinesQuery,
    clusters_document,
    land_document,
    outlines_document,
    points_document,
    stations_document,
)
from geoportal.web.api.answers import (
    BROWSE,
    COLLECTION,
    GEOJSON,
    PROBLEM,
    json_object,
    public,
    resource,
)
from geoportal.web.current_view import view_here

api = resource("map_layers")


@api.get(
    "/points",
    tags=[BROWSE],
    summary="All markers as compact columns",
    responses={200: json_object("Columns", "lon", "lat", "kind", "kinds", "counts", "clustered")},
)
def points() -> Response:
    """Return lon, lat (1e-5 degrees, as differences) and index of kind of every facility placed.

    Above 20,000 facilities only the counts by kind; `/clusters` has the rest.
    """
    return public(points_document(view_here()))


@api.get(
    "/clusters",
    tags=[BROWSE],
    summary="Markers of a map's view, near ones counted together",
    responses={
        200: json_object("Columns", "lon", "lat", "count", "kind", "kinds"),
        400: PROBLEM,
    },
)
def clusters(query: ClustersQuery) -> Response:
    """Return the clusters of the cells of 72 pixels that touch the box; `kind` is -1 if several.

    From zoom 17 on every facility stands by itself. The box is that of a map, never a home.
    """
    return public(clusters_document(view_here(), query))


@api.get(
    "/outlines",
    tags=[BROWSE],
    summary="Outlines of the districts a map draws",
    responses={200: COLLECTION, 400: PROBLEM},
)
def outlines(query: OutlinesQuery) -> Response:
    """Return outlines as fine as the zoom shows: those in a box, else all if they are few.

    Of more than 100 only `boxes` (main part by code) and `complete: false`. For drawing only.
    """
    return public(outlines_document(view_here(), query), GEOJSON)


@api.get(
    "/land",
    tags=[BROWSE],
    summary="Land around the districts held",
    responses={
        200: json_object("GeoJSON Feature", "type", "geometry", "properties", mimetype=GEOJSON)
    },
)
def land() -> Response:
    """For drawing only: coasts are some 500 m off; what the outlines held cover is left out."""
    return public(land_document(view_here()), GEOJSON)


@api.get(
    "/stations",
    tags=[BROWSE],
    summary="Railway stations as columns",
    responses={200: json_object("Columns", "name", "lon", "lat", "lines")},
)
def stations() -> Response:
    """Return name, lon, lat and number of lines of every station held, most lines first."""
    return public(stations_document(view_here()))
