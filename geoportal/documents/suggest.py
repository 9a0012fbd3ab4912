"""Completion while typing: request, and JSON of towns and stations. Nothing typed is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from geoportal.address.result import Candidate
from geoportal.documents import Document
from geoportal.documents.requests import Code, Strict
from geoportal.services.results import Suggestions

MAX_TOWNS = 50


class SuggestRequest(Strict):
    """What has been typed so far."""

    text: Annotated[str, StringConstraints(max_length=200)] = Field(
        description="Beginning of a town's or station's name, a city or ward in front or not"
    )
    district: Code | None = Field(
        None, description="Only places of this district, unless another is named"
    )
    limit: int = Field(10, ge=1, le=MAX_TOWNS)


def suggestions_document(suggestions: Suggestions) -> Document:
    """Return towns and stations; ``text`` of each is what to fill in."""
    return {
        "suggestions": [_town(town) for town in suggestions.towns],
        "stations": [_station(station) for station in suggestions.stations],
    }


def _town(town: Candidate) -> Document:
    document: Document = {
        "text": town.text,
        "town": town.town,
        "municipality": town.municipality,
        "municipality_code": town.municipality_code,
        "prefecture": town.prefecture,
        "level": town.match_level,
    }
    if town.lon is not None:
        document |= {"lon": town.lon, "lat": town.lat, "uncertainty_m": town.uncertainty_m}
    return document


def _station(station: Candidate) -> Document:
    return {
        "text": station.text,
        "station": station.station,
        "lines": station.lines,
        "municipality": station.municipality,
        "municipality_code": station.municipality_code,
        "prefecture": station.prefecture,
        "lon": station.lon,
        "lat": station.lat,
        "uncertainty_m": station.uncertainty_m,
    }
