"""What positions are checked against: district outlines, geocoder and town points."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.geo.geodesic import distances_m
from geoportal.index.districts import DistrictIndex
from geoportal.ingest.reading.prefecture_extents import in_prefecture

NEAR_BOUNDARY_M = 250.0
"""Outlines are generalised: this far outside one a position may still be right, metres."""
NEAR_TOWN_M = 5_000.0
"""Without an outline: as far as a place may lie from the nearest town point of its municipality.
In Kitakyushu and Fukuoka's villages the farthest built-up place lies about 4 km off."""
_KEPT_RESULTS = 20_000
"""Addresses whose places are kept, some 1 KB each."""

TownPositions = Callable[[str], tuple[NDArray[np.float64], NDArray[np.float64]]]


@dataclass(frozen=True)
class Geography:
    """District outlines, gazetteer and town points of one database state.

    Attributes
    ----------
    districts : DistrictIndex
        Municipalities and wards.
    geocoder : Geocoder
    towns : callable
        Municipality code → longitudes and latitudes of its towns, degrees; read when first asked.
    town_codes : collection of str
        Municipalities of which towns are held.
    """

    districts: DistrictIndex
    geocoder: Geocoder
    towns: TownPositions
    town_codes: Collection[str] = ()
    _results: dict[tuple[str, str], GeocodeResult] = field(default_factory=dict, repr=False)

    @property
    def has_towns(self) -> bool:
        """True when towns are held: without any no address has a position."""
        return self.geocoder.gazetteer.town_count > 0

    def read_towns(self) -> None:
        """Read all town points that may be asked for: worker processes have no database."""
        for code in self.town_codes:
            if code not in self.districts:
                self.towns(code)

    def geocode(self, address: str, hint: str) -> GeocodeResult:
        """Find an address; the same one (an office with six services) is looked for once."""
        key = (address, hint)
        if key not in self._results:
            if len(self._results) >= _KEPT_RESULTS:
                self._results.clear()
            self._results[key] = self.geocoder.geocode(address, hint)
        return self._results[key]

    def containment(self, code: str, lon: float, lat: float) -> str:
        """Return how a point, degrees of WGS 84, relates to a municipality of five digits.

        It is ``"inside"``, ``"near"`` (up to `NEAR_BOUNDARY_M` outside its outline), ``"town"`` (no
        outline held, but one of its towns is near), ``"outside"``, or ``"unverified"`` when nothing
        is held to tell and it lies in the right prefecture, roughly.
        """
        if code in self.districts:
            if self.districts.covers(code, lon, lat):
                return "inside"
            far = self.districts.distance_to_m(code, lon, lat) > NEAR_BOUNDARY_M
            return "outside" if far else "near"
        lons, lats = self.towns(code)
        if len(lons) == 0:
            elsewhere = self.districts.municipality_at(lon, lat) is not None
            wrong = elsewhere or not in_prefecture(code, lon, lat)
            return "outside" if wrong else "unverified"
        return "town" if distances_m(lon, lat, lons, lats).min() <= NEAR_TOWN_M else "outside"
