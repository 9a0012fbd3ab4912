"""Compilation of a view in a process of its own, whose memory goes with it.

A server's worker lives for months; compiling a country once would leave it hundreds of megabytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from filelock import FileLock, Timeout

from geoportal.services.portal import now_in_japan, shipped_reference
from geoportal.services.view_file import LOCK
from geoportal.settings import Settings
from geoportal.store.database import dataset_version, open_database
from geoportal.workers import usable_processes

_WAIT, _REBUILD = "--wait", "--rebuild"
_STARTS = "snapshot.starts.lock"
"""Held by the worker that has a process compile: it takes its own lock seconds later."""
STATEMENT_S = 10.0
"""Longest time in which nothing comes to a statement that reads data from a database server."""


class Outcome(IntEnum):
    """What came of compiling: exit codes of the process that does it.

    There is a file; or none can be kept, or the process failed; or another process is at it.
    """

    COMPILED = 0
    NOT_KEPT = 1
    ELSEWHERE = 3


@dataclass(frozen=True)
class CompilingProcess:
    """Has the view of a database's present version compiled into its file by another process.

    ``location`` is the database, as `geoportal.store.database.open_database` takes it.
    """

    location: str

    def __call__(self, directory: Path, *, wait: bool, rebuild: bool) -> Outcome:
        """Compile, or with ``wait`` let another process do it that already is at it.

        ``directory`` is where the file lies. With ``rebuild`` the file there is known to be
        damaged. The process ends with this one.
        """
        if wait:
            return self._run(wait=True, rebuild=rebuild)
        starts = FileLock(directory / _STARTS, timeout=0)
        try:
            starts.acquire()
        except Timeout:  # another worker has just started a process
            return Outcome.ELSEWHERE
        except OSError:  # no directory, or it cannot be written
            return self._run(wait=False, rebuild=rebuild)
        try:
            if _is_held(directory / LOCK):
                return Outcome.ELSEWHERE
            return self._run(wait=False, rebuild=rebuild)
        finally:
            starts.release()

    def _run(self, *, wait: bool, rebuild: bool) -> Outcome:
        options = [name for name, is_on in ((_WAIT, wait), (_REBUILD, rebuild)) if is_on]
        done = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", __name__, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"GEOPORTAL_DATABASE": self.location},
        )
        with done:
            code = done.wait()
        return Outcome(code) if code in {*Outcome} else Outcome.NOT_KEPT


def _is_held(lock: Path) -> bool:
    """Say whether another process compiles: to start one that finds out takes a second."""
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # no directory, or it cannot be written
        return False


def _end_with_parent() -> None:
    """End at once when the process that waits for this one is gone: its end of the pipe closes."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(Outcome.NOT_KEPT)

    threading.Thread(target=wait, daemon=True).start()


def main(options: list[str]) -> Outcome:
    """Compile the view of the database of the settings, and again later when that goes away."""
    from sqlalchemy.exc import DBAPIError  # not for who only starts this

    try:
        return _compiled(options)
    except DBAPIError:
        if _WAIT in options:
            raise
        return Outcome.ELSEWHERE


def _compiled(options: list[str]) -> Outcome:
    from geoportal.services.view_compiling import load_view  # not for who only starts this

    _end_with_parent()
    settings = Settings.from_environment()
    database = open_database(settings.database, within_s=STATEMENT_S)
    with database.consistent.connect() as connection, connection.begin():
        view = load_view(
            database,
            connection,
            shipped_reference(),
            dataset_version(connection),
            now_in_japan(),
            wait=_WAIT in options,
            rebuild=_REBUILD in options,
            processes=usable_processes(settings.processes),
        )
    if view is None:
        return Outcome.ELSEWHERE
    return Outcome.COMPILED if view.kept else Outcome.NOT_KEPT


if __name__ == "__main__":
    outcome = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(outcome)  # taking everything down takes a second, for which a worker would wait
