"""Positions checked against the claimed municipality, else found from the address, and flagged.

A pure function of a record and the geography held: running it again later, when boundaries or
towns have come in, gives what it would have given had they been there first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from types import MappingProxyType

from geoportal.address.result import GeocodeResult
from geoportal.domain.facility import FacilityRecord
from geoportal.domain.location import SURVEYED_UNCERTAINTY_M, UNKNOWN_LOCATION, Location
from geoportal.domain.made_quickly import made_quickly
from geoportal.geo.geodesic import distance_m
from geoportal.geo.polygons import in_japan
from geoportal.ingest.resolve.geography import Geography

GEOCODED = "geocode"
CONFIRM_LEAST_M = 300.0
CONFIRM_FACTOR = 1.5
CONFIRM_MOST_M = 3_000.0
"""However large a town is: a position farther from it than this is not confirmed by it."""
FAR_LEAST_M = 200.0
FAR_FACTOR = 2.0
"""Of the uncertainty of the address's 町丁目: a point farther from it is doubted (decision 047)."""
_EXACT_DECIMALS = 4
"""Decimals of degrees from which on rounding is less than what a survey is trusted with: 8 m."""
_GRIDS = ((60, 60), (120, 80), (240, 160), (480, 320), (600, 600), (960, 640))
"""Steps in a degree of latitude and longitude: whole minutes and tenths of them; corners and
middles of the 1 km, 500 m and 250 m meshes (JIS X 0410)."""
_CHANCE = 0.01
"""Of a step: a number written too coarsely to lie on a grid by intent only is not looked at."""
_USABLE_LEVELS = frozenset({"town", "chome", "block", "house"})
_TRUSTED = frozenset({"inside", "near", "town"})
_NOTED = MappingProxyType({"near": "near_boundary", "unverified": "unverified"})
"""Warnings of how a position relates to its municipality."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Placement:
    """Location and municipality of a record.

    Attributes
    ----------
    location : Location
        With level, uncertainty, source and warnings.
    municipality_code : str
        The claimed one, else the one found from address or point; empty when unknown.
    """

    location: Location
    municipality_code: str


MESSAGES = {
    "outside_municipality": (
        "the published position lies outside the municipality; it is not used, the address is "
        "geocoded instead where possible: tell the publisher"
    ),
    "outside_outline": "the position lies outside the municipality, but the address confirms it",
    "near_boundary": "the position lies just outside the outline of the municipality; kept",
    "far_from_address": (
        "the position lies far from its address; kept with a larger uncertainty: compare them"
    ),
    "swapped": "latitude and longitude are exchanged; mended",
    "outside_japan": "the published position does not lie in Japan; it is not used",
    "geocoded": "there is no usable position; it was found from the address",
    "address_not_found": "the address was not found in the gazetteer; there is no position",
    "address_ambiguous": "the address may mean several places; there is no position",
    "address_too_coarse": "the address names no town; there is no position",
    "address_elsewhere": "the address lies in another municipality; there is no position",
    "no_gazetteer": "no towns are imported yet, so the address cannot be located",
    "unverified": "no outline or town of the municipality is held: the position is not checked",
}
"""What each warning means and what to do, by code."""

SERIOUS = frozenset({"outside_municipality", "far_from_address", "swapped", "outside_japan"})
"""Warnings that say something is wrong with the published data."""


def place_record(record: FacilityRecord, geography: Geography) -> Placement:
    """Locate a record: its checked position, else its geocoded address.

    No position that contradicts the claimed municipality is passed on as if right: either the
    address confirms it, or the address replaces it, or there is no position and a warning.
    """
    geocoded = GeocodeResult("invalid")
    if record.address and (geography.has_towns or not record.municipality_code):
        geocoded = geography.geocode(record.address, record.municipality_code)
    code = record.municipality_code or _code_of(geocoded, record, geography)
    if record.lon is None or record.lat is None:
        return Placement(_from_address(geocoded, code, geography, ()), code)
    point, warnings = _point_in_japan(record, code, geography)
    if point is None:
        return Placement(_from_address(geocoded, code, geography, warnings), code)
    return Placement(_checked(point, record, geocoded, code, geography, warnings), code)


def _code_of(geocoded: GeocodeResult, record: FacilityRecord, geography: Geography) -> str:
    """Return the municipality of a record that claims none: from its address, else its point."""
    if geocoded.status in ("ok", "partial") and geocoded.municipality_code:
        return geocoded.municipality_code
    if record.lon is None or record.lat is None or not in_japan(record.lon, record.lat):
        return ""
    district = geography.districts.municipality_at(record.lon, record.lat)
    return district.code if district else ""


def _point_in_japan(
    record: FacilityRecord, code: str, geography: Geography
) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Return the claimed point, exchanged when that puts it into the claimed municipality."""
    lon, lat = record.lon, record.lat
    if lon is None or lat is None:
        return None, ()
    if in_japan(lon, lat):
        return (lon, lat), ()
    if in_japan(lat, lon) and code and geography.containment(code, lat, lon) in _TRUSTED:
        return (lat, lon), ("swapped",)
    return None, ("outside_japan",)


def _checked(
    point: tuple[float, float],
    record: FacilityRecord,
    geocoded: GeocodeResult,
    code: str,
    geography: Geography,
    warnings: tuple[str, ...],
) -> Location:
    lon, lat = point
    containment = geography.containment(code, lon, lat) if code else "unverified"
    away = _distance(geocoded, lon, lat)
    if containment == "outside":
        wide = max(geocoded.uncertainty_m or 0.0, CONFIRM_LEAST_M) * CONFIRM_FACTOR
        if away is None or away > min(wide, CONFIRM_MOST_M):
            return _from_address(geocoded, code, geography, (*warnings, "outside_municipality"))
        warnings = (*warnings, "outside_outline")
    elif containment in _NOTED:
        warnings = (*warnings, _NOTED[containment])
    uncertainty_m = record.position_uncertainty_m or _surveyed_m(lon, lat)
    far_m = max(FAR_FACTOR * (geocoded.uncertainty_m or 0), FAR_LEAST_M)
    if containment != "outside" and away is not None and away > far_m:
        uncertainty_m = max(float(round(away + (geocoded.uncertainty_m or 0))), uncertainty_m)
        warnings = (*warnings, "far_from_address")
    level = record.position_level or "point"
    return Location(lon, lat, level, uncertainty_m, record.source, warnings)


def _surveyed_m(lon: float, lat: float) -> float:
    """Return the uncertainty of a position in Japan that is published without one, in metres.

    One written in few decimals, or that lies on a grid, is a place rounded to that: as far as it
    may be from it. Both numbers of a position are taken to have as many decimals as the longer one.
    """
    decimals = max(len(repr(degrees).partition(".")[2]) for degrees in (lon, lat))
    if decimals < _EXACT_DECIMALS:
        half_lon = half_lat = 0.5 * 10.0**-decimals
    else:
        for steps_lat, slack_lat, steps_lon, slack_lon in _grids(decimals):
            along, across = lat * steps_lat, lon * steps_lon
            if abs(along - round(along)) <= slack_lat and abs(across - round(across)) <= slack_lon:
                half_lon, half_lat = 0.5 / steps_lon, 0.5 / steps_lat
                break
        else:
            return SURVEYED_UNCERTAINTY_M
    away = distance_m(lon, lat, lon + half_lon, lat - half_lat)
    return max(SURVEYED_UNCERTAINTY_M, float(ceil(away)))


@lru_cache(maxsize=32)
def _grids(decimals: int) -> Sequence[tuple[int, float, int, float]]:
    """Return those of `_GRIDS` on which a position of so many decimals does not lie by chance.

    Steps in a degree of latitude, and how far off a whole number of them it may be; of longitude.
    """
    rounded = max(0.5 * 10.0**-decimals, 1e-9)
    grids = ((lat, lat * rounded * 1.01, lon, lon * rounded * 1.01) for lat, lon in _GRIDS)
    return tuple(grid for grid in grids if grid[1] < _CHANCE and grid[3] < _CHANCE)


def _distance(geocoded: GeocodeResult, lon: float, lat: float) -> float | None:
    """Return how far a point lies from where its address is, None when that is not known."""
    if geocoded.lon is None or geocoded.lat is None or not _is_usable(geocoded):
        return None
    return distance_m(lon, lat, geocoded.lon, geocoded.lat)


def _is_usable(geocoded: GeocodeResult) -> bool:
    located = geocoded.lon is not None and geocoded.lat is not None
    return located and geocoded.coordinate_level in _USABLE_LEVELS


def _from_address(
    geocoded: GeocodeResult, code: str, geography: Geography, warnings: tuple[str, ...]
) -> Location:
    reason = _why_not(geocoded, code, geography)
    if reason:
        return replace(UNKNOWN_LOCATION, warnings=(*warnings, reason))
    return Location(
        geocoded.lon,
        geocoded.lat,
        geocoded.coordinate_level or "",
        geocoded.uncertainty_m,
        GEOCODED,
        (*warnings, "geocoded", *geocoded.warnings),
    )


def _why_not(geocoded: GeocodeResult, code: str, geography: Geography) -> str:
    """Return why an address gives no position, empty when it does."""
    if not geography.has_towns:
        return "no_gazetteer"
    if geocoded.status == "ambiguous":
        return "address_ambiguous"
    if geocoded.status not in ("ok", "partial"):
        return "address_not_found"
    if not _is_usable(geocoded):
        return "address_too_coarse"
    if code and geocoded.municipality_code and geocoded.municipality_code != code:
        return "address_elsewhere"
    return ""
