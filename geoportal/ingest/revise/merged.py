"""What is stored of a record after another edition that lists it, and when it is closed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.hours import EMPTY_HOURS
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.unstated import is_silent, with_value, without
from geoportal.store import documents
from geoportal.store.facilities import StoredRecord


def fresh_record(listed: ListedRecord, unstated: Collection[str], as_of: str) -> StoredRecord:
    """Return what an edition alone says of a record."""
    origins: dict[str, tuple[str | int, ...]] = {
        attribute: () for attribute in unstated if is_silent(listed.record, attribute)
    }
    id_, days = listed.own_id, (as_of, as_of, as_of)
    return StoredRecord(listed.record, id_, listed.scope, *days, "", id_, origins)


def closed_record(stored: StoredRecord, day: str) -> StoredRecord:
    """Return a record as closed on a day, empty for one that is listed."""
    return stored if stored.closed_on == day else replace(stored, closed_on=day)


def merged_record(
    before: StoredRecord | None, fresh: StoredRecord, *, outdoes: bool = False
) -> StoredRecord:
    """Return what is stored of a record after another edition that lists it.

    The newest edition counts; what it has no column for is as the newest that has one says. With
    ``outdoes`` the fresh one counts over another of the same day.
    """
    if before is None:
        return fresh
    if before.own_id == fresh.own_id:
        fresh = replace(fresh, facility_id=before.facility_id)
    wins = _rank(fresh) > _rank(before) or (outdoes and fresh.as_of == before.as_of)
    winner, loser = (fresh, before) if wins else (before, fresh)
    record, origins = winner.record, dict(winner.origins)
    for attribute, origin in winner.origins.items():
        other = loser.origins.get(attribute, _rank(loser))
        if other > origin:
            record = with_value(record, attribute, loser.record)
            origins[attribute] = other
    return replace(
        winner,
        record=record,
        origins=origins,
        first_seen=min(before.first_seen, fresh.first_seen),
        last_seen=max(before.last_seen, fresh.last_seen),
    )


def _rank(stored: StoredRecord) -> tuple[str | int, ...]:
    """Return what decides between two editions: the day, then what they say by themselves."""
    own = stored.record
    for attribute in stored.origins:
        own = without(own, attribute)
    return (stored.as_of, *_fullness(own))


def _fullness(record: FacilityRecord) -> tuple[int, int, str]:
    """Return what decides between two contents of the same date.

    The number of filled attributes first, then of entries in lists, then the digest of the text.
    """
    filled = sum(getattr(record, field.name) not in ("", None, (), {}) for field in fields(record))
    hours = record.hours
    detail = len(hours.sessions) + len(hours.closed_days) + len(hours.open_days)
    detail += len(record.filings) + len(record.departments)
    return filled, detail, documents.digest(documents.dump(record))


def undated(record: FacilityRecord) -> FacilityRecord:
    """Return a record without the dates of its edition, to see whether its content changed."""
    hours = replace(record.hours, as_of="") if record.hours.known else EMPTY_HOURS
    claims = tuple(replace(claim, as_of="") for claim in record.claims)
    return replace(record, hours=hours, claims=claims)
