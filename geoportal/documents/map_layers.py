"""JSON of what a map draws below the facilities where it has no tiles: land and stations."""

from __future__ import annotations

from typing import Final

from shapely.geometry import mapping

from geoportal.documents import Document
from geoportal.index.land import land_around
from geoportal.services.view import View

_LAND_SOURCE: Final = "Natural Earth"
_STATION_DIGITS: Final = 5


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
        "lon": [round(station.lon, _STATION_DIGITS) for station in stations],
        "lat": [round(station.lat, _STATION_DIGITS) for station in stations],
        "lines": [len(station.lines) for station in stations],
    }
