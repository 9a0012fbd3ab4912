"""Copies of the embedded database: taken while it is in use, checked, put back in one step."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from geoportal.errors import GeoportalError, InputRefusedError, NotFoundError, UsageError
from geoportal.store.database import (
    Database,
    dataset_version,
    import_lock,
    open_database,
    require_whole,
)

_PAGES_A_STEP: Final = 4096
_NAME: Final = "geoportal-%Y%m%d-%H%M%S.db"
_PATTERN: Final = "geoportal-????????-??????.db"
_COMPANIONS: Final = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was read back and found whole.

    Attributes
    ----------
    path : Path
    size_bytes : int
    sha256, dataset_version : str
    """

    path: Path
    size_bytes: int
    sha256: str
    dataset_version: str


def back_up(database: Database, target: Path, now: datetime, *, keep: int = 0) -> Backup:
    """Copy a database in use into a file, or into a folder under a name of this moment.

    Imports and questions go on meanwhile; the copy has one dataset version. It is read back before
    it gets its name. In a folder, all but the ``keep`` newest copies are removed, none for 0.

    Raises
    ------
    UsageError
        When the file exists, its folder does not, or the database is a server's.
    GeoportalError
        When the database is damaged.
    """
    if not database.is_sqlite:
        raise UsageError("a PostgreSQL database is copied by its own tools: pg_dump")
    folder = target if target.is_dir() else target.parent
    path = target / now.strftime(_NAME) if target.is_dir() else target
    if not folder.is_dir() or path.exists():
        raise UsageError(f"{path} cannot be written: it exists already, or its folder does not")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        _copy(Path(str(database.engine.url.database)), part)
        version = _checked(part)
        _flush(part)
        os.replace(part, path)  # noqa: PTH105
        _flush(folder)
    finally:
        for companion in _COMPANIONS:
            part.with_name(part.name + companion).unlink(missing_ok=True)
    if keep and target.is_dir():
        for old in sorted(folder.glob(_PATTERN))[:-keep]:
            old.unlink()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Backup(path, path.stat().st_size, digest, version)


def restore(backup: Path, location: str) -> str:
    """Put a copy back in place of a database, and return its dataset version.

    One transaction: who asks meanwhile sees the state before or the one after; a server that runs
    follows. A database that is damaged is set aside as ``….damaged``.

    Raises
    ------
    NotFoundError
        When there is no such copy.
    InputRefusedError
        When it is not a whole copy of a geoportal database.
    BusyError
        When an import is running.
    """
    if "://" in location:
        raise UsageError("a PostgreSQL database is restored by its own tools: pg_restore")
    if not backup.is_file():
        raise NotFoundError(f"{backup}: there is no such file")
    try:
        _checked(backup)
    except GeoportalError as error:
        raise InputRefusedError(f"{backup} is not a whole copy of a database: {error}") from None
    path = Path(location)
    if path.exists() and not _is_whole(path):
        for companion in _COMPANIONS:
            beside = path.with_name(path.name + companion)
            if beside.exists():
                beside.rename(path.with_name(f"{path.name}.damaged{companion}"))
    database = open_database(path, create=True)
    with import_lock(database):
        _copy(backup, path)
        restored = open_database(path, create=True)  # a copy of an earlier version is migrated
        with restored.engine.connect() as connection:
            version = dataset_version(connection)
        restored.engine.dispose()
    database.engine.dispose()
    return version


def _copy(source: Path, target: Path) -> None:
    """Copy one database over another by SQLite's online backup."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        try:
            read.backup(write, pages=_PAGES_A_STEP)
        except sqlite3.DatabaseError as error:
            raise GeoportalError(f"the database cannot be copied: {error}") from None


def _checked(path: Path) -> str:
    """Return the dataset version of a copy, every page of which was read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
            version = copy.execute(
                "SELECT value FROM meta WHERE key = 'dataset_version'"
            ).fetchone()
    except sqlite3.DatabaseError as error:
        raise GeoportalError(str(error)) from None
    if verdict != "ok":
        raise GeoportalError("its pages are damaged")
    return str(version[0]) if version else "empty"


def _is_whole(path: Path) -> bool:
    try:
        database = open_database(path, create=True)
        require_whole(database)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is set aside
        return False
    database.engine.dispose()
    return True


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
