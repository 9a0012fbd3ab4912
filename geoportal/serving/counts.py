"""Counts of requests that processes share: files whose whole room is taken before anything counts.

They are mapped into memory. A mapped file that has yet to be given room ends the process that
writes into it (SIGBUS) when its disk is full.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

SHARED_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Variable by which prometheus_client is told where the files are."""
ROOM_BYTES: Final = 1024 * 1024
"""Of each file. Counters take 200 bytes, histograms of a route 3,500; routes number some 200."""
_PREFIX: Final = "geoportal-metrics-"
_MADE_WITHIN_S: Final = 60.0
"""A folder that is younger may have yet to be locked by the server that makes it."""
_SORTS: Final = ("counter", "histogram")
"""Sorts of counts there are (`geoportal.web.observation`), as prometheus_client names files."""


@contextmanager
def shared_counts(places: int) -> Iterator[bool]:
    """Give so many processes files for their counts, named in the environment, and take them away.

    Yields whether there are files: without room for them each process counts for itself.
    """
    _take_away_left()
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        held = _hold(folder)  # by processes that are forked from now on, too
    except OSError:
        yield False
        return
    try:
        has_room = _take_room([folder / _name(sort, n) for n in range(places) for sort in _SORTS])
        if has_room:
            os.environ[SHARED_DIRECTORY] = str(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
        yield has_room
    finally:
        os.environ.pop(SHARED_DIRECTORY, None)
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def take_away_counts() -> None:
    """Take the files away that are named in the environment; who counts in them goes on."""
    if SHARED_DIRECTORY in os.environ:
        shutil.rmtree(os.environ[SHARED_DIRECTORY], ignore_errors=True)


def count_at(place: int) -> None:
    """Count in the files of a place from now on: only one process at a time may.

    To be called before anything is counted. A process that takes the place of another goes on from
    its counts.
    """
    from prometheus_client import values

    if SHARED_DIRECTORY in os.environ:
        values.ValueClass = values.MultiProcessValue(lambda: place)  # type: ignore[no-untyped-call]


def _name(sort: str, place: int) -> str:
    return f"{sort}_{place}.db"


def _hold(folder: Path) -> int:
    """Lock a folder and return its descriptor; raises BlockingIOError where a process has it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _take_away_left() -> None:
    """Take away the files of servers all of whose processes were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another user's, or of a server that runs
            if time.time() - folder.stat().st_mtime < _MADE_WITHIN_S:
                continue
            held = _hold(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


def _take_room(paths: list[Path]) -> bool:
    try:
        for path in paths:
            with path.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
                else:
                    file.write(bytes(ROOM_BYTES))
    except OSError:
        return False
    return True
