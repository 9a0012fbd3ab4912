"""What a facility's page says besides its facts: what is in the same place, near, and its past."""

from __future__ import annotations

import itertools
from typing import Any

from geoportal.domain.facility import Facility
from geoportal.domain.query import Origin, Query
from geoportal.services import Portal
from geoportal.store.past import past_of
from geoportal.text.normalize import fold_name

Document = dict[str, Any]
SAME_PLACE_M = 25
NEAR_M = 2_000
MOST = 6
_TOLD = ("name", "address", "phone")
"""Attributes whose change is told; the rest of a record changes with every survey."""


def surroundings(portal: Portal, facility: Facility) -> Document:
    """Return ``same_place`` and ``near`` facilities, nearest first; closed ones are left out.

    Both are lists of ``id``, ``name``, ``kind``, ``distance_m``, empty where the position of
    either is not known well enough to say.
    """
    location = facility.location
    if location.lon is None or location.lat is None:
        return {"same_place": [], "near": []}
    query = Query(origin=Origin(location.lon, location.lat), radius_m=NEAR_M, limit=60)
    same: list[Document] = []
    near: list[Document] = []
    for result in portal.search(query).results:
        other = result.facility
        if other.id == facility.id:
            continue
        found = {
            "id": other.id,
            "name": other.name,
            "kind": other.kind,
            "distance_m": result.distance_m,
            "error_m": (location.uncertainty_m or 0) + (other.location.uncertainty_m or 0),
        }
        (same if _same_place(facility, other, result.distance_m) else near).append(found)
    return {"same_place": same[: 2 * MOST], "near": near[:MOST]}


def _same_place(one: Facility, other: Facility, metres: float | None) -> bool:
    """Say whether two are in one building: the same address, or precise points side by side."""
    if fold_name(one.address) == fold_name(other.address) != "":
        return True
    precise = all(f.location.level in {"point", "house"} for f in (one, other))
    return precise and metres is not None and metres <= SAME_PLACE_M


def history(portal: Portal, facility: Facility) -> list[Document]:
    """Return what became of a facility, oldest first.

    Returns
    -------
    list of dict
        ``what`` (``first``, ``name``, ``address``, ``phone``, ``closed``), ``on`` (ISO date),
        and for changes ``before``, ``after`` and ``source``.
    """
    events: list[Document] = [{"what": "first", "on": facility.first_seen}]
    with portal.database.engine.connect() as connection:
        for mention in facility.sources:
            past = past_of(connection, mention.source, mention.record_id)
            for (_, before), (day, after) in itertools.pairwise(past):
                events += [
                    {
                        "what": key,
                        "on": day,
                        "before": before[key],
                        "after": after[key],
                        "source": mention.source,
                    }
                    for key in _TOLD
                    if before.get(key) and after.get(key) and _differs(before[key], after[key])
                ]
    events.sort(key=lambda event: str(event["on"]))
    if facility.status == "closed":
        events.append({"what": "closed", "on": facility.last_seen})
    return events


def _differs(before: str, after: str) -> bool:
    return fold_name(before) != fold_name(after)
