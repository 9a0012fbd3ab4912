"""History of records: what each edition says of each record, for comparing editions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.store.batches import ROW_BATCH, batches, insert_rows, select_in
from geoportal.store.documents import digest, json_text
from geoportal.store.schema import record_contents, record_history, scope_editions

COMPARED: tuple[str, ...] = (
    *("kind", "name", "address", "postal_code", "municipality_code", "lon", "lat", "phone", "fax"),
    *("operator", "beds", "capacity", "filings"),
)
"""Attributes of a record by which editions are compared; ``serves`` besides, where it is known."""


@dataclass(frozen=True, slots=True)
class Listing:
    """That an edition lists a record.

    Attributes
    ----------
    record_id, as_of, scope, content_hash : str
        ``content_hash`` tells contents apart; see `read_contents`.
    """

    record_id: str
    as_of: str
    scope: str
    content_hash: str


def write_history(
    connection: sa.Connection,
    source: str,
    as_of: str,
    listed: Iterable[tuple[str, FacilityRecord]],
    silent: Collection[str] = (),
) -> None:
    """Store what an edition says.

    Source and day name the edition; ``listed`` are pairs of scope and record. Of the attributes
    ``silent`` it says nothing.

    Notes
    -----
    Two files of one edition that differ: the longer content is kept, then the one that sorts last,
    whichever was read first.
    """
    silent = frozenset(silent)
    coming = iter(listed)
    while batch := list(islice(coming, ROW_BATCH)):
        _write_batch(connection, source, as_of, batch, silent)


def _write_batch(
    connection: sa.Connection,
    source: str,
    as_of: str,
    listed: Iterable[tuple[str, FacilityRecord]],
    silent: Collection[str],
) -> None:
    fresh: dict[str, tuple[str, str]] = {}
    compared = [name for name in COMPARED if name not in silent]
    for scope, record in listed:
        values = {name: getattr(record, name) for name in compared}
        if record.serves:
            values["serves"] = record.serves
        fresh[record.record_id] = scope, json_text(values)
    stored = _stored_contents(connection, source, as_of, list(fresh))
    rows, contents = [], {}
    for record_id, (scope, content) in fresh.items():
        before = stored.get(record_id)
        new_rank = (len(content), content, scope)
        if before is not None and (len(before[1]), before[1], before[0]) >= new_rank:
            continue
        contents[key := digest(content)] = content
        rows.append(
            {
                "source": source,
                "record_id": record_id,
                "as_of": as_of,
                "scope": scope,
                "content_hash": key,
            }
        )
    column = record_contents.c.content_hash
    known = {row[0] for row in select_in(connection, sa.select(column), column, contents)}
    new = [
        {"content_hash": key, "content": contents[key]} for key in sorted(contents.keys() - known)
    ]
    insert_rows(connection, record_contents, new)
    _replace(connection, source, as_of, rows, stored)
    _drop_unused(
        connection,
        [digest(stored[row["record_id"]][1]) for row in rows if row["record_id"] in stored],
    )


def drop_listings(
    connection: sa.Connection,
    source: str,
    as_of: str,
    scopes: Iterable[str],
    record_ids: Iterable[str],
) -> None:
    """Forget that an edition lists these records, and these scopes completely."""
    for table, column, values in (
        (record_history, record_history.c.record_id, record_ids),
        (scope_editions, scope_editions.c.scope, scopes),
    ):
        for batch in batches(sorted(set(values))):
            connection.execute(
                sa.delete(table).where(
                    table.c.source == source, table.c.as_of == as_of, column.in_(batch)
                )
            )


def first_listings(
    connection: sa.Connection, source: str, record_ids: Iterable[str]
) -> dict[str, str]:
    """Return for each of these records the first edition that lists it."""
    column = record_history.c.record_id
    query = (
        sa.select(column, sa.func.min(record_history.c.as_of).label("first"))
        .where(record_history.c.source == source)
        .group_by(column)
    )
    rows = select_in(connection, query, column, sorted(record_ids))
    return {row.record_id: row.first for row in rows}


def edition_dates(connection: sa.Connection, source: str) -> list[str]:
    """Return the ISO dates of a source's editions that list facilities, ascending."""
    query = (
        sa.select(record_history.c.as_of)
        .where(record_history.c.source == source)
        .distinct()
        .order_by(record_history.c.as_of)
    )
    return list(connection.scalars(query))


def sources_with_history(connection: sa.Connection) -> list[str]:
    """Return the sources that list facilities, in order."""
    query = sa.select(record_history.c.source).distinct().order_by(record_history.c.source)
    return list(connection.scalars(query))


def last_listings(connection: sa.Connection, source: str, day: str) -> dict[str, Listing]:
    """Return for each record the last edition up to a day (ISO date, inclusive) that lists it."""
    query = (
        sa.select(record_history)
        .where(record_history.c.source == source, record_history.c.as_of <= day)
        .order_by(record_history.c.as_of)
    )
    return {
        row.record_id: Listing(row.record_id, row.as_of, row.scope, row.content_hash)
        for row in connection.execute(query)
    }


def read_contents(connection: sa.Connection, hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return contents by hash; an attribute that an edition says nothing of is missing."""
    query, column = sa.select(record_contents), record_contents.c.content_hash
    rows = select_in(connection, query, column, sorted(set(hashes)))
    return {row.content_hash: orjson.loads(row.content) for row in rows}


def past_of(
    connection: sa.Connection, source: str, record_id: str
) -> list[tuple[str, dict[str, Any]]]:
    """Return date and content of every edition that lists a record, oldest first.

    A content has the attributes of `COMPARED`; empty when no edition of this source is stored.
    """
    query = (
        sa.select(record_history.c.as_of, record_contents.c.content)
        .join(record_contents, record_contents.c.content_hash == record_history.c.content_hash)
        .where(record_history.c.source == source, record_history.c.record_id == record_id)
        .order_by(record_history.c.as_of)
    )
    return [(as_of, orjson.loads(content)) for as_of, content in connection.execute(query)]


def _stored_contents(
    connection: sa.Connection, source: str, as_of: str, ids: list[str]
) -> dict[str, tuple[str, str]]:
    query = (
        sa.select(record_history.c.record_id, record_history.c.scope, record_contents.c.content)
        .join(record_contents, record_contents.c.content_hash == record_history.c.content_hash)
        .where(record_history.c.source == source, record_history.c.as_of == as_of)
    )
    rows = select_in(connection, query, record_history.c.record_id, ids)
    return {row.record_id: (row.scope, row.content) for row in rows}


def _replace(
    connection: sa.Connection,
    source: str,
    as_of: str,
    rows: list[dict[str, str]],
    held: Collection[str],
) -> None:
    """Insert or replace what an edition says of records; ``held`` are those it has been said of."""
    replaced = [row["record_id"] for row in rows if row["record_id"] in held]
    for batch in batches(replaced):
        connection.execute(
            sa.delete(record_history).where(
                record_history.c.source == source,
                record_history.c.as_of == as_of,
                record_history.c.record_id.in_(batch),
            )
        )
    insert_rows(connection, record_history, rows)


def _drop_unused(connection: sa.Connection, hashes: list[str]) -> None:
    """Remove contents that no edition has any more."""
    for batch in batches(hashes):
        connection.execute(
            sa.delete(record_contents).where(
                record_contents.c.content_hash.in_(batch),
                ~sa.exists().where(record_history.c.content_hash == record_contents.c.content_hash),
            )
        )
