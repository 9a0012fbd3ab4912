"""Facts of staff for the public: what answers lay over the facts of files.

They lie where staff write them, never in the way of an import: on PostgreSQL in the same database,
on SQLite in the file beside it (``geoportal.db.desk``). There is one row for each facility, written
whole. Who reads them here knows nothing of the staff side; where there is none, there are no facts.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from geoportal.domain.staff_facts import StaffFacts
from geoportal.domain.stand_in import GROUP_SOURCE, StandInGroup
from geoportal.errors import GeoportalError
from geoportal.store.documents import dump_staff_facts, load_staff_facts
from geoportal.store.read_only import BROKEN, DAMAGED_STAFF, is_damage, read_only_uri

if TYPE_CHECKING:
    import sqlalchemy as sa

    from geoportal.store.database import Database

TABLES: Final = (
    (
        "CREATE TABLE desk_public_facts "
        "(facility_id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL)"
    ),
    "CREATE TABLE desk_public_state (version TEXT NOT NULL, changed_at TEXT NOT NULL)",
    "INSERT INTO desk_public_state VALUES ('', '0')",
)
"""What makes the tables. The state is one row: a version that changes with the facts, and when it
changed last, seconds since 1970."""

SUFFIX: Final = ".desk"
_STATE: Final = "SELECT version, changed_at FROM desk_public_state"
_FACTS: Final = "SELECT facility_id, document FROM desk_public_facts ORDER BY facility_id"
_GROUPS: Final = (
    "SELECT g.id, g.sort, g.name, g.changed_at, g.last_day, m.facility_id "
    "FROM desk_groups g JOIN desk_group_members m ON m.group_id = g.id "
    "WHERE g.audience = 'public' ORDER BY g.id, m.place"
)
"""Public groups, a row for each member: as staff keep them, nothing is written twice."""
_HAS_GROUPS: Final = {
    True: "SELECT 1 FROM sqlite_master WHERE name = 'desk_group_members'",
    False: "SELECT 1 WHERE to_regclass('desk_group_members') IS NOT NULL",
}
_PRESENT: Final = {
    True: "SELECT 1 FROM sqlite_master WHERE name = 'desk_public_state'",
    False: "SELECT 1 WHERE to_regclass('desk_public_state') IS NOT NULL",
}

Execute = Callable[[str], Sequence[Any]]
"""Runs a statement and returns its rows."""


@contextmanager
def facts_of(database: Database) -> Iterator[Execute | None]:
    """Yield what reads the facts that lie with a database, None where there are none.

    Raises
    ------
    GeoportalError
        When the file they lie in is damaged.
    """
    if database.is_sqlite:
        try:
            with facts_beside(database.derived_directory.with_suffix("")) as execute:
                yield execute
        except BROKEN as error:
            if not is_damage(error):  # locked, for example
                raise
            raise GeoportalError(DAMAGED_STAFF) from error
        return
    with database.engine.connect() as connection:

        def run(statement: str) -> Sequence[Any]:
            return connection.exec_driver_sql(statement).all()

        yield run if run(_PRESENT[False]) else None


@contextmanager
def facts_beside(database: Path) -> Iterator[Execute | None]:
    """Yield what reads the facts beside an embedded database, None where there are none."""
    path = database.with_name(database.name + SUFFIX)
    if not path.is_file():
        yield None
        return
    with closing(sqlite3.connect(read_only_uri(path), uri=True, timeout=10)) as connection:

        def run(statement: str) -> Sequence[Any]:
            return connection.execute(statement).fetchall()

        yield run if run(_PRESENT[True]) else None


def facts_version(execute: Execute | None) -> tuple[str, float]:
    """Return the version of the facts, empty for none, and since when, seconds since 1970."""
    if execute is None:
        return "", 0.0
    ((version, changed_at),) = execute(_STATE)
    return version, float(changed_at)


def read_facts(execute: Execute | None) -> list[StaffFacts]:
    """Return what is known of each facility, in order of id."""
    rows = () if execute is None else execute(_FACTS)
    return [load_staff_facts(facility_id, document) for facility_id, document in rows]


def read_public_groups(execute: Execute | None, *, is_sqlite: bool) -> list[StandInGroup]:
    """Return the groups of offices that the public is told of, in order of id; ended ones too."""
    if execute is None or not execute(_HAS_GROUPS[is_sqlite]):
        return []
    members: dict[tuple[str, ...], list[str]] = {}
    for *group, member in execute(_GROUPS):
        members.setdefault(tuple(group), []).append(member)
    return [
        StandInGroup(sort, name, tuple(held), GROUP_SOURCE, changed_at[:10], last_day)
        for (_, sort, name, changed_at, last_day), held in members.items()
    ]


def write_facts(connection: sa.Connection, changed: Iterable[StaffFacts], moment: float) -> None:
    """Replace what is known of some facilities; of one without claims and correction nothing is.

    ``moment`` is the present time in seconds since 1970. The transaction is one that writes: on
    PostgreSQL one waits here for another until it ends.
    """
    import sqlalchemy as sa  # takes time to load

    digest = _digest(connection)
    for facts in changed:
        document = dump_staff_facts(facts)
        digest.update(f"\n{facts.facility_id} {document}".encode())
        row = {"id": facts.facility_id, "document": document}
        connection.execute(sa.text("DELETE FROM desk_public_facts WHERE facility_id = :id"), row)
        if facts.claims or facts.correction.any:
            connection.execute(
                sa.text("INSERT INTO desk_public_facts VALUES (:id, :document)"), row
            )
    _set_state(connection, digest.hexdigest()[:8], moment)


def tell_change(connection: sa.Connection, what: str, moment: float) -> None:
    """Have the public side read again: ``what`` changed beside the facts, in this transaction.

    ``moment`` is the present time in seconds since 1970.
    """
    digest = _digest(connection)
    digest.update(f"\n{what}".encode())
    _set_state(connection, digest.hexdigest()[:8], moment)


def _digest(connection: sa.Connection) -> hashlib._Hash:
    """Return a digest that begins with the present version; others that write wait for this."""
    connection.exec_driver_sql("UPDATE desk_public_state SET version = version")
    version = cast("str", connection.exec_driver_sql(_STATE).one()[0])
    return hashlib.sha256(version.encode())


def _set_state(connection: sa.Connection, version: str, moment: float) -> None:
    import sqlalchemy as sa  # takes time to load

    from geoportal.store.database import announce

    connection.execute(
        sa.text("UPDATE desk_public_state SET version = :version, changed_at = :at"),
        {"version": version, "at": f"{moment:.3f}"},
    )
    announce(connection)
