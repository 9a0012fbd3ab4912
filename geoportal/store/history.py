"""History of records: what each edition says of each record, for comparing editions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.store.batches import ROW_BATCH, among, batches, insert_values, select_in
from geoportal.store.documents import digest, json_text
from geoportal.store.schema import record_contents, record_history, scope_editions

COMPARED: tuple[str, ...] = (
    *("kind", "name", "address", "postal_code", "municipality_code", "lon", "lat", "phone", "fax"),
    *("operator", "beds", "capacity", "filings"),
)
"""Attributes of a record by which editions are compared; ``serves`` besides, where it is known."""


class Listing(NamedTuple):
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


Line = tuple[str, str, str, str]
"""What an edition says of a record: its id, its scope, `COMPARED` as JSON, the digest of that."""


def history_lines(
    listed: Iterable[tuple[str, FacilityRecord]], silent: Collection[str] = ()
) -> list[Line]:
    """Return what an edition says of records, given with their scopes, but of fields ``silent``."""
    compared = [name for name in COMPARED if name not in silent]
    lines = []
    for scope, record in listed:
        values = {name: getattr(record, name) for name in compared}
        if record.serves:
            values["serves"] = record.serves
        content = json_text(values)
        lines.append((record.record_id, scope, content, digest(content)))
    return lines


def write_history(
    connection: sa.Connection,
    source: str,
    as_of: str,
    listed: Iterable[tuple[str, FacilityRecord]],
) -> None:
    """Store what an edition, named by source and day, says; ``listed``: scopes and records."""
    write_lines(connection, source, as_of, history_lines(listed))


def write_lines(connection: sa.Connection, source: str, as_of: str, lines: Sequence[Line]) -> None:
    """Store what an edition says.

    Source and day name the edition.

    Notes
    -----
    Two files of one edition that differ: the longer content is kept, then the one that sorts last,
    whichever was read first.
    """
    for batch in batches(lines, ROW_BATCH):
        _write_batch(connection, source, as_of, {line[0]: line for line in batch})


def _write_batch(
    connection: sa.Connection, source: str, as_of: str, fresh: Mapping[str, Line]
) -> None:
    stored = _stored_contents(connection, source, as_of, list(fresh))
    rows, contents = [], {}
    for record_id, (_, scope, content, key) in fresh.items():
        before = stored.get(record_id)
        new_rank = (len(content), content, scope)
        if before is not None and (len(before[1]), before[1], before[0]) >= new_rank:
            continue
        contents[key] = content
        rows.append((source, record_id, as_of, scope, key))
    column = record_contents.c.content_hash
    known = {row[0] for row in select_in(connection, sa.select(column), column, contents)}
    new = [(key, contents[key]) for key in sorted(contents.keys() - known)]
    insert_values(connection, record_contents, ("content_hash", "content"), new)
    replaced = [record_id for _, record_id, *_ in rows if record_id in stored]
    _replace(connection, source, as_of, rows, replaced)
    _drop_unused(connection, [digest(stored[record_id][1]) for record_id in replaced])


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
                    table.c.source == source,
                    table.c.as_of == as_of,
                    among(connection, column, batch),
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


def last_listings(
    connection: sa.Connection, source: str, day: str, after: str = ""
) -> dict[str, Listing]:
    """Return for each record the last edition up to a day (ISO date, inclusive) that lists it.

    Of the editions ``after`` a day alone, where one is given.
    """
    as_of = record_history.c.as_of
    query = (
        sa.select(*(record_history.c[name] for name in Listing._fields))
        .where(record_history.c.source == source, as_of <= day, as_of > after)
        .order_by(as_of)
    )
    listings = map(Listing._make, connection.execute(query).all())
    return {listing.record_id: listing for listing in listings}


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
    rows: Sequence[tuple[str, ...]],
    replaced: Sequence[str],
) -> None:
    """Insert what an edition says of records, some of which it has said something of before."""
    for batch in batches(replaced):
        connection.execute(
            sa.delete(record_history).where(
                record_history.c.source == source,
                record_history.c.as_of == as_of,
                among(connection, record_history.c.record_id, batch),
            )
        )
    names = ("source", "record_id", "as_of", "scope", "content_hash")
    insert_values(connection, record_history, names, rows)


def _drop_unused(connection: sa.Connection, hashes: list[str]) -> None:
    """Remove contents that no edition has any more."""
    for batch in batches(hashes):
        connection.execute(
            sa.delete(record_contents).where(
                among(connection, record_contents.c.content_hash, batch),
                ~sa.exists().where(record_history.c.content_hash == record_contents.c.content_hash),
            )
        )
