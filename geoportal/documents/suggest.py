"""Completion while typing: request, and JSON of towns and stations. Nothing typed is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from geoportal.address.geocode import Geocoder
from geoportal.address.result import Candidate
from geoportal.documents import Document, attributes
from geoportal.documents.requests import DistrictCode, Strict, Whole
from geoportal.services.results import Suggestions

MAX_TOWNS = 50
_MUNICIPALITY = ("municipality", "municipality_code", "prefecture")
_POSITION = ("lon", "lat", "uncertainty_m")


class SuggestRequest(Strict):
    """What has been typed so far."""

    text: Annotated[str, StringConstraints(max_length=200)] = Field(
        description="Beginning of a town's or station's name, a city or ward in front or not"
    )
    district: DistrictCode | None = Field(
        None, description="Only places of this district, unless another is named"
    )
    limit: Whole = Field(10, ge=1, le=MAX_TOWNS)


def suggestions_document(suggestions: Suggestions, geocoder: Geocoder) -> Document:
    """Return towns and stations; ``text`` of each is what to fill in.

    ``letters`` is the name in Latin letters, there where its reading is held.
    """
    return {
        "suggestions": [
            _town(town) | _letters(geocoder.in_letters(town.municipality_code, town.town))
            for town in suggestions.towns
        ],
        "stations": [
            attributes(station, "text", "station", "lines", *_MUNICIPALITY, *_POSITION)
            | _letters(geocoder.in_letters("", station=station.station))
            for station in suggestions.stations
        ],
    }


def _letters(name: str) -> Document:
    return {"letters": name} if name else {}


def _town(town: Candidate) -> Document:
    document = attributes(town, "text", "town", *_MUNICIPALITY) | {"level": town.match_level}
    return document if town.lon is None else document | attributes(town, *_POSITION)
