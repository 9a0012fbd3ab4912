"""Positions of the 町丁目 of population tables stored.

Worked out again whenever towns or outlines change, so that the order of imports does not matter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa

from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.town_places import REASONS, find_town
from geoportal.ingest.sources.town_population import LAYOUT, TownExtract
from geoportal.store.reference import Reference
from geoportal.store.town_population import HeldTown, read_towns, write_town_places


def place_towns(
    connection: sa.Connection,
    geography: Geography,
    reference: Reference,
    codes: Sequence[str] | None = None,
) -> int:
    """Place the stored towns of some municipalities or all; return how many have moved."""
    moved = [
        HeldTown(town.people, place)
        for town in read_towns(connection, codes)
        if (place := find_town(town.people, geography, reference)) != town.place
    ]
    write_town_places(connection, moved)
    return len(moved)


def town_issues(connection: sa.Connection, extract: TownExtract) -> list[Issue]:
    """Return an issue for each town of a file that has no place, and how many have one.

    To be called after `place_towns`.
    """
    codes = sorted(extract.towns)
    stored = {town.people: town.place for town in read_towns(connection, codes)} if codes else {}
    towns = [town for listed in extract.towns.values() for town in listed]
    issues = []
    placed = 0
    for town in towns:
        place = stored.get(town.people)
        if place is None:
            continue  # a newer edition is stored
        placed += not place.reason
        if place.reason:
            message = f"{REASONS[place.reason]}; its people are kept and shown apart"
            name = unicodedata.normalize("NFKC", town.people.name)
            column = LAYOUT.official("name")
            issues.append(Issue(town.line, column, place.reason, WARNING, name, message))
    if placed:
        message = f"{placed} of {len(towns)} towns were placed by the gazetteer"
        issues.append(Issue(1, LAYOUT.official("name"), "placed", INFO, str(placed), message))
    return issues
