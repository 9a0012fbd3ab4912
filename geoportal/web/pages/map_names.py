"""What maps write on districts, municipalities around them and waters, in the page's language."""

from __future__ import annotations

from flask import Response, g

from geoportal.documents import Document
from geoportal.index.hierarchy import city_of, short_name
from geoportal.services.view import View
from geoportal.web.api.answers import public
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import label
from geoportal.web.language.place_names import map_name

_NAMED = ("prefecture", "municipality", "ward")
_DIGITS = 4


def show() -> Response:
    """Send the names of districts by code, and other names with their places.

    A municipality without an outline here is named at its most central town, the largest first.
    Readings are written 漢字《かんじ》.
    """
    view = view_here()
    response = public(
        {
            "districts": {
                district.code: map_name(view.reference, district.code, district.name, g.language)
                for district in view.snapshot.districts.districts
                if district.level in _NAMED
            },
            "places": [*_waters(view), *_municipalities_around(view)],
        }
    )
    response.vary.add("Accept-Language")
    return response


def _waters(view: View) -> list[Document]:
    """Return straits and bays; the sea around an island has no name of its own."""
    middles = [
        (water.water, water.line.interpolate(0.5, normalized=True))
        for water in view.reference.waters
        if not water.line.is_ring
    ]
    return [
        _named("water", label(view.reference, "water", code, g.language).source, at.x, at.y)
        for code, at in middles
    ]


def _municipalities_around(view: View) -> list[Document]:
    reference, districts = view.reference, view.snapshot.districts
    regions = sorted(view.geocoder.gazetteer.regions, key=lambda region: region.start - region.stop)
    return [
        _named(
            "ward" if city_of(reference, region.code) else "municipality",
            map_name(reference, region.code, short_name(reference, region.code), g.language),
            region.position.lon,
            region.position.lat,
        )
        for region in regions
        if region.position is not None
        and region.code in reference.municipalities
        and not any(
            c in districts for c in (region.code, *reference.equivalents.get(region.code, ()))
        )
    ]


def _named(kind: str, text: str, lon: float, lat: float) -> Document:
    return {"kind": kind, "text": text, "lon": round(lon, _DIGITS), "lat": round(lat, _DIGITS)}
