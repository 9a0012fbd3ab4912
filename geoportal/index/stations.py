"""Stations joined with the municipalities they lie in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geoportal.address.gazetteer import Gazetteer
from geoportal.address.station_book import StationBook, Whereabouts
from geoportal.domain.station import Station
from geoportal.index.districts import DistrictIndex
from geoportal.store.reference import Reference
from geoportal.store.stations import StationSet

NEAR_TOWN_M = 3_000.0
"""Without an outline: a station belongs to the municipality of the nearest town this near."""


def station_book(
    edition: StationSet | None,
    stations: Sequence[Station],
    districts: DistrictIndex,
    gazetteer: Gazetteer,
    reference: Reference,
) -> StationBook:
    """Return stations with what tells them apart.

    Parameters
    ----------
    edition : StationSet or None
        None when there are no stations.
    stations : sequence of Station
    districts : DistrictIndex
        Outlines: they say which municipality a station lies in.
    gazetteer : Gazetteer
        Says so where there is no outline, by its nearest town.
    reference : Reference
        Names of municipalities and railway companies.
    """
    names: Mapping[str, tuple[str, str]] = {
        code: (info.prefecture, info.name) for code, info in reference.municipalities.items()
    }

    def whereabouts(lon: float, lat: float) -> Whereabouts:
        district = districts.municipality_at(lon, lat)
        if district is not None:
            prefecture, name = names.get(district.code, ("", district.full_name))
            return Whereabouts(district.code, prefecture, name, sure=True)
        region = gazetteer.region_near(lon, lat, NEAR_TOWN_M)
        return Whereabouts(region.code, region.prefecture, region.name) if region else Whereabouts()

    label = ""
    if edition is not None and edition.source in reference.sources:
        label = reference.sources[edition.source].label_ja
    as_of = edition.as_of if edition else ""
    return StationBook(stations, reference.rail_operators, whereabouts, label, as_of)
