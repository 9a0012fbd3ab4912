"""What a database's own errors mean to a person: full, read-only, damaged, away, busy."""

from __future__ import annotations

import errno

import sqlalchemy as sa

from geoportal.errors import BusyError, GeoportalError
from geoportal.store.read_only import is_damage

_FULL = "the disk is full; make room, then run the same command again"
_READ_ONLY = (
    "the database cannot be written: it, or the folder it lies in, is read-only for this user; "
    "change that, or use another --db"
)
_BUSY = "the database is in use by another program; try again when it has finished"
DAMAGED = (
    "the database is damaged, or the file is no database: put back a copy with "
    "geoportal restore FILE, or make a new one with geoportal init and import the files again"
)
_CLOSED = (
    "the database cannot be opened: it is no file, or its folder is missing, read-only or closed "
    "to this user"
)
_DISK = (
    "the disk with the database gives errors, or has no byte left; check it, then run the same "
    "command again"
)
_AWAY = (
    "the database server does not answer, refuses the log-in or has ended the connection; check "
    "that it runs and the URL is right"
)
_BY_SQLITE_NAME = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CANTOPEN": _CLOSED,
    "SQLITE_IOERR": _DISK,
}
_BY_SQL_STATE = {"53100": _FULL, "42501": _READ_ONLY, "25006": _READ_ONLY, "55P03": _BUSY}
"""PostgreSQL: disk_full, insufficient_privilege, read_only_sql_transaction, lock_not_available."""


def database_fault(error: sa.exc.DBAPIError) -> GeoportalError | None:
    """Return what a person can do about an error of the database; None when it is a fault of ours.

    The transaction it broke is taken back by the database; what was committed before is kept.
    """
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return BusyError(_BUSY)
    if is_damage(error.orig):
        return GeoportalError(DAMAGED)
    for known, message in _BY_SQLITE_NAME.items():
        if name.startswith(known):
            return GeoportalError(message)
    if name:
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state in _BY_SQL_STATE:
        message = _BY_SQL_STATE[state]
        return BusyError(message) if message is _BUSY else GeoportalError(message)
    lost = isinstance(error, sa.exc.OperationalError) and (state or "08")[:2] in {"08", "28", "57"}
    return GeoportalError(_AWAY) if lost or error.connection_invalidated else None


def told_as_damaged(context: sa.engine.ExceptionContext) -> GeoportalError | None:
    """Return what a person can do where SQLite's driver failed at its own words, as no text."""
    failed = isinstance(context.original_exception, UnicodeDecodeError)
    return GeoportalError(DAMAGED) if failed else None


def disk_fault(error: Exception) -> GeoportalError | None:
    """Return what a person can do about a full or closed disk; None when it is something else."""
    if not isinstance(error, OSError):
        return None
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return GeoportalError(_FULL)
    if error.errno == errno.EIO:
        return GeoportalError(
            "the disk cannot be read or written (input/output error): check it, then run again"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return GeoportalError(f"{error.filename}: may not be read or written by this user")
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and error.filename:
        return GeoportalError(f"{error.filename}: there is no such folder, or it went away")
    if error.errno == errno.ENOENT and "temporary directory" in str(error):  # of `tempfile`
        return GeoportalError(
            "no folder for temporary files can be written: make room, or name one with TMPDIR"
        )
    return None
