"""The portal: loads the data of the present dataset version and hands out views of them."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from geoportal.domain.hours import JST
from geoportal.domain.staff_facts import StaffFacts
from geoportal.domain.stand_in import StandInGroup
from geoportal.mapped.archive import StaleArchiveError
from geoportal.progress import Progress, no_progress
from geoportal.search.driving import Engine
from geoportal.search.exposure import ExposureLedger
from geoportal.services.staff_facts import with_staff_facts
from geoportal.services.view import View
from geoportal.services.view_file import FileState, open_view, state_of_file, view_path
from geoportal.settings import shipped_directory
from geoportal.store.reference import Reference

if TYPE_CHECKING:
    import sqlalchemy as sa

    from geoportal.services.compiling_process import CompilingProcess
    from geoportal.store.database import Database

_VERSION_CHECK_SECONDS = 0.5
_AWAY_CHECK_SECONDS = 0.25
_CHANGE_AFTER_S = 1.5
"""Workers answer from a new version so long after it was compiled, counted from the time of its
file: by then all have noticed it, and they change at one moment. Else a client whose requests reach
several workers would see the new version, the old one, and the new one again."""
_LOG = logging.getLogger(__name__)


@cache
def shipped_reference() -> Reference:
    """Return the reference lists that come with the program, each read once per process."""
    return Reference(shipped_directory("data") / "reference")


def sample_directory() -> Path:
    """Return where the fictional sample city lies."""
    return shipped_directory("data") / "sample"


def now_in_japan() -> datetime:
    """Return the present moment in Japan time."""
    return datetime.now(JST)


@dataclass
class Portal:
    """Loads the data, and again when they have changed; hands out the view of the present state.

    Safe to use from many threads. The database is only read; ``clock`` returns the present moment
    (tests pass a fixed one); ``engine`` is asked for minutes by road; in so many ``processes`` is
    compiled what is not yet (1 where threads run, as in a server), and ``progress`` told;
    ``compiling`` does it instead where this process is to keep none of the memory it takes;
    ``exposure`` counts how often each facility was shown, over all versions this process has seen.
    """

    database: Database
    reference: Reference
    clock: Callable[[], datetime] = now_in_japan
    engine: Engine | None = None
    processes: int = 1
    progress: Progress = no_progress
    compiling: CompilingProcess | None = None
    exposure: ExposureLedger = field(default_factory=ExposureLedger, init=False, repr=False)
    _latest: View | None = field(default=None, init=False, repr=False)
    _of_files: View | None = field(default=None, init=False, repr=False)
    _asked: str = field(default="", init=False, repr=False)
    _seen: FileState | None = field(default=None, init=False, repr=False)
    _damaged: bool = field(default=False, init=False, repr=False)
    _checked_at: float = field(default=0.0, init=False, repr=False)
    _held_at: float = field(default=0.0, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _is_followed: bool = field(default=False, init=False, repr=False)
    _is_behind: bool = field(default=False, init=False, repr=False)

    def follow(self) -> None:
        """Load once, then leave noticing of new versions to a thread: no question waits for it."""
        if not self._is_current():
            self._current(self.clock())
        self._is_followed = True
        threading.Thread(target=self._follow, name="portal", daemon=True).start()

    def _follow(self) -> None:
        from geoportal.store.following import Announcements  # takes time to load

        announcements = Announcements(self.database)
        while True:
            if self._is_behind:  # nobody announces that another process has compiled
                time.sleep(_VERSION_CHECK_SECONDS)
            else:
                announcements.wait()
            try:
                if not self._look():
                    announcements.restart()
                    time.sleep(_AWAY_CHECK_SECONDS)
            except Exception as error:  # noqa: BLE001 - what is held goes on being served
                _LOG.error("the data could not be read again (%s)", type(error).__name__)

    def _look(self) -> bool:
        """Load again what has moved; say whether the database answered."""
        from sqlalchemy.exc import DBAPIError  # takes time to load

        with self._lock:
            try:
                if not self._is_current():
                    self._refresh(self.clock())
            except DBAPIError as error:
                _LOG.warning("the database does not answer (%s); going on", type(error).__name__)
                return False
        return True

    def _is_current(self) -> bool:
        """Say whether nothing has moved, and note the time."""
        if not self.is_unmoved():
            return False
        self._held_at, self._is_behind = time.time(), False
        return True

    def is_unmoved(self) -> bool:
        """Say whether an embedded database has the data, schema and facts that are open, today."""
        if self._latest is None or self._seen is None:
            return False
        is_today = self._latest.snapshot.today == self.clock().astimezone(JST).date()
        return is_today and self._file_state() == self._seen

    def held(self) -> str:
        """Name what answers are made from now: version, facts of staff included, and day."""
        latest = self._latest
        return f"{latest.snapshot.version} {latest.snapshot.today}" if latest else ""

    def _file_state(self) -> FileState | None:
        """Return the state of an embedded database; None of another, or where it cannot be read."""
        if not self.database.is_sqlite:
            return None
        return state_of_file(self.database.derived_directory.with_suffix(""))

    def view(self) -> View:
        """Return the view for one question; all of its answer is made from it.

        While the database does not answer, or another thread is loading, that of the data read
        last.
        """
        now = self.clock()
        return self._current(now).at(now, self.engine)

    def view_with(
        self, version: str, facts: Sequence[StaffFacts], groups: Sequence[StandInGroup] = ()
    ) -> View:
        """Return a view of the present files over which other facts lie than the public ones.

        Nothing of it is kept here; ``version`` tells it from other views of the files.
        """
        now = self.clock()
        self._current(now)
        view = with_staff_facts(cast("View", self._of_files), version, facts, groups)
        return view.at(now, self.engine)

    def discard(self) -> None:
        """Compile again before the next answer: what was read is damaged."""
        with self._lock:
            self._latest, self._of_files, self._damaged, self._seen = None, None, True, None

    def open_compiled(self) -> View | None:
        """Open the present data, for processes that are forked afterwards: they look again.

        This process does not compile: `compiling` does, where the data are not compiled for today.
        None while the database does not answer, or where no file can be kept.
        """
        from sqlalchemy.exc import DBAPIError  # takes time to load

        with self._lock, suppress(StaleArchiveError, DBAPIError):
            try:
                self._refresh(self.clock(), only_compiled=True)
            except StaleArchiveError:
                if self.compiling is None:
                    raise
                self.compiling(self.database.derived_directory, wait=True, rebuild=False)
                self._refresh(self.clock(), only_compiled=True)
        self._checked_at = 0.0
        return self._latest and self._latest.at(self.clock(), self.engine)

    def forget_shown(self) -> None:
        """Begin to count anew how often each facility was shown."""
        self.exposure = ExposureLedger()

    def _current(self, now: datetime) -> View:
        if self._is_followed and self._latest is not None:
            return self._latest
        return self._noticed(now)

    def _noticed(self, now: datetime) -> View:
        """Return the view of the present version, loaded if it is new."""
        from sqlalchemy.exc import DBAPIError  # takes time to load

        current = self._latest
        if current is not None and time.monotonic() - self._checked_at < _VERSION_CHECK_SECONDS:
            return current
        if current is not None and not self._lock.acquire(blocking=False):
            return current
        if current is None:
            self._lock.acquire()
        try:
            return self._refresh(now)
        except DBAPIError as error:
            if current is None:
                raise
            _LOG.warning("the database does not answer (%s); going on", type(error).__name__)
            self._checked_at = time.monotonic() + _AWAY_CHECK_SECONDS
            return current
        finally:
            self._lock.release()

    def _refresh(self, now: datetime, *, only_compiled: bool = False) -> View:
        """Load again what has moved: dataset version, day, facts of staff. Holds the lock.

        With ``only_compiled`` a StaleArchiveError is raised where a file would have to be compiled.
        """
        from geoportal.store.database import dataset_version  # takes time to load
        from geoportal.store.staff_facts import (
            facts_of,
            facts_version,
            read_facts,
            read_public_groups,
        )

        seen = self._file_state()  # before: it may move while it is read
        with (
            self.database.consistent.connect() as connection,
            connection.begin(),
            facts_of(self.database) as facts,
        ):
            version = dataset_version(connection)
            asked, asked_at = facts_version(facts)
            state = (version, now.astimezone(JST).date())
            files = self._of_files
            if files is None or (files.snapshot.version, files.snapshot.today) != state:
                files = self._loaded(
                    connection, version, now, wait=files is None, only_compiled=only_compiled
                )
            elif self._latest is not None and self._asked == asked:
                self._checked_at, self._seen = time.monotonic(), seen
                self._held_at, self._is_behind = time.time(), False
                return self._latest
            self._is_behind = files is None
            if files is None:  # another process compiles: the data read last go on until it has
                return cast("View", self._latest)
            groups = read_public_groups(facts, is_sqlite=self.database.is_sqlite)
            latest = with_staff_facts(files, asked, read_facts(facts), groups)
        if self._is_followed:
            path = view_path(self.database.derived_directory, version, self.reference)
            wait = _until(asked_at) if asked != self._asked else 0.0
            if files is not self._of_files:
                wait = max(wait, _until_change(path, self._held_at))
            time.sleep(wait)
        self._of_files, self._latest, self._asked = files, latest, asked
        self._damaged = False
        self._checked_at, self._held_at, self._seen = time.monotonic(), time.time(), seen
        return latest

    def _loaded(
        self,
        connection: sa.Connection,
        version: str,
        now: datetime,
        *,
        wait: bool,
        only_compiled: bool,
    ) -> View | None:
        """Return the view of the files, which are compiled if need be; see `load_view`."""
        path = view_path(self.database.derived_directory, version, self.reference)
        question = (path, self.reference, now, lambda: self.database)
        if only_compiled:
            return open_view(*question)
        if not self._damaged:
            with suppress(StaleArchiveError):
                return open_view(*question)
        if self.compiling is not None:
            outcome = self.compiling(path.parent, wait=wait, rebuild=self._damaged)
            if outcome is outcome.ELSEWHERE:
                return None
            with suppress(StaleArchiveError):
                if outcome is outcome.COMPILED:
                    return open_view(*question)
        from geoportal.services.view_compiling import load_view  # takes time to load

        return load_view(
            self.database,
            connection,
            self.reference,
            version,
            now,
            wait=wait,
            rebuild=self._damaged,
            processes=self.processes,
            progress=self.progress,
        )


def _until_change(path: Path, held_at: float) -> float:
    """Return the seconds until workers answer from a compiled view.

    One that was compiled before this worker last found another version in the database is gone
    back to, as after a restore: the first to notice gives it a new time.
    """
    try:
        if path.stat().st_mtime < held_at:
            now = time.time()
            os.utime(path, (now, now))
        made = path.stat().st_mtime
    except OSError:  # kept in the memory of each worker, or not to be written
        return 0.0
    return _until(made)


def _until(made: float) -> float:
    """Return the seconds until workers answer from what came to be at a time."""
    return min(max(0.0, made + _CHANGE_AFTER_S - time.time()), _CHANGE_AFTER_S)
