"""Opening the database: SQLite by default, PostgreSQL by URL; migrations; the import lock."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from filelock import FileLock, Timeout

from geoportal.errors import BusyError, GeoportalError, NotFoundError
from geoportal.progress import Progress
from geoportal.store.faults import DAMAGED, database_fault, told_as_damaged
from geoportal.store.postgis import drop_views, make_views
from geoportal.store.read_only import read_only_uri
from geoportal.store.revisions import newest_revision, revision_of
from geoportal.store.schema import meta
from geoportal.store.server import server_engine

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
_READ_BYTES = 16 * 1024 * 1024
_ADVISORY_LOCK = 0x67656F70  # "geop"
CHANNEL = "geoportal"
"""Channel of PostgreSQL's LISTEN and NOTIFY; what is sent says nothing."""
DATASET_VERSION = "dataset_version"
EMPTY_VERSION = "empty"


@dataclass(frozen=True, slots=True)
class Database:
    """An opened database.

    Attributes
    ----------
    engine : sqlalchemy.Engine
    derived_directory : Path
        Where files computed from the database are kept (snapshot, compiled gazetteer). Safe to
        delete: everything in it is made again when needed.
    """

    engine: sa.Engine
    derived_directory: Path

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def consistent(self) -> sa.Engine:
        """An engine each of whose transactions sees one state of the data."""
        if self.is_sqlite:  # all of its transactions do
            return self.engine
        return self.engine.execution_options(isolation_level="REPEATABLE READ")


def open_database(
    location: str | Path, *, create: bool = False, within_s: float | None = None
) -> Database:
    """Open a database.

    The location is a file path (SQLite) or a ``postgresql://`` URL. With ``create`` it is made,
    or its schema brought up to date; otherwise a missing database is an error. On a server,
    a statement to which nothing comes for ``within_s`` seconds ends (`geoportal.store.server`).

    Raises
    ------
    NotFoundError
        When there is no database and ``create`` is false.
    GeoportalError
        When the database cannot be reached or has an unknown schema.
    """
    text = str(location)
    database = (
        _open_server(text, within_s) if "://" in text else _open_file(Path(text), create=create)
    )
    if create:
        migrate(database)
    else:
        _require_current(database)
    return database


def shown_location(location: str) -> str:
    """Return where a database is, as it may be shown: without the password of a URL."""
    if "://" not in location:
        return location
    return sa.make_url(location).render_as_string(hide_password=True)


def read_through(location: str, progress: Progress) -> None:
    """Read an embedded database's file once from beginning to end, saying how far it is.

    The check of its pages, which says nothing on the way, then finds them in memory. Nothing is
    done for a server's. The file may not be open in this process: closing it here would end
    SQLite's locks on it.
    """
    path = Path(location)
    if "://" in location or not path.is_file():
        return
    steps = path.stat().st_size // _READ_BYTES + 2
    with suppress(OSError), path.open("rb") as file:  # a fault of the disk is for the check to say
        for step in range(steps - 1):
            progress("pages", step, steps)
            file.read(_READ_BYTES)
    progress("pages", steps, steps)


def require_whole(database: Database) -> None:
    """Check every page of an SQLite database; a server checks its own.

    Raises
    ------
    GeoportalError
        When it is damaged.
    """
    if not database.is_sqlite:
        return
    try:
        with database.engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    except sa.exc.DBAPIError as error:
        raise database_fault(error) or error from error
    if verdict != "ok":
        raise GeoportalError(DAMAGED)


def migrate(database: Database) -> None:
    """Bring the schema up to date; does nothing when it is."""
    with database.engine.begin() as connection:
        if schema_of(connection) != newest_revision(_MIGRATIONS):
            from alembic import command  # takes time to load

            if not database.is_sqlite:
                drop_views(connection)
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        if not database.is_sqlite:
            make_views(connection)


@contextmanager
def import_lock(database: Database) -> Iterator[None]:
    """Hold the right to import; one import at a time.

    Raises
    ------
    BusyError
        When another import holds it.
    """
    message = "another import is running on this database; try again when it has finished"
    if database.is_sqlite:
        database.derived_directory.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(database.derived_directory / "import.lock", timeout=0).acquire()
        except Timeout:
            raise BusyError(message) from None
        with lock:
            yield
        return
    with database.engine.connect() as connection:
        acquired = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_ADVISORY_LOCK)))
        if not acquired:
            raise BusyError(message)
        try:
            yield
        finally:
            connection.scalar(sa.select(sa.func.pg_advisory_unlock(_ADVISORY_LOCK)))


def dataset_version(connection: sa.Connection) -> str:
    """Return the version of the data: changes exactly when the data does."""
    return get_meta(connection, DATASET_VERSION) or EMPTY_VERSION


def advance_dataset_version(connection: sa.Connection, cause: str) -> str:
    """Move the dataset version on and return it.

    The cause is what changed the data (source, edition, file digest). The new version is a digest
    of the old one and the cause, so two databases with the same history have the same version.
    """
    old = dataset_version(connection)
    new = hashlib.sha256(f"{old}\n{cause}".encode()).hexdigest()[:16]
    set_meta(connection, DATASET_VERSION, new)
    announce(connection)
    return new


def version_after_failure(
    database: Database, connection: sa.Connection, transaction: sa.Transaction
) -> str:
    """Return the dataset version that is held after a commit that failed; connect anew for it.

    The transaction may be in all the same: SQLite's log keeps it where only its flush to the disk
    failed, and a server may commit and its answer be lost. SQLite reads its log again only when
    no connection of this process is open. Raises `sqlalchemy.exc.DBAPIError` as a reader would.
    """
    connection.invalidate()
    transaction.rollback()
    if database.is_sqlite:
        database.engine.dispose()
    with connection.begin():
        return dataset_version(connection)


def announce(connection: sa.Connection) -> None:
    """Tell all that follow a PostgreSQL database to look again, when this transaction commits."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


def get_meta(connection: sa.Connection, key: str) -> str:
    """Return a single value, empty when not set."""
    return connection.scalar(sa.select(meta.c.value).where(meta.c.key == key)) or ""


def set_meta(connection: sa.Connection, key: str, value: str) -> None:
    """Set a single value."""
    connection.execute(sa.delete(meta).where(meta.c.key == key))
    connection.execute(sa.insert(meta).values(key=key, value=value))


def _open_file(path: Path, *, create: bool) -> Database:
    if not create and not path.is_file():
        raise NotFoundError(
            f"there is no database at {path}; make one with: geoportal --db {path} init"
        )
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    derived = path.with_name(path.name + ".derived")
    if not create and not os.access(path.parent, os.W_OK):
        return Database(_read_only_engine(path), derived)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    sa.event.listen(engine, "connect", configure_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "handle_error", told_as_damaged)
    return Database(engine, derived)


def _read_only_engine(path: Path) -> sa.Engine:
    """Return an engine for a database in a folder that cannot be written, on a read-only disk."""
    where = read_only_uri(path)

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(where, timeout=30, uri=True, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)
    sa.event.listen(engine, "begin", _begin_sqlite)
    sa.event.listen(engine, "handle_error", told_as_damaged)
    return engine


def _open_server(url: str, within_s: float | None) -> Database:
    engine = server_engine(url, within_s=within_s)
    parsed = sa.make_url(url)
    digest = hashlib.sha256(parsed.render_as_string(hide_password=True).encode()).hexdigest()[:12]
    return Database(engine, Path("var") / f"postgresql-{digest}.derived")


def configure_sqlite(connection: object, _record: object) -> None:
    """Set up a new connection to SQLite: transactions are begun explicitly.

    Write-ahead log: readers go on while another writes; what is committed is on the disk.
    """
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
    except UnicodeDecodeError as error:  # as `told_as_damaged`, which does not hear of it here
        raise GeoportalError(DAMAGED) from error
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Begin explicitly: the driver's own guess would leave DDL outside the transaction."""
    connection.exec_driver_sql("BEGIN")


def _alembic_config() -> Config:
    from alembic.config import Config  # takes time to load

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def schema_of(connection: sa.Connection) -> str:
    """Return the revision of the schema, empty when there is none."""
    return revision_of(connection)


def _require_current(database: Database) -> None:
    head = newest_revision(_MIGRATIONS)
    try:
        with database.engine.connect() as connection:
            current = schema_of(connection)
    except sa.exc.DBAPIError as error:
        raise database_fault(error) or error from error
    if not current:
        raise NotFoundError("the database is empty; prepare it with: geoportal init")
    if current != head:
        raise GeoportalError(
            f"the database has schema {current}, this program needs {head}; run: geoportal init"
        )
