"""Copies of the embedded database: taken while it is in use, checked, put back in one step.

The staff's file lies beside the database (``….db.desk``), and its copy beside the database's copy.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
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
from geoportal.store.read_only import BROKEN, DAMAGED_STAFF, is_damage
from geoportal.store.staff_facts import SUFFIX

_PAGES_A_STEP: Final = 4096
_DAMAGED: Final = (
    "its pages are damaged, or it is no database; use an earlier copy: geoportal restore FILE"
)
_NAME: Final = "geoportal-%Y%m%d-%H%M%S.db"
_PATTERN: Final = "geoportal-????????-??????.db"
_A_DAY_S: Final = 86_400
_COMPANIONS: Final = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was read back and found whole.

    Attributes
    ----------
    path : Path
    size_bytes : int
    sha256, dataset_version : str
    staff : Path or None
        The copy of the staff's file; None where staff have none.
    """

    path: Path
    size_bytes: int
    sha256: str
    dataset_version: str
    staff: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    Attributes
    ----------
    dataset_version : str
    staff : bool
        Whether the staff's file was put back too.
    """

    dataset_version: str
    staff: bool = False


def back_up(database: Database, target: Path, now: datetime, *, keep: int = 0) -> Backup:
    """Copy a database in use into a file, or into a folder under a name of this moment.

    Imports and questions go on meanwhile; the copy has one dataset version. It is read back before
    it gets its name. In a folder, all but the ``keep`` newest copies are removed, none for 0.
    The staff's file is copied and read back in the same way, first: where a copy of the database
    has its name, the staff's has too.

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
    source, staff = Path(str(database.engine.url.database)), _beside(path)
    broken_off = _part(path).exists()  # a copy that was killed has given its name to the staff's
    if not folder.is_dir() or path.exists() or (staff.exists() and not broken_off):
        raise UsageError(f"{path} cannot be written: it exists already, or its folder does not")
    if target.is_dir():
        _forget_broken_off(folder, now)
    has_staff = _beside(source).is_file()
    try:
        if has_staff:
            _take(_beside(source), staff, _checked_staff)
        version = _take(source, path, _checked)
        for copy in (staff, path) if has_staff else (path,):
            os.replace(_part(copy), copy)  # noqa: PTH105
        _flush(folder)
    except BaseException:
        path.unlink(missing_ok=True)
        staff.unlink(missing_ok=True)
        raise
    finally:
        _remove(_part(path))
        _remove(_part(staff))
    if keep and target.is_dir():
        for old in sorted(folder.glob(_PATTERN))[:-keep]:
            old.unlink()
            _beside(old).unlink(missing_ok=True)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Backup(path, path.stat().st_size, digest, version, staff if has_staff else None)


def restore(backup: Path, location: str, *, staff: bool = False) -> Restored:
    """Put a copy back in place of a database.

    One transaction: who asks meanwhile sees the state before or the one after; a server that runs
    follows. A database that is damaged is set aside as ``….damaged``. The staff's file is put back
    where there is none or it is damaged. One that is whole stays, as what was written since the
    copy is nowhere else, unless ``staff`` asks for the copy.

    Raises
    ------
    NotFoundError
        When there is no such copy.
    InputRefusedError
        When it is not a whole copy of a geoportal database.
    UsageError
        When the database is a server's, or ``staff`` is asked for and the copy has none.
    BusyError
        When an import is running.
    """
    if "://" in location:
        raise UsageError("a PostgreSQL database is restored by its own tools: pg_restore")
    if not backup.is_file():
        raise NotFoundError(f"{backup}: there is no such file")
    has_staff = _beside(backup).is_file()
    if staff and not has_staff:
        raise UsageError(f"{_beside(backup)}: the copy has no staff's file")
    _require_copy(backup, _checked)
    if has_staff:
        _require_copy(_beside(backup), _checked_staff)
    path = Path(location)
    if path.exists() and not _is_whole(path):
        _set_aside(path)
    database = open_database(path, create=True)
    with import_lock(database):
        _copy(backup, path)
        restored = open_database(path, create=True)  # a copy of an earlier version is migrated
        with restored.engine.connect() as connection:
            version = dataset_version(connection)
        restored.engine.dispose()
    database.engine.dispose()
    replaced = has_staff and (staff or not _is_whole_staff(_beside(path)))
    if replaced:
        if not _is_whole_staff(_beside(path)):
            _set_aside(_beside(path))
        _beside(path).touch(mode=0o600)
        _copy(_beside(backup), _beside(path))
    return Restored(version, replaced)


def _beside(path: Path) -> Path:
    """Return where the staff's file of a database, or of a copy, is."""
    return path.with_name(path.name + SUFFIX)


def _part(path: Path) -> Path:
    """Return where a copy lies until it was read back."""
    return path.with_name(f"{path.name}.part")


def _remove(path: Path) -> None:
    """Remove a database and what SQLite keeps beside it, as far as the disk allows."""
    for companion in _COMPANIONS:
        with suppress(OSError):
            path.with_name(path.name + companion).unlink(missing_ok=True)


def _forget_broken_off(folder: Path, now: datetime) -> None:
    """Remove from a folder what copies have left that were killed more than a day ago."""
    for left in sorted(folder.glob(f"{_PATTERN}*.part*")):
        if left.exists() and left.stat().st_mtime < now.timestamp() - _A_DAY_S:
            copy = left.with_name(left.name.partition(".part")[0])
            if not copy.exists():
                _beside(copy).unlink(missing_ok=True)
            _remove(_part(copy))


def _take(source: Path, path: Path, checked: Callable[[Path], str]) -> str:
    """Copy a database into the part of ``path``, read it back and flush it; return the version.

    Only its owner reads the copy of the staff's file: it holds digests of passwords.
    """
    part = _part(path)
    _remove(part)
    part.touch(mode=0o600 if path.suffix == SUFFIX else 0o666)
    try:
        _copy(source, part)
        version = checked(part)
    except GeoportalError as error:
        raise GeoportalError(f"{source} cannot be copied: {error}") from None
    _flush(part)
    return version


def _require_copy(path: Path, checked: Callable[[Path], str]) -> None:
    try:
        checked(path)
    except GeoportalError as error:
        raise InputRefusedError(f"{path} is not a whole copy of a database: {error}") from None


def _set_aside(path: Path) -> None:
    for companion in _COMPANIONS:
        beside = path.with_name(path.name + companion)
        if beside.exists():
            beside.rename(path.with_name(f"{path.name}.damaged{companion}"))


def _copy(source: Path, target: Path) -> None:
    """Copy one database over another by SQLite's online backup."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        try:
            read.backup(write, pages=_PAGES_A_STEP)
        except BROKEN as error:
            raise GeoportalError(_words(error)) from None


def _checked(path: Path) -> str:
    """Return the dataset version of a copy, every page of which was read."""
    with _whole(path) as copy:
        copy.execute("SELECT version_num FROM alembic_version").fetchone()
        version = copy.execute("SELECT value FROM meta WHERE key = 'dataset_version'").fetchone()
    return str(version[0]) if version else "empty"


def _checked_staff(path: Path) -> str:
    """Return the version of the tables of a copy of the staff's file, every page of it read."""
    with _whole(path) as copy:
        version = copy.execute("SELECT version_num FROM desk_version").fetchone()
    return str(version[0]) if version else "empty"


@contextmanager
def _whole(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a file whose pages are all whole.

    Raises
    ------
    GeoportalError
        When they are not, or what is asked is not in it.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if verdict != "ok":
                raise GeoportalError(_DAMAGED)
            yield copy
    except BROKEN as error:
        raise GeoportalError(_words(error)) from None


def _words(error: Exception) -> str:
    """Return what SQLite says where a file is not damaged but busy, closed or the disk full."""
    return _DAMAGED if is_damage(error) else str(error)


def require_whole_staff(location: str) -> None:
    """Check every page of the staff's file of an embedded database, where there is one.

    Raises
    ------
    GeoportalError
        When it is damaged.
    """
    path = _beside(Path(location))
    if "://" in location or not path.is_file():
        return
    if not _is_whole_staff(path):
        raise GeoportalError(DAMAGED_STAFF)


def _is_whole_staff(path: Path) -> bool:
    try:
        _checked_staff(path)
    except GeoportalError:
        return False
    return True


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
