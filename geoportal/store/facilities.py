"""Records and facilities in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from geoportal.domain.facility import Facility, FacilityRecord
from geoportal.store import documents
from geoportal.store.schema import claims, facilities, identifiers, records, redirects

_BATCH = 500
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the database keeps it.

    Attributes
    ----------
    record : FacilityRecord
        What the source says.
    facility_id : str
        The facility it is part of.
    scope : str
        The part of the source that is replaced together, e.g. ``"130/40101"`` (service and
        municipality): a record missing from a newer edition of its scope is closed.
    as_of : str
        ISO date of the edition it was last read from.
    first_seen, last_seen : str
        ISO dates of the first and last edition that lists it.
    closed_on : str
        ISO date of the edition that no longer lists it; empty while listed.
    own_id : str
        The id its source gives it: the facility's id as long as the record is linked to no other.
        Empty when made: the same as ``facility_id``.
    """

    record: FacilityRecord
    facility_id: str
    scope: str
    as_of: str
    first_seen: str
    last_seen: str
    closed_on: str = ""
    own_id: str = ""

    def __post_init__(self) -> None:
        """Fill in the own id."""
        if not self.own_id:
            object.__setattr__(self, "own_id", self.facility_id)

    @property
    def key(self) -> tuple[str, str]:
        """Source and record id."""
        return self.record.source, self.record.record_id


def read_records(
    connection: sa.Connection,
    *,
    source: str = "",
    scopes: Sequence[str] = (),
    record_ids: Sequence[str] = (),
    facility_ids: Sequence[str] = (),
    own_ids: sa.Select[tuple[str]] | None = None,
) -> list[StoredRecord]:
    """Return stored records, ordered by key.

    Parameters
    ----------
    source : str
        Only this source; empty for all.
    scopes, record_ids, facility_ids : sequence of str
        Only these (one of the three); empty for all.
    own_ids : sqlalchemy.Select, optional
        Only records whose own id is among these.
    """
    base = sa.select(records).order_by(records.c.source, records.c.record_id)
    if source:
        base = base.where(records.c.source == source)
    if own_ids is not None:
        base = base.where(records.c.own_id.in_(own_ids))
    choices = (
        (records.c.scope, scopes),
        (records.c.record_id, record_ids),
        (records.c.facility_id, facility_ids),
    )
    column, wanted = next(
        ((column, list(values)) for column, values in choices if values), (records.c.scope, [])
    )
    if not wanted:
        return [_stored(row) for row in connection.execute(base)]
    found = [
        _stored(row)
        for batch in _batches(wanted)
        for row in connection.execute(base.where(column.in_(batch)))
    ]
    return sorted(found, key=lambda item: item.key)


def record_scopes(connection: sa.Connection, source: str) -> list[str]:
    """Return the scopes of which a source has records, in order."""
    query = sa.select(records.c.scope).where(records.c.source == source).distinct()
    return sorted(connection.scalars(query))


def write_records(
    connection: sa.Connection,
    items: Iterable[StoredRecord],
    blocks: Mapping[tuple[str, str], str] | None = None,
) -> None:
    """Insert or replace records by key.

    Parameters
    ----------
    items : iterable of StoredRecord
    blocks : Mapping, optional
        By key the block in which each is compared with records of other sources.
    """
    for batch in _batches(list(items)):
        _delete_by_key(connection, records, [item.key for item in batch])
        connection.execute(
            sa.insert(records),
            [
                {
                    "source": item.record.source,
                    "record_id": item.record.record_id,
                    "facility_id": item.facility_id,
                    "own_id": item.own_id,
                    "link_block": (blocks or {}).get(item.key, ""),
                    "scope": item.scope,
                    "as_of": item.as_of,
                    "first_seen": item.first_seen,
                    "last_seen": item.last_seen,
                    "closed_on": item.closed_on,
                    "content": (content := documents.dump(item.record)),
                    "content_hash": documents.digest(content),
                }
                for item in batch
            ],
        )


def write_facilities(connection: sa.Connection, items: Iterable[Facility]) -> None:
    """Insert or replace facilities with their claims and identifiers."""
    for batch in _batches(list(items)):
        remove_facilities(connection, [item.id for item in batch])
        connection.execute(
            sa.insert(facilities),
            [
                {
                    "id": item.id,
                    "kind": item.kind,
                    "name": item.name,
                    "municipality_code": item.municipality_code,
                    "lon": item.location.lon,
                    "lat": item.location.lat,
                    "status": item.status,
                    "document": documents.dump(item),
                }
                for item in batch
            ],
        )
        _insert(connection, identifiers, [row for item in batch for row in _identifier_rows(item)])


def write_claims(connection: sa.Connection, items: Iterable[StoredRecord]) -> None:
    """Replace the claims of these records."""
    for batch in _batches(list(items)):
        _delete_by_key(connection, claims, [item.key for item in batch])
        _insert(
            connection,
            claims,
            [
                {
                    "facility_id": item.facility_id,
                    "source": item.record.source,
                    "record_id": item.record.record_id,
                    "ordinal": ordinal,
                    "code": claim.code,
                    "value": claim.value,
                    "evidence": claim.evidence,
                    "as_of": claim.as_of,
                    "valid_until": claim.valid_until,
                    "note": claim.note,
                }
                for item in batch
                for ordinal, claim in enumerate(item.record.claims)
            ],
        )


def remove_facilities(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Remove facilities and their identifiers (records and claims stay)."""
    for batch in _batches(list(ids)):
        connection.execute(sa.delete(identifiers).where(identifiers.c.facility_id.in_(batch)))
        connection.execute(sa.delete(facilities).where(facilities.c.id.in_(batch)))


def iter_facilities(connection: sa.Connection) -> Iterator[Facility]:
    """Yield every facility, ordered by id."""
    query = sa.select(facilities.c.document).order_by(facilities.c.id)
    for (document,) in connection.execute(query.execution_options(yield_per=1000)):
        yield documents.load_facility(document)


def facility_ids(connection: sa.Connection) -> list[str]:
    """Return the id of every facility that has a record, in order."""
    query = sa.select(records.c.facility_id).distinct().order_by(records.c.facility_id)
    return list(connection.scalars(query))


def facility_documents(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the stored JSON of these facilities by id; unknown ids are absent."""
    found: dict[str, str] = {}
    for batch in _batches(list(ids)):
        query = sa.select(facilities.c.id, facilities.c.document).where(facilities.c.id.in_(batch))
        found.update(connection.execute(query).all())
    return found


def record_facilities(
    connection: sa.Connection, source: str, record_ids: Sequence[str]
) -> dict[str, str]:
    """Return the facility of each record of a source; unknown records are absent."""
    found: dict[str, str] = {}
    for batch in _batches(list(record_ids)):
        query = sa.select(records.c.record_id, records.c.facility_id).where(
            records.c.source == source, records.c.record_id.in_(batch)
        )
        found.update((row.record_id, row.facility_id) for row in connection.execute(query))
    return found


def find_by_number(connection: sa.Connection, number: str) -> list[str]:
    """Return the ids of facilities with an official number, in order."""
    query = (
        sa.select(identifiers.c.facility_id)
        .where(identifiers.c.value == number)
        .order_by(identifiers.c.facility_id)
        .distinct()
    )
    return list(connection.scalars(query))


def redirect_of(connection: sa.Connection, old_id: str) -> str:
    """Return where an id that is no longer used leads to, empty if nowhere."""
    query = sa.select(redirects.c.new_id).where(redirects.c.old_id == old_id)
    target, passed = "", {old_id}
    while (found := connection.scalar(query) or "") and found not in passed:
        passed.add(found)
        target = found
        query = sa.select(redirects.c.new_id).where(redirects.c.old_id == found)
    return target


def all_redirects(connection: sa.Connection) -> dict[str, str]:
    """Return every redirect, old id to the id it leads to in the end."""
    rows = connection.execute(sa.select(redirects.c.old_id, redirects.c.new_id))
    steps = {row.old_id: row.new_id for row in rows}
    return {old: _end_of(old, steps) for old in steps}


def _end_of(old: str, steps: Mapping[str, str]) -> str:
    """Follow redirects; a circle, which should not be, is left where it closes."""
    passed = {old}
    current = steps[old]
    while current in steps and current not in passed:
        passed.add(current)
        current = steps[current]
    return current


def _identifier_rows(facility: Facility) -> list[dict[str, str]]:
    return [
        {"scheme": scheme, "value": value, "facility_id": facility.id}
        for scheme, value in sorted(facility.identifiers.items())
        if value
    ]


def _insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _delete_by_key(
    connection: sa.Connection, table: sa.Table, keys: Sequence[tuple[str, str]]
) -> None:
    """Delete the rows of these (source, record id)."""
    by_source: dict[str, list[str]] = {}
    for source, record_id in keys:
        by_source.setdefault(source, []).append(record_id)
    for source, ids in by_source.items():
        connection.execute(
            sa.delete(table).where(table.c.source == source, table.c.record_id.in_(ids))
        )


def _batches(items: list[_Item]) -> Iterator[list[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _stored(row: sa.Row[Any]) -> StoredRecord:
    return StoredRecord(
        record=documents.load_record(row.content),
        facility_id=row.facility_id,
        scope=row.scope,
        as_of=row.as_of,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        closed_on=row.closed_on,
        own_id=row.own_id,
    )
