"""Where 町丁目 of a population table are: found by name in the gazetteer, or said why not.

Worked out again whenever towns or outlines change, so that the order of imports does not matter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from geoportal.address.result import GeocodeResult
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.prefecture_extents import in_prefecture
from geoportal.ingest.sources.town_population import LAYOUT, ListedTown
from geoportal.store.reference import Reference
from geoportal.store.town_population import (
    HeldTown,
    TownPeople,
    TownPlace,
    read_towns,
    write_town_places,
)

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


def place_towns(
    connection: sa.Connection,
    geography: Geography,
    reference: Reference,
    codes: Sequence[str] | None = None,
) -> int:
    """Work out where the towns held are, those of some municipalities or all.

    Returns
    -------
    int
        How many have another place than before.
    """
    moved = [
        HeldTown(town.people, place)
        for town in read_towns(connection, codes)
        if (place := find_town(town.people, geography, reference)) != town.place
    ]
    write_town_places(connection, moved)
    return len(moved)


def find_town(town: TownPeople, geography: Geography, reference: Reference) -> TownPlace:
    """Find a town by its name.

    A place is taken only when the whole name was understood and one place is meant. Outlines do
    not decide: simplified ones lack whole islands, and the gazetteer files points by municipality.
    """
    if geography.geocoder.gazetteer.town_count == 0:
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
    found = geography.geocode(address, town.municipality_code)
    reason = _why_not(found, town)
    if reason:
        return TownPlace(reason=reason)
    lon, lat = found.lon or 0.0, found.lat or 0.0
    if not in_prefecture(found.municipality_code, lon, lat):
        return TownPlace(reason="outside_prefecture")
    return TownPlace(
        lon, lat, found.coordinate_level or "", found.uncertainty_m, found.municipality_code, ""
    )


def _why_not(found: GeocodeResult, town: TownPeople) -> str:
    """Say why an answer gives no place, empty when it does."""
    if found.status == "ambiguous" or "oaza_chome_ambiguous" in found.warnings:
        return "town_ambiguous"
    if found.status != "ok" or found.remainder.strip() or found.needs_confirmation:
        return "town_not_found"
    whole = town.municipality_code.endswith("00")
    if found.municipality_code != town.municipality_code and not whole:
        return "town_elsewhere"
    if found.lon is None or found.lat is None:
        return "town_without_position"
    return "" if found.coordinate_level in _LEVELS else "town_without_position"


def town_issues(connection: sa.Connection, listed: Iterable[ListedTown]) -> list[Issue]:
    """Return an issue for each town of a file that has no place, and how many have one.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        After `place_towns`.
    listed : iterable of ListedTown
        Of the file.
    """
    towns = list(listed)
    codes = sorted({town.people.municipality_code for town in towns})
    held = {town.people: town.place for town in read_towns(connection, codes)} if codes else {}
    issues = []
    placed = 0
    for town in towns:
        place = held.get(town.people)
        if place is None:
            continue  # a newer edition is held
        placed += not place.reason
        if place.reason:
            message = f"{REASONS[place.reason]}; its people are kept and shown apart"
            issues.append(
                Issue(
                    town.line,
                    LAYOUT.official("name"),
                    place.reason,
                    WARNING,
                    unicodedata.normalize("NFKC", town.people.name),
                    message,
                )
            )
    if placed:
        message = f"{placed} of {len(towns)} towns were placed by the gazetteer"
        issues.append(Issue(1, LAYOUT.official("name"), "placed", INFO, str(placed), message))
    return issues
