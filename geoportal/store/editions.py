"""Editions in the database: which files were imported, and which scopes each edition lists.

A scope is the part of a source that is published together, for example ``"130/40101"`` (service
and municipality). Keeping the dates on which a scope was listed makes closing independent of the
order of import: a record is closed on the first later edition of its scope that lacks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from geoportal.domain.dating import UNDATED
from geoportal.domain.imported_file import ImportedFile
from geoportal.store.batches import insert_rows
from geoportal.store.schema import editions, import_issues, records, scope_editions
from geoportal.text.contact import visible


def read_imported_files(connection: sa.Connection) -> list[ImportedFile]:
    """Return every imported file, newest edition first."""
    columns = [editions.c[name] for name in ImportedFile.__dataclass_fields__]
    query = sa.select(*columns).order_by(editions.c.as_of.desc(), editions.c.id.desc())
    return [ImportedFile(*row) for row in connection.execute(query)]


def edition_of_digest(connection: sa.Connection, source: str, sha256: str) -> str:
    """Return the ISO date under which the same bytes were imported before, empty if never.

    When they were imported under several dates, the latest is returned.
    """
    query = sa.select(sa.func.max(editions.c.as_of)).where(
        editions.c.source == source, editions.c.sha256 == sha256
    )
    return connection.scalar(query) or ""


def has_edition(connection: sa.Connection, source: str, sha256: str, as_of: str) -> bool:
    """Say whether these bytes were imported before as this edition."""
    query = sa.select(editions.c.id).where(
        editions.c.source == source, editions.c.sha256 == sha256, editions.c.as_of == as_of
    )
    return connection.scalar(query.limit(1)) is not None


def rows_of_others(
    connection: sa.Connection, source: str, as_of: str, digests: Iterable[str]
) -> tuple[int, ...]:
    """Return the rows taken of each file of this edition but those with these digests."""
    query = sa.select(editions.c.accepted).where(
        editions.c.source == source,
        editions.c.as_of == as_of,
        editions.c.sha256.not_in(sorted(digests)),
    )
    return tuple(connection.scalars(query))


def drop_undated(connection: sa.Connection, source: str, sha256: str) -> tuple[str, ...]:
    """Forget the editions of unknown date as which these bytes were imported; return their days."""
    chosen = (
        editions.c.source == source,
        editions.c.sha256 == sha256,
        editions.c.as_of.startswith(UNDATED),
    )
    forgotten = connection.execute(sa.select(editions.c.id, editions.c.as_of).where(*chosen)).all()
    connection.execute(
        sa.delete(import_issues).where(import_issues.c.edition.in_([row.id for row in forgotten]))
    )
    connection.execute(sa.delete(editions).where(*chosen))
    return tuple(row.as_of for row in forgotten)


def write_edition(connection: sa.Connection, values: Mapping[str, Any]) -> int:
    """Add an imported file and return its number; ``values`` has the other columns."""
    seen = {
        key: visible(value) if isinstance(value, str) else value for key, value in values.items()
    }
    query = sa.insert(editions).values(**seen).returning(editions.c.id)
    return int(connection.execute(query).scalar_one())


def read_scope_editions(connection: sa.Connection, source: str) -> dict[str, list[str]]:
    """Return, for each scope of a source, the ISO dates that list it, ascending."""
    query = (
        sa.select(scope_editions.c.scope, scope_editions.c.as_of)
        .where(scope_editions.c.source == source)
        .order_by(scope_editions.c.scope, scope_editions.c.as_of)
    )
    dates: dict[str, list[str]] = {}
    for scope, as_of in connection.execute(query):
        dates.setdefault(scope, []).append(as_of)
    return dates


def read_held_scopes(connection: sa.Connection) -> dict[str, set[str]]:
    """Return, for each source, the scopes that any of its editions lists."""
    query = sa.select(scope_editions.c.source, scope_editions.c.scope).distinct()
    held: dict[str, set[str]] = {}
    for source, scope in connection.execute(query):
        held.setdefault(source, set()).add(scope)
    return held


def add_scope_editions(
    connection: sa.Connection, source: str, scopes: Iterable[str], as_of: str
) -> None:
    """Record that an edition lists these scopes completely; known ones are left as they are."""
    known = read_scope_editions(connection, source)
    rows = [
        {"source": source, "scope": scope, "as_of": as_of}
        for scope in sorted(set(scopes))
        if as_of not in known.get(scope, ())
    ]
    insert_rows(connection, scope_editions, rows)


def open_count(connection: sa.Connection, source: str) -> int:
    """Return how many records of a source are held that it lists still."""
    query = sa.select(sa.func.count()).where(records.c.source == source, records.c.closed_on == "")
    return int(connection.execute(query).scalar_one())
