"""What each edition said of each record: enough to tell two editions apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.store.documents import digest
from geoportal.store.schema import record_contents, record_history, scope_editions

COMPARED: tuple[str, ...] = (
    "kind",
    "name",
    "address",
    "postal_code",
    "municipality_code",
    "lon",
    "lat",
    "phone",
    "fax",
    "operator",
    "beds",
    "capacity",
    "filings",
)
"""Attributes of a record by which editions are compared."""
_BATCH = 500


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
) -> None:
    """Note what an edition says.

    Parameters
    ----------
    source, as_of : str
        The edition.
    listed : iterable of (str, FacilityRecord)
        Scope and record.

    Notes
    -----
    Two files of one edition that differ: the longer content is kept, then the one that sorts last,
    whichever was read first.
    """
    fresh = {record.record_id: (scope, _content(record)) for scope, record in listed}
    held = _held(connection, source, as_of, list(fresh))
    rows, contents = [], {}
    for record_id, (scope, content) in fresh.items():
        before = held.get(record_id)
        mine = (len(content), content, scope)
        if before is not None and (len(before[1]), before[1], before[0]) >= mine:
            continue
        contents[digest(content)] = content
        rows.append(
            {
                "source": source,
                "record_id": record_id,
                "as_of": as_of,
                "scope": scope,
                "content_hash": digest(content),
            }
        )
    _insert_contents(connection, contents)
    _replace(connection, source, as_of, rows)
    _drop_unused(
        connection, [digest(held[row["record_id"]][1]) for row in rows if row["record_id"] in held]
    )


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
    """Return for each record the last edition up to a day that lists it.

    Parameters
    ----------
    day : str
        ISO date, inclusive.
    """
    query = (
        sa.select(record_history)
        .where(record_history.c.source == source, record_history.c.as_of <= day)
        .order_by(record_history.c.as_of)
    )
    return {
        row.record_id: Listing(row.record_id, row.as_of, row.scope, row.content_hash)
        for row in connection.execute(query)
    }


def complete_dates(connection: sa.Connection, source: str) -> dict[str, list[str]]:
    """Return for each scope the dates on which it was listed completely, ascending."""
    query = (
        sa.select(scope_editions.c.scope, scope_editions.c.as_of)
        .where(scope_editions.c.source == source)
        .order_by(scope_editions.c.as_of)
    )
    found: dict[str, list[str]] = {}
    for scope, as_of in connection.execute(query):
        found.setdefault(scope, []).append(as_of)
    return found


def read_contents(connection: sa.Connection, hashes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return contents by hash."""
    found: dict[str, dict[str, Any]] = {}
    wanted = sorted(set(hashes))
    for start in range(0, len(wanted), _BATCH):
        query = sa.select(record_contents).where(
            record_contents.c.content_hash.in_(wanted[start : start + _BATCH])
        )
        found.update(
            (row.content_hash, orjson.loads(row.content)) for row in connection.execute(query)
        )
    return found


def _content(record: FacilityRecord) -> str:
    values = {name: getattr(record, name) for name in COMPARED}
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode()


def _held(
    connection: sa.Connection, source: str, as_of: str, ids: list[str]
) -> dict[str, tuple[str, str]]:
    query = (
        sa.select(record_history.c.record_id, record_history.c.scope, record_contents.c.content)
        .join(
            record_contents,
            record_contents.c.content_hash == record_history.c.content_hash,
        )
        .where(record_history.c.source == source, record_history.c.as_of == as_of)
    )
    wanted = set(ids)
    return {
        row.record_id: (row.scope, row.content)
        for row in connection.execute(query)
        if row.record_id in wanted
    }


def _insert_contents(connection: sa.Connection, contents: Mapping[str, str]) -> None:
    wanted = sorted(contents)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        known = set(
            connection.scalars(
                sa.select(record_contents.c.content_hash).where(
                    record_contents.c.content_hash.in_(batch)
                )
            )
        )
        rows = [
            {"content_hash": key, "content": contents[key]} for key in batch if key not in known
        ]
        if rows:
            connection.execute(sa.insert(record_contents), rows)


def _replace(
    connection: sa.Connection, source: str, as_of: str, rows: list[dict[str, str]]
) -> None:
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        connection.execute(
            sa.delete(record_history).where(
                record_history.c.source == source,
                record_history.c.as_of == as_of,
                record_history.c.record_id.in_([row["record_id"] for row in batch]),
            )
        )
        connection.execute(sa.insert(record_history), batch)


def _drop_unused(connection: sa.Connection, hashes: list[str]) -> None:
    """Remove wordings that no edition has any more."""
    for start in range(0, len(hashes), _BATCH):
        connection.execute(
            sa.delete(record_contents).where(
                record_contents.c.content_hash.in_(hashes[start : start + _BATCH]),
                ~sa.exists().where(record_history.c.content_hash == record_contents.c.content_hash),
            )
        )
