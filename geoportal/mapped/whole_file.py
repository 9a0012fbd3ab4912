"""Files written whole: under another name, then renamed, so that nobody ever sees a part."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

PARTIAL: Final = ".part"
"""What the name of a file ends with while it is written; a kill may leave one behind."""
_NO_ROOM: Final = 65_536
"""Bytes left on a disk that is full: the last blocks are seldom given to anybody."""
_WORDS_OF_DISK: Final = (
    "disk i/o error",
    "database or disk is full",
    "unable to open database file",
    "input/output error",
    "no space left",
    "disk quota exceeded",
)
_LEFT_S: Final = 3_600
"""Seconds after which what nobody has touched is not being written any more."""


def forget_left_over(folder: Path, pattern: str) -> None:
    """Remove the files and folders that match a pattern and were left by processes now killed."""
    for left in folder.glob(pattern):
        with suppress(OSError):  # another process was first, or may and this one may not
            if left.stat().st_mtime < time.time() - _LEFT_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def remove_earlier(path: Path, pattern: str, kept: int) -> None:
    """Remove the files beside ``path`` that a pattern matches, but it and the newest of the others.

    ``kept`` files stay in all: processes may still have an earlier one mapped.
    """
    earlier = [other for other in path.parent.glob(pattern) if other != path]
    earlier.sort(key=lambda other: other.stat().st_mtime, reverse=True)
    for other in earlier[kept - 1 :]:
        try:
            other.unlink(missing_ok=True)
        except OSError:  # in use, where the system does not allow that
            continue


@contextmanager
def whole_file(
    path: Path, *, lasting: bool = False, encoding: str | None = None
) -> Iterator[IO[Any]]:
    """Yield a file that takes the place of ``path`` on success and is removed on failure.

    ``lasting``: it is on the disk before it takes the place. With an ``encoding`` it takes text
    with its line ends as they are, else bytes.

    Raises
    ------
    OSError
        When it cannot be written: no room, no right, no such directory.
    """
    forget_left_over(path.parent, f"{escape(path.name)}.*{PARTIAL}")
    partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{PARTIAL}")
    try:
        mode, newline = ("wb", None) if encoding is None else ("w", "")
        with partial.open(mode, encoding=encoding, newline=newline) as file:
            yield file
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_path(path: Path) -> Iterator[Path]:
    """Yield a path of the same name, for libraries that open files themselves.

    What is written there takes the place of ``path`` on success; nothing of it stays on failure.
    What is no file (``/dev/stdout``) is written as it is.

    Raises
    ------
    OSError
        When it cannot be written, also where the library has an error of its own for a full disk.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        yield path
        return
    forget_left_over(path.parent, f".{escape(path.name)}.*{PARTIAL}")
    with TemporaryDirectory(
        prefix=f".{path.name}.", suffix=PARTIAL, dir=path.parent, ignore_cleanup_errors=True
    ) as folder:
        partial = Path(folder) / path.name
        with room_told(path.parent):
            yield partial
            partial.replace(path)


@contextmanager
def room_told(folder: Path) -> Iterator[None]:
    """Let a library's own error be that of the disk, where one of the disk is behind it.

    Raises
    ------
    OSError
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        behind = _error_of_disk(error, folder)
        if behind is None:
            raise
        raise behind from error


def _error_of_disk(error: Exception, folder: Path) -> OSError | None:
    """Return the error of the disk that made a library fail; None when there is none.

    GDAL and SQLite say it in words, see ``os.strerror`` and ``sqlite3_errstr``, or that a data
    source could not be made.
    """
    if shutil.disk_usage(folder).free <= _NO_ROOM:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, OSError):
        said = str(behind).lower()
        if type(behind).__name__ == "DataSourceError" or any(map(said.count, _WORDS_OF_DISK)):
            return OSError(errno.EIO, os.strerror(errno.EIO), str(folder))
        behind = behind.__cause__ or behind.__context__
    return behind
