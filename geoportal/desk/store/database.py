"""The staff side's tables: where they are, short transactions, migrations of their own.

On PostgreSQL they are in the same database as the data. On SQLite they are in a file beside it
(``geoportal.db.desk``): an import holds the only right to write of its file for as long as it
takes, and staff must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from geoportal.errors import BusyError, GeoportalError, NotFoundError
from geoportal.store.database import configure_sqlite
from geoportal.store.read_only import DAMAGED_STAFF, is_damage
from geoportal.store.revisions import newest_revision, revision_of
from geoportal.store.server import server_engine

VERSION_TABLE: Final = "desk_version"
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_BUSY_S: Final = 10
_WRITES: Final = "geoportal_desk_writes"
_MIGRATION_LOCK: Final = 0x6465736B  # "desk"


@dataclass(frozen=True, slots=True)
class DeskDatabase:
    """The opened tables of the staff side; safe to use from many threads."""

    engine: sa.Engine

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction; when it ends without an error, it is on the disk.

        On SQLite it waits at its begin for those that write before it, so that what is read in it
        stays true until it ends. On PostgreSQL rows are locked as they are read
        (`sqlalchemy.Select.with_for_update`).

        Raises
        ------
        BusyError
            When others write for longer than some seconds.
        """
        engine = self.engine.execution_options(**{_WRITES: True})
        try:
            with engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            if "locked" in str(error.orig):
                raise BusyError("others are writing just now; try again") from None
            raise


def desk_location(location: str) -> str:
    """Return where the staff side of a database is: itself for a URL, else a file beside it."""
    return location if "://" in location else f"{location}.desk"


def open_desk(
    location: str, *, create: bool = False, within_s: float | None = None
) -> DeskDatabase:
    """Open the staff side of a database, which is given as for `geoportal.store.database`.

    With ``create`` its tables are made, or brought up to date. On a server, a
    statement to which nothing comes for ``within_s`` seconds ends.

    Raises
    ------
    NotFoundError
        When there are none and ``create`` is false.
    GeoportalError
        When they are of another version of the program.
    """
    desk = DeskDatabase(_engine(location, create=create, within_s=within_s))
    if create:
        _migrate(desk)
        return desk
    with desk.reading() as connection:
        revision = _revision(connection)
    if revision != newest_revision(_MIGRATIONS):
        desk.engine.dispose()
        raise GeoportalError(
            "the staff's tables are of another version of this program; run: geoportal init"
        )
    return desk


def has_desk(location: str) -> bool:
    """Say whether a database has a staff side."""
    if "://" not in location:
        return Path(desk_location(location)).is_file()
    engine = _engine(location, create=False)
    try:
        with engine.connect() as connection:
            return bool(_revision(connection))
    finally:
        engine.dispose()


def _engine(location: str, *, create: bool, within_s: float | None = None) -> sa.Engine:
    if "://" in location:
        return server_engine(location, within_s=within_s)
    path = Path(desk_location(location))
    if not create and not path.is_file():
        raise NotFoundError("there are no accounts yet; make one with: geoportal user add")
    path.parent.mkdir(parents=True, exist_ok=True)
    if create and not path.exists():
        path.touch(mode=0o600)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_S})
    sa.event.listen(engine, "connect", configure_sqlite)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "handle_error", _told_as_damaged)
    return engine


def _told_as_damaged(context: sa.engine.ExceptionContext) -> GeoportalError | None:
    """Return what a person can do where the file is damaged: it is not the database's."""
    return GeoportalError(DAMAGED_STAFF) if is_damage(context.original_exception) else None


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(desk: DeskDatabase) -> None:
    with desk.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        if _revision(connection) == newest_revision(_MIGRATIONS):
            return
        from alembic import command  # takes time to load
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str:
    return revision_of(connection, VERSION_TABLE)
