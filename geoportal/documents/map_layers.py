"""JSON of what a map draws: markers, near ones counted together; districts, land, stations."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field
from shapely.geometry import mapping

from geoportal.documents import Document
from geoportal.documents.question import require_kinds
from geoportal.documents.requests import BoxText, Kind, Strict, parse_box
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.errors import UsageError
from geoportal.index.clusters import MOST_CELLS, Grid, cluster
from geoportal.index.districts import DistrictIndex
from geoportal.index.drawn import (
    FINEST_ZOOM,
    MOST_AT_ONCE,
    chosen_districts,
    drawn_districts,
    main_box,
    pixel_m,
)
from geoportal.index.land import land_around
from geoportal.services.view import View

_LAND_SOURCE: Final = "Natural Earth"
_DIGITS: Final = 5
_BOX_DIGITS: Final = 3
MOST_MARKERS: Final = 20_000
"""More facilities than these are not sent one by one: a map asks for clusters of its view."""


class ClustersQuery(Strict):
    """What `GET /api/v1/clusters` takes."""

    bbox: BoxText = Field(description="west,south,east,north in degrees: the view of a map")
    zoom: int = Field(ge=0, le=18, description="Web Mercator, 256 pixels a tile")
    kind: list[Kind] = Field(default_factory=list)


class OutlinesQuery(Strict):
    """What `GET /api/v1/outlines` takes."""

    bbox: BoxText | None = Field(
        default=None, description="west,south,east,north in degrees: the view of a map"
    )
    zoom: int = Field(default=FINEST_ZOOM, ge=0, le=18, description="Web Mercator")


def points_document(view: View) -> Document:
    """Return how many facilities of each kind have a position, and where they are.

    ``lon`` and ``lat`` are in 1e-5 degrees, each but the first as its difference from the one
    before; ``kind`` is an index of ``kinds``. Of more than `MOST_MARKERS` facilities there are
    only the counts, and ``clustered`` is true.
    """
    columns = view.snapshot.columns
    located = columns.located
    kinds = columns.kinds[located]
    clustered = bool(kinds.size > MOST_MARKERS)
    amounts = np.bincount(kinds, minlength=len(KINDS)).tolist()
    return {
        "version": view.snapshot.version,
        "kinds": KINDS,
        "counts": {kind: n for kind, n in zip(KINDS, amounts, strict=True) if n},
        "clustered": clustered,
        "lon": [] if clustered else _differences(columns.lon[located]),
        "lat": [] if clustered else _differences(columns.lat[located]),
        "kind": [] if clustered else kinds.tolist(),
    }


def _differences(degrees: NDArray[np.float64]) -> list[int]:
    steps = np.round(degrees * 10**_DIGITS).astype(np.int64)
    differences: list[int] = np.diff(steps, prepend=0).tolist()
    return differences


def clusters_document(view: View, query: ClustersQuery) -> Document:
    """Return the facilities in a view of a map as columns, near ones counted together.

    Raises
    ------
    UsageError
        When the box is malformed or too large for the zoom, or a kind is not known.
    """
    grid = Grid.over(parse_box(query.bbox), query.zoom)
    if grid.cells > MOST_CELLS:
        raise UsageError("the box is larger than a window at this zoom", "bbox")
    columns = view.snapshot.columns
    located = columns.located
    found = cluster(
        columns.lon[located],
        columns.lat[located],
        columns.kinds[located],
        zoom=query.zoom,
        grid=grid,
        kinds=tuple(KINDS.index(kind) for kind in require_kinds(query.kind, "kind")),
    )
    arrays = {field.name: getattr(found, field.name) for field in fields(found)}
    return {
        "version": view.snapshot.version,
        "kinds": KINDS,
        **{
            name: (np.round(array, _DIGITS) if array.dtype == np.float64 else array).tolist()
            for name, array in arrays.items()
        },
    }


def outlines_document(view: View, query: OutlinesQuery) -> Document:
    """Return the outlines a map draws as GeoJSON, no finer than its zoom shows.

    With a box those that touch it. Without one all of them, ``complete``, or none where they are
    more than `MOST_AT_ONCE`; and in ``boxes`` where a view of each goes: west, south, east and
    north of its main part, of a city of wards as well.

    Raises
    ------
    UsageError
        When the box is malformed.
    """
    index = view.snapshot.districts
    drawn = drawn_districts(index, query.zoom)
    boxes = {}
    if query.bbox is None:
        complete = len(drawn) <= MOST_AT_ONCE
        boxes = {code: main_box(index, code) for code in chosen_districts(index)}
    else:
        complete = False
        touching = index.touching(*parse_box(query.bbox))
        drawn = [district for district in drawn if district.code in touching]
    shown = drawn if complete or query.bbox is not None else ()
    features = [_outline(index, district, pixel_m(query.zoom)) for district in shown]
    return {
        "type": "FeatureCollection",
        "dataset_version": view.snapshot.version,
        "numberMatched": len(features),
        "numberReturned": len(features),
        "complete": complete,
        "boxes": {code: [round(edge, _BOX_DIGITS) for edge in box] for code, box in boxes.items()},
        "features": features,
    }


def _outline(index: DistrictIndex, district: District, pixel_m: float) -> Document:
    return {
        "type": "Feature",
        "id": district.code,
        "geometry": orjson.Fragment(index.sketch(district.code, pixel_m)),
        "properties": {
            "code": district.code,
            "name": district.name,
            "level": district.level,
            "parent": district.parent or None,
        },
    }


def land_document(view: View) -> Document:
    """Return the land around the districts held, roughly, as a GeoJSON Feature."""
    land = land_around(view.snapshot.districts, view.reference.directory / "land.csv")
    return {
        "type": "Feature",
        "geometry": mapping(land),
        "properties": {"source": _LAND_SOURCE, "dataset_version": view.snapshot.version},
    }


def stations_document(view: View) -> Document:
    """Return the stations held as columns: name, lon, lat, number of lines; most lines first."""
    stations = sorted(view.geocoder.stations, key=lambda s: (-len(s.lines), s.id))
    return {
        "version": view.snapshot.version,
        "name": [station.label for station in stations],
        "lon": [round(station.lon, _DIGITS) for station in stations],
        "lat": [round(station.lat, _DIGITS) for station in stations],
        "lines": [len(station.lines) for station in stations],
    }
