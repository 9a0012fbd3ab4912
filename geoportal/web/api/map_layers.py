"""What maps draw: markers of all facilities; land and stations where they have no tiles."""

from __future__ import annotations

from flask import Response

from geoportal.documents.map_layers import land_document, stations_document
from geoportal.web.api.answers import BROWSE, GEOJSON, json_object, public, resource
from geoportal.web.current_view import view_here

api = resource("map_layers")


@api.get(
    "/points",
    tags=[BROWSE],
    summary="All markers as compact columns",
    responses={200: json_object("Columns", "id", "lon", "lat", "kind", "kinds", "name")},
)
def points() -> Response:
    """Return id, lon, lat, index of kind and name of every facility with a position."""
    return public(view_here().snapshot.points_json)


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
