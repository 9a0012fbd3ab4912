"""Records and facilities in the database."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import orjson
import sqlalchemy as sa
from numpy.typing import NDArray

from geoportal.domain.facility import Facility, FacilityRecord
from geoportal.domain.made_quickly import made_quickly
from geoportal.store import documents
from geoportal.store.batches import ROW_BATCH, among, batches, insert_values, select_in
from geoportal.store.schema import claims, facilities, identifiers, records, redirects
from geoportal.text.contact import visible

_LISTING = ("facility_id", "scope", "as_of", "first_seen", "last_seen", "closed_on", "own_id")
"""Columns of ``records`` that are attributes of a `StoredRecord`."""

RecordRow = tuple[str, ...]
"""Source, record id, content, origins and `_LISTING` of a record, as stored."""
_FACILITY = 4
"""Where the facility stands in it."""

FacilityRow = tuple[tuple[Any, ...], list[tuple[str, str]]]
"""Values of `_FACILITY_COLUMNS`, and scheme and value of each official number."""
_FACILITY_COLUMNS = (
    *("id", "kind", "name", "municipality_code", "lon", "lat", "status"),
    "document",
)
_OWN_ID, _DOCUMENT = 0, -1

RecordValues = tuple[tuple[str, ...], list[tuple[Any, ...]]]
"""Values of `_RECORD_COLUMNS` of a record, and of `_CLAIM_COLUMNS` of each of its claims."""
_RECORD_COLUMNS = (
    *("source", "record_id", *_LISTING),
    *("link_block", "content_hash", "content", "origins"),
)
_listing_values = attrgetter(*_LISTING)

_CLAIM = ("code", "value", "evidence", "as_of", "valid_until", "note")
"""Columns of ``claims`` that are attributes of a `Claim`."""
_CLAIM_COLUMNS = ("source", "record_id", "facility_id", "ordinal", *_CLAIM)
_claim_values = attrgetter(*_CLAIM)


@made_quickly
@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as stored.

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
    origins : mapping of str to tuple
        For each attribute that the newest edition has no column for: rank of the edition that its
        value is from, beginning with its day; empty when no edition has said anything.
    """

    record: FacilityRecord
    facility_id: str
    scope: str
    as_of: str
    first_seen: str
    last_seen: str
    closed_on: str = ""
    own_id: str = ""
    origins: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the facility id as own id unless one is given."""
        if not self.own_id:
            object.__setattr__(self, "own_id", self.facility_id)

    @property
    def key(self) -> tuple[str, str]:
        """Source and record id."""
        return self.record.source, self.record.record_id


class HeldRecord(NamedTuple):
    """How long a record has been listed, and where: see `StoredRecord`."""

    scope: str
    first_seen: str
    last_seen: str
    closed_on: str


def held_records(
    connection: sa.Connection, source: str, scopes: Sequence[str], record_ids: Sequence[str]
) -> dict[str, HeldRecord]:
    """Return by record id those that a source has in some scopes, and some others of it.

    Those of the scopes come first, in order.
    """
    c = records.c
    query = sa.select(c.record_id, c.scope, c.first_seen, c.last_seen, c.closed_on).where(
        c.source == source
    )
    held: dict[str, HeldRecord] = {}
    same: dict[str, str] = {}
    for column, wanted in ((c.scope, scopes), (c.record_id, record_ids)):
        rest = [one for one in wanted if one not in held]
        found: list[tuple[str, HeldRecord]] = []
        for row in select_in(connection, query, column, rest):
            texts: tuple[str, ...] = tuple(row)[1:]
            found.append((row[0], HeldRecord(*[same.setdefault(one, one) for one in texts])))
        held.update(sorted(found))
    return held


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

    Only those of a source (empty for all), with their own id among those that ``own_ids`` selects,
    and of one choice: give at most one of ``scopes``, ``record_ids`` and ``facility_ids``.
    """
    base = _record_rows()
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
    rows = select_in(connection, base, column, wanted) if wanted else connection.execute(base)
    stored = [stored_record(tuple(row)) for row in rows]
    return sorted(stored, key=lambda record: record.key) if wanted else stored


def read_record_rows(
    connection: sa.Connection, facility_ids: Sequence[str]
) -> dict[str, list[RecordRow]]:
    """Return the records of facilities as they are stored, by facility and in order of key."""
    found: dict[str, list[RecordRow]] = {}
    rows = select_in(connection, _record_rows(), records.c.facility_id, facility_ids)
    for row in sorted(map(tuple, rows), key=lambda row: row[:2]):
        found.setdefault(row[_FACILITY], []).append(row)
    return found


def stored_record(row: RecordRow) -> StoredRecord:
    """Rebuild a record from its row."""
    _source, _record_id, content, origins, *listing = row
    return StoredRecord(
        record=documents.load_record(content),
        origins=_load_origins(origins),
        **dict(zip(_LISTING, listing, strict=True)),
    )


def _record_rows() -> sa.Select[Any]:
    """Return the query of all records as `RecordRow`."""
    c = records.c
    columns = (c.source, c.record_id, c.content, c.origins, *(c[name] for name in _LISTING))
    return sa.select(*columns).order_by(c.source, c.record_id)


def _dump_origins(origins: Mapping[str, tuple[str | int, ...]]) -> str:
    return orjson.dumps(origins, option=orjson.OPT_SORT_KEYS).decode() if origins else ""


def _load_origins(text: str) -> dict[str, tuple[str | int, ...]]:
    return {name: tuple(rank) for name, rank in orjson.loads(text).items()} if text else {}


def record_scopes(connection: sa.Connection, source: str) -> list[str]:
    """Return the scopes of which a source has records, in order."""
    query = sa.select(records.c.scope).where(records.c.source == source).distinct()
    return sorted(connection.scalars(query))


def read_rows_by_id(
    connection: sa.Connection, source: str, record_ids: Sequence[str]
) -> list[RecordRow]:
    """Return the records of a source with these ids as they are stored."""
    query = _record_rows().order_by(None).where(records.c.source == source)
    return [tuple(row) for row in select_in(connection, query, records.c.record_id, record_ids)]


def record_values(stored: StoredRecord, block: str) -> RecordValues:
    """Return a record, which is compared with others of a block, as it is to be stored."""
    record = stored.record
    content = documents.dump(record)
    own = record.source, record.record_id
    row = (
        *(*own, *_listing_values(stored)),
        *(block, documents.digest(content), content, _dump_origins(stored.origins)),
    )
    claims_of = [
        (*own, stored.facility_id, ordinal, *_claim_values(claim))
        for ordinal, claim in enumerate(record.claims)
    ]
    return row, claims_of


def write_record_values(connection: sa.Connection, values: Sequence[RecordValues]) -> None:
    """Insert records that are not stored, and their claims."""
    for batch in batches(values, ROW_BATCH):
        insert_values(connection, records, _RECORD_COLUMNS, [row for row, _ in batch])
        rows = [claim for _, own in batch for claim in own]
        insert_values(connection, claims, _CLAIM_COLUMNS, rows)


def write_facilities(connection: sa.Connection, resolved: Iterable[Facility]) -> None:
    """Insert or replace facilities with their identifiers."""
    write_facility_rows(connection, map(facility_row, resolved))


def facility_row(facility: Facility) -> FacilityRow:
    """Return a facility as it is stored."""
    numbers = sorted((scheme, value) for scheme, value in facility.identifiers.items() if value)
    location = facility.location
    return (
        facility.id,
        facility.kind,
        visible(facility.name),
        facility.municipality_code,
        location.lon,
        location.lat,
        facility.status,
        documents.dump(facility),
    ), numbers


def differs(row: FacilityRow, before: Mapping[str, str]) -> bool:
    """Say whether a facility is another than the stored JSON by id says."""
    values, _ = row
    return bool(values[_DOCUMENT] != before.get(values[_OWN_ID]))


def write_facility_rows(
    connection: sa.Connection, rows: Iterable[FacilityRow], held: Collection[str] | None = None
) -> None:
    """Insert or replace facilities with their identifiers.

    ``held``: ids of those that may be replaced, if that is known.
    """
    for batch in batches(list(rows), ROW_BATCH):
        ids = [values[_OWN_ID] for values, _ in batch]
        remove_facilities(connection, [id_ for id_ in ids if held is None or id_ in held])
        insert_values(connection, facilities, _FACILITY_COLUMNS, [values for values, _ in batch])
        numbers = [(*number, values[_OWN_ID]) for values, own in batch for number in own]
        insert_values(connection, identifiers, ("scheme", "value", "facility_id"), numbers)


def remove_records(connection: sa.Connection, source: str, record_ids: Sequence[str]) -> None:
    """Remove records of a source and their claims."""
    for table in (records, claims):
        for batch in batches(record_ids):
            own = table.c.source == source, among(connection, table.c.record_id, batch)
            connection.execute(sa.delete(table).where(*own))


def remove_facilities(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Remove facilities and their identifiers (records and claims stay)."""
    for batch in batches(list(ids)):
        for table, column in (
            (identifiers, identifiers.c.facility_id),
            (facilities, facilities.c.id),
        ):
            connection.execute(sa.delete(table).where(among(connection, column, batch)))


def iter_facilities(connection: sa.Connection) -> Iterator[Facility]:
    """Yield every facility, ordered by id."""
    query = sa.select(facilities.c.document).order_by(facilities.c.id)
    for (document,) in connection.execute(query.execution_options(yield_per=1000)):
        yield documents.load_facility(document)


def read_positions(
    connection: sa.Connection,
) -> tuple[list[str], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Return of every facility, ordered by id: its id, whether it is open, longitude, latitude.

    The position is in degrees, NaN where it is not known.
    """
    c = facilities.c
    query = sa.select(c.id, c.status == "open", c.lon, c.lat).order_by(c.id)
    ids: list[str] = []
    is_open, lon, lat = array("b"), array("d"), array("d")
    for row in connection.execute(query.execution_options(yield_per=ROW_BATCH)):
        ids.append(row[0])
        is_open.append(bool(row[1]))
        lon.append(nan if row[2] is None else row[2])
        lat.append(nan if row[3] is None else row[3])
    return ids, np.array(is_open, dtype=bool), np.array(lon), np.array(lat)


def read_documents(connection: sa.Connection, ids: Sequence[str]) -> Iterator[str]:
    """Yield the stored JSON of facilities by their ids, in this order."""
    for batch in batches(ids):
        texts = facility_documents(connection, batch)
        yield from (texts[facility_id] for facility_id in batch)


def facility_ids(connection: sa.Connection) -> list[str]:
    """Return the id of every facility that has a record, in order."""
    query = sa.select(records.c.facility_id).distinct().order_by(records.c.facility_id)
    return list(connection.scalars(query))


def begun_names(connection: sa.Connection, ids: Sequence[str], beginning: str) -> list[str]:
    """Return the names of these facilities that begin so, in order."""
    query = sa.select(facilities.c.name).where(facilities.c.name.startswith(beginning))
    return sorted(row.name for row in select_in(connection, query, facilities.c.id, ids))


def facility_documents(connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return the stored JSON of these facilities by id; unknown ids are absent."""
    query = sa.select(facilities.c.id, facilities.c.document)
    return dict(map(tuple, select_in(connection, query, facilities.c.id, ids)))


def record_facilities(
    connection: sa.Connection, source: str, record_ids: Sequence[str]
) -> dict[str, str]:
    """Return the facility of each record of a source; unknown records are absent."""
    query = sa.select(records.c.record_id, records.c.facility_id).where(records.c.source == source)
    rows = select_in(connection, query, records.c.record_id, record_ids)
    return {row.record_id: row.facility_id for row in rows}


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
    target, visited = "", {old_id}
    while (next_id := connection.scalar(query) or "") and next_id not in visited:
        visited.add(next_id)
        target = next_id
        query = sa.select(redirects.c.new_id).where(redirects.c.old_id == next_id)
    return target


def all_redirects(connection: sa.Connection) -> dict[str, str]:
    """Return every redirect, old id to the id it leads to in the end."""
    rows = connection.execute(sa.select(redirects.c.old_id, redirects.c.new_id))
    steps = {row.old_id: row.new_id for row in rows}
    return {old: _end_of(old, steps) for old in steps}


def _end_of(old: str, steps: Mapping[str, str]) -> str:
    """Follow redirects; a cycle, which should not occur, ends where it closes."""
    visited = {old}
    current = steps[old]
    while current in steps and current not in visited:
        visited.add(current)
        current = steps[current]
    return current
