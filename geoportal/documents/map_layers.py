"""JSON of what a map draws: markers, counted together where they are many; land and stations."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from shapely.geometry import mapping

from geoportal.documents import Document
from geoportal.documents.requests import Code, Strict, Text, parse_box, require_kinds
from geoportal.domain.facility import KINDS
from geoportal.errors import UsageError
from geoportal.index.clusters import MOST_CELLS, Grid, cluster
from geoportal.index.land import land_around
from geoportal.services.view import View

_LAND_SOURCE: Final = "Natural Earth"
_DIGITS: Final = 5
MOST_MARKERS: Final = 20_000
"""More facilities than these are not sent one by one: a map asks for clusters of its view."""


class ClustersQuery(Strict):
    """What `GET /api/v1/clusters` takes."""

    bbox: Text = Field(description="west,south,east,north in degrees: the view of a map")
    zoom: int = Field(ge=0, le=18, description="Web Mercator, 256 pixels a tile")
    kind: list[Code] = Field(default_factory=list)


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
