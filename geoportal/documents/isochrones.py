"""Isochrones: what ``POST /api/v1/isochrones`` takes and what it answers."""

from __future__ import annotations

from typing import Annotated

import orjson
import shapely
from pydantic import Field

from geoportal.documents import Document
from geoportal.documents.requests import Home, Strict, origin_of
from geoportal.domain.query import Query
from geoportal.index.driving import HomeDrives
from geoportal.roads.reached import ERROR_M
from geoportal.search.driving import HELD, NOT_HELD, drives_home, roads_state
from geoportal.services.view import View

MOST_MINUTES = 60
_DEFAULT = (15, 30)


class IsochroneRequest(Strict):
    """A home, and within how many minutes by car it is to be reached."""

    near: Home = Field(description="The home: a point or an address")
    minutes: list[Annotated[int, Field(ge=1, le=MOST_MINUTES)]] = Field(
        default=list(_DEFAULT), min_length=1, max_length=3
    )


def isochrone_document(view: View, asked: IsochroneRequest) -> Document:
    """Return the areas from which a home is reached in time, the largest first.

    Without a road map, or a road near the home, there are none: ``roads`` says why.

    Raises
    ------
    AddressNotPlacedError
        When the address does not lead to one position.
    """
    query = Query(origin=origin_of(view, asked.near))
    drives = drives_home(view.snapshot, query)
    state = roads_state(query, drives) or NOT_HELD
    areas = []
    if isinstance(drives, HomeDrives) and state == HELD:
        areas = [drives.area(minutes) for minutes in sorted({*asked.minutes}, reverse=True)]
    return {
        "type": "FeatureCollection",
        "dataset_version": view.snapshot.version,
        "roads": state,
        "error_m": ERROR_M,
        "attribution": view.reference.sources["roads"].attribution,
        "features": [
            {
                "type": "Feature",
                "geometry": orjson.loads(shapely.to_geojson(area.outline)),
                "properties": {
                    "minutes": area.minutes,
                    "area_km2": round(area.area_km2, 1),
                    **{
                        f"{side}_m": max(round(getattr(area, f"{side}_m")), 0)
                        for side in ("north", "east", "south", "west")
                    },
                },
            }
            for area in areas
        ],
    }
