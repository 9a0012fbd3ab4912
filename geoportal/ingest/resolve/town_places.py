"""Positions of the 町丁目 of a population table: found by name in the gazetteer, or the reason."""

from __future__ import annotations

from geoportal.address.result import GeocodeResult
from geoportal.ingest.reading.prefecture_extents import in_prefecture
from geoportal.ingest.resolve.geography import Geography
from geoportal.store.reference import Reference
from geoportal.store.town_population import TownPeople, TownPlace

REASONS = {
    "no_gazetteer": "no towns are imported yet, so nothing can be placed: import towns (町丁目)",
    "town_not_found": "no town of this name is in the gazetteer; compare the names",
    "town_ambiguous": (
        "the name may mean several places (two wards, or a 大字 and a 町 of one name); write the "
        "ward, or 大字, in front of it"
    ),
    "town_without_position": "the gazetteer knows the town and has no position of it",
    "town_elsewhere": "the town was found in another municipality",
    "outside_prefecture": "the gazetteer's position lies outside the prefecture",
}
"""Why a town has no place, by code. Its people are kept and shown, not counted in distances."""

_LEVELS = frozenset({"town", "chome"})


def find_town(town: TownPeople, geography: Geography, reference: Reference) -> TownPlace:
    """Find a town by its name.

    A place is taken only when the whole name was understood and one place is meant. Outlines do
    not decide: simplified ones lack whole islands, and the gazetteer files points by municipality.
    """
    if not geography.has_towns:
        return TownPlace(reason="no_gazetteer")
    info = reference.municipalities.get(town.municipality_code)
    if info is not None:
        address = f"{info.prefecture}{info.name}{town.name}"
    else:
        prefecture = next(
            m.prefecture
            for m in reference.municipalities.values()
            if m.prefecture_code == town.municipality_code[:2]
        )
        city = reference.designated_cities[town.municipality_code]
        address = f"{prefecture}{city}{town.name}"
    geocoded = geography.geocode(address, town.municipality_code)
    reason = _why_not(geocoded, town)
    if reason:
        return TownPlace(reason=reason)
    lon, lat = geocoded.lon or 0.0, geocoded.lat or 0.0
    if not in_prefecture(geocoded.municipality_code, lon, lat):
        return TownPlace(reason="outside_prefecture")
    return TownPlace(
        lon,
        lat,
        geocoded.coordinate_level or "",
        geocoded.uncertainty_m,
        geocoded.municipality_code,
        "",
    )


def _why_not(geocoded: GeocodeResult, town: TownPeople) -> str:
    """Return why an answer gives no place, empty when it does."""
    if geocoded.status == "ambiguous" or "oaza_chome_ambiguous" in geocoded.warnings:
        return "town_ambiguous"
    if geocoded.status != "ok" or geocoded.remainder.strip() or geocoded.needs_confirmation:
        return "town_not_found"
    whole = town.municipality_code.endswith("00")
    if geocoded.municipality_code != town.municipality_code and not whole:
        return "town_elsewhere"
    if geocoded.lon is None or geocoded.lat is None:
        return "town_without_position"
    return "" if geocoded.coordinate_level in _LEVELS else "town_without_position"
