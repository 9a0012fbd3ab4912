"""Stations with the municipalities they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.gazetteer import Gazetteer
from geoportal.address.gazetteer.region import Region
from geoportal.address.stations.directory import StationDirectory, StationMunicipality
from geoportal.domain.dating import stated_date
from geoportal.domain.station import Station
from geoportal.geo.geodesic import METRES_PER_DEGREE_LAT_MIN, distances_m
from geoportal.index.districts import DistrictIndex
from geoportal.store.reference import Reference

NEAR_TOWN_M = 3_000.0
"""Without an outline: a station belongs to the municipality of the nearest town this near."""


class NearestTown:
    """Finds the municipality of the nearest place of a gazetteer; immutable once it was asked."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def region(self, lon: float, lat: float) -> Region | None:
        """Return the municipality of the place nearest to a point (degrees, WGS 84).

        None when no place is within `NEAR_TOWN_M`.
        """
        lons, lats, nodes = self._by_latitude
        reach = NEAR_TOWN_M / METRES_PER_DEGREE_LAT_MIN
        first, last = np.searchsorted(lats, (lat - reach, lat + reach))
        east = (lons[first:last] - lon) * np.cos(np.radians(lat))
        near = first + np.flatnonzero(np.abs(east) <= reach)
        away = distances_m(lon, lat, lons[near], lats[near])
        if not len(away) or away.min() > NEAR_TOWN_M:
            return None
        return self._gazetteer.region_of(int(nodes[near[np.argmin(away)]]))

    @cached_property
    def _by_latitude(
        self,
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        lons, lats = self._gazetteer.points()
        known = np.flatnonzero(~np.isnan(lons) & ~np.isnan(lats))
        nodes = known[np.argsort(lats[known], kind="stable")]
        return lons[nodes], lats[nodes], nodes


def station_directory(
    source: str,
    as_of: str,
    stations: Sequence[Station],
    districts: DistrictIndex,
    gazetteer: Gazetteer,
    reference: Reference,
) -> StationDirectory:
    """Return the directory of stations, with the municipality that distinguishes equal names.

    Outlines decide the municipality of a station, the gazetteer's nearest town where there is no
    outline. Source and day of their edition are empty when there are no stations.
    """
    towns = NearestTown(gazetteer)

    def municipality_at(lon: float, lat: float) -> StationMunicipality:
        district = districts.municipality_at(lon, lat)
        if district is not None:
            info = reference.municipalities.get(district.code)
            prefecture, name = (info.prefecture, info.name) if info else ("", district.full_name)
            return StationMunicipality(district.code, prefecture, name, by_outline=True)
        region = towns.region(lon, lat)
        return (
            StationMunicipality(region.code, region.prefecture, region.name)
            if region
            else StationMunicipality()
        )

    label = ""
    if source in reference.sources:
        label = reference.sources[source].label_ja
    stated = stated_date(as_of) or ""
    return StationDirectory(stations, reference.rail_operators, municipality_at, label, stated)
