"""Surroundings and history of a facility: same institution, same place, near, past changes."""

from __future__ import annotations

import itertools
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from geoportal.documents import Document
from geoportal.domain.dating import dated
from geoportal.domain.facility import (
    CARE_OFFICE_NUMBER,
    KINDS,
    MEDICAL_INSTITUTION_CODE,
    Facility,
)
from geoportal.domain.query import Origin, Query
from geoportal.ingest.linking.addresses import address_parts, compare_address_parts
from geoportal.ingest.linking.relations import Relations, spot_of
from geoportal.services.view import View
from geoportal.store.history import past_of
from geoportal.text.normalize import fold_name

SAME_PLACE_M = 25
NEAR_M = 2_000
MAX_LISTED = 6
_INSTITUTION_NUMBERS = (MEDICAL_INSTITUTION_CODE, CARE_OFFICE_NUMBER)
_TRACKED = ("name", "address", "phone")
"""Attributes whose changes are listed; the others change with every survey."""


def surroundings(view: View, facility: Facility) -> Document:
    """Return facilities of the same institution, in the same place and near.

    Returns
    -------
    dict
        ``institution`` (the same official number: みなし指定, several services of one office),
        ``same_place`` (the same address in any spelling, or precise points side by side) and
        ``near``: lists of ``id``, ``name``, ``kind``, ``distance_m``, ``error_m``, nearest first,
        no facility in two of them; closed ones are left out. Without a position nothing is near.
    """
    siblings = _same_institution(view, facility)
    same_number = [_entry(facility, other, None) for other in siblings]
    listed = {facility.id, *(other.id for other in siblings)}
    around = [pair for pair in _around(view, facility) if pair[0].id not in listed]
    same_address = _same_address(view, facility)
    same = [
        (other, metres)
        for other, metres in around
        if other.id in same_address or _same_place(facility, other, metres)
    ]
    listed |= {other.id for other, _ in same}
    same += [(other, None) for id_, other in same_address.items() if id_ not in listed]
    listed |= same_address.keys()
    near = [pair for pair in around if pair[0].id not in listed]
    return {
        "institution": same_number[: 2 * MAX_LISTED],
        "same_place": [_entry(facility, *pair) for pair in same[: 2 * MAX_LISTED]],
        "near": [_entry(facility, *pair) for pair in near[:MAX_LISTED]],
    }


def _around(view: View, facility: Facility) -> list[tuple[Facility, float | None]]:
    location = facility.location
    if location.lon is None or location.lat is None:
        return []
    query = Query(origin=Origin(location.lon, location.lat), radius_m=NEAR_M, limit=60)
    return [(result.facility, result.distance_m) for result in view.search(query).results]


def _entry(facility: Facility, other: Facility, metres: float | None) -> Document:
    return {
        "id": other.id,
        "name": other.name,
        "kind": other.kind,
        "distance_m": metres,
        "error_m": (facility.location.uncertainty_m or 0) + (other.location.uncertainty_m or 0),
    }


def _same_institution(view: View, facility: Facility) -> list[Facility]:
    """Return other facilities under one of its official numbers, by kind and name."""
    snapshot = view.snapshot
    numbers = {facility.identifiers.get(scheme, "") for scheme in _INSTITUTION_NUMBERS} - {""}
    rows = {int(row) for number in numbers for row in snapshot.with_identifier(number)}
    candidates = [snapshot.facilities[row] for row in rows]
    others = [other for other in candidates if other.id != facility.id and other.status == "open"]
    return sorted(others, key=lambda other: (KINDS.index(other.kind), other.name))


def _same_address(view: View, facility: Facility) -> dict[str, Facility]:
    """Return other facilities whose address has the same municipality, town and numbers."""
    snapshot = view.snapshot
    mates = [snapshot.facilities[int(row)] for row in snapshot.near_spot(spot_of(facility))]
    relations = Relations([facility, *(mate for mate in mates if mate.id != facility.id)])
    return {
        relation.facility_id: snapshot.by_id[relation.facility_id]
        for relation in relations.of(facility.id)
    }


def _same_place(facility: Facility, other: Facility, metres: float | None) -> bool:
    """Say whether two are in one building: the same address, or precise points side by side.

    Points side by side in two towns are a slip of the publisher's: they are not believed.
    """
    if fold_name(facility.address) == fold_name(other.address) != "":
        return True
    if (
        compare_address_parts(address_parts(facility.address), address_parts(other.address))
        == "other"
    ):
        return False
    precise = all(f.location.level in {"point", "house"} for f in (facility, other))
    return precise and metres is not None and metres <= SAME_PLACE_M


def history(view: View, facility: Facility) -> list[Document]:
    """Return the events of a facility's past, oldest first.

    While the database does not answer, changes are left out: the page itself is from memory.

    Returns
    -------
    list of dict
        ``what`` (``first``, ``name``, ``address``, ``phone``, ``closed``), the day as `dated`
        gives it, and for changes ``before``, ``after`` and ``source``.
    """
    events: list[tuple[str, Document]] = [(facility.first_seen, {"what": "first"})]
    with suppress(DBAPIError):
        events += _changes(view, facility)
    events.sort(key=lambda event: event[0])
    if facility.status == "closed":
        events.append((facility.last_seen, {"what": "closed"}))
    return [{**dated(day), **event} for day, event in events]


def _changes(view: View, facility: Facility) -> list[tuple[str, Document]]:
    events: list[tuple[str, Document]] = []
    with view.database.engine.connect() as connection:
        for mention in facility.sources:
            past = past_of(connection, mention.source, mention.record_id)
            for (_, before), (day, after) in itertools.pairwise(past):
                events += [
                    (
                        day,
                        {
                            "what": key,
                            "before": before[key],
                            "after": after[key],
                            "source": mention.source,
                        },
                    )
                    for key in _TRACKED
                    if before.get(key)
                    and after.get(key)
                    and fold_name(before[key]) != fold_name(after[key])
                ]
    return events
