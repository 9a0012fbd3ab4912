"""Files made apart, of coverage packs and of facilities: asked for by workers, kept on disk.

A file is asked for by a job file, ``<key>.job``, in a directory that all workers of a host share.
The maker (`geoportal.web.coverage.maker`) takes the oldest, renames it to ``<key>.making``, and
leaves ``<key>`` (the file) or ``<key>.failed`` (why there is none). Nothing of it holds a home:
neither question has one.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

import orjson

from geoportal.documents.change_feeds import ChangeFeedQuery
from geoportal.documents.coverage import CoverageQuery
from geoportal.documents.facility_files import FacilityFileQuery
from geoportal.documents.ogc.coverage_cells import CoverageCellsQuery
from geoportal.mapped.whole_file import whole_file
from geoportal.services.view import View

MOST_WAITING: Final = 12
"""Jobs that may wait; with some 6 s of work each, more would wait longer than people do."""

FAILURE_KEPT_S: Final = 30
"""How long a failure answers the same question before it is tried again."""

OUTDATED: Final = "outdated"
"""The failure of a file whose dataset version or day was over before it was made."""

MOST_HELD: Final = 2
"""Requests of a worker that may wait for a file; more would keep it from answering others."""

_POLL_S = 0.05
_ASK_AGAIN_S = 1.0
_UNDER_WAY = ("waiting", "making")
Asked = CoverageQuery | FacilityFileQuery | ChangeFeedQuery | CoverageCellsQuery
"""What a file may be asked about."""
_MODELS: Final[Mapping[str, type[Asked]]] = MappingProxyType(
    {
        "coverage": CoverageQuery,
        "facilities": FacilityFileQuery,
        "changes": ChangeFeedQuery,
        "cells": CoverageCellsQuery,
    }
)


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """A file for a question, on a day of one dataset version.

    Attributes
    ----------
    name : str
        Of a pack one of `geoportal.export.pack_files.DOWNLOADS`; of facilities the name of one of
        `geoportal.export.facilities.FORMATS`; of a feed its ending; of the facts of all
        census cells empty.
    version : str
        Dataset version.
    today : date
        Day in Japan: files are made anew each day, because evidence expires.
    asked : CoverageQuery, FacilityFileQuery, ChangeFeedQuery or CoverageCellsQuery
        Coverage with an area, without facilities supposed closed: files say what is, not what if.
    """

    name: str
    version: str
    today: date
    asked: Asked

    @classmethod
    def of(cls, view: View, name: str, asked: CoverageQuery) -> FileQuestion:
        """Return the question as a view would answer it now."""
        plain = CoverageQuery.model_validate(
            asked.model_dump(exclude={"remove", "cells", "ring"})
            | {"area": asked.area or view.default_area()}
        )
        return cls(name, view.snapshot.version, view.snapshot.today, plain)

    def as_of(self, view: View) -> FileQuestion:
        """Return the same question of the data of a view."""
        return replace(self, version=view.snapshot.version, today=view.snapshot.today)

    @classmethod
    def from_job(cls, content: bytes) -> FileQuestion:
        """Read a job file."""
        job = orjson.loads(content)
        asked = _MODELS[job.get("subject", "coverage")].model_validate(job["asked"])
        return cls(job["name"], job["version"], date.fromisoformat(job["today"]), asked)

    def as_job(self) -> bytes:
        """Return the content of the job file, the same for the same question."""
        job = {"name": self.name, "version": self.version, "today": self.today.isoformat()}
        job["subject"] = next(name for name, m in _MODELS.items() if isinstance(self.asked, m))
        return orjson.dumps(job | {"asked": self.asked.model_dump()}, option=orjson.OPT_SORT_KEYS)

    @property
    def area(self) -> str:
        """Code of the area whose coverage is asked for, empty for none."""
        return (self.asked.area if isinstance(self.asked, CoverageQuery) else "") or ""

    @property
    def key(self) -> str:
        """Name under which the file is kept: a digest of the question."""
        return hashlib.sha256(self.as_job()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class FileState:
    """How far a file is.

    Attributes
    ----------
    state : str
        ``ready``, ``making``, ``waiting``, ``failed``, or ``refused`` when too many wait already.
    ahead : int
        How many are made before it.
    seconds : int
        Since when it is in the making.
    failure : str
        When it failed, the name of the error, or `OUTDATED`.
    """

    state: str
    ahead: int = 0
    seconds: int = 0
    failure: str = ""


class PackFiles:
    """The files kept in a directory, and the queue of those asked for.

    Parameters
    ----------
    directory : Path
        Made when needed; for this user alone.
    start_maker : callable
        Called with the directory; starts the maker unless one runs.
    """

    def __init__(self, directory: Path, start_maker: Callable[[Path], None]) -> None:
        self._directory = directory
        self._start_maker = start_maker
        self._held = threading.BoundedSemaphore(MOST_HELD)

    def take(self, question: FileQuestion) -> bytes:
        """Return the content of a file that is ready, and note that it was used just now."""
        path = self._path(question)
        os.utime(path)
        return path.read_bytes()

    def ask(self, question: FileQuestion) -> FileState:
        """Put a file into the queue unless it is there or made already, and say how far it is."""
        state = self._state(question)
        if state is None:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if len(self._waiting()) >= MOST_WAITING:
                return FileState("refused", MOST_WAITING)
            put_whole(self._path(question, ".job"), question.as_job())
        if state is None or state.state in _UNDER_WAY:
            self._start_maker(self._directory)
        return self._state(question) or FileState("waiting")

    def wait_for(self, question: FileQuestion, seconds: float) -> FileState:
        """Ask for a file and wait until it is made, has failed, is refused, or time is up.

        Does not wait while `MOST_HELD` others do.
        """
        state = self.ask(question)
        if state.state not in _UNDER_WAY or not self._held.acquire(blocking=False):
            return state
        try:
            end = time.monotonic() + seconds
            again = time.monotonic() + _ASK_AGAIN_S
            while state.state in _UNDER_WAY and time.monotonic() < end:
                time.sleep(_POLL_S)
                if time.monotonic() < again:
                    state = self._state(question) or state
                else:  # the maker may have ended between its last look and this question
                    state = self.ask(question)
                    again = time.monotonic() + _ASK_AGAIN_S
        finally:
            self._held.release()
        return state

    def _state(self, question: FileQuestion) -> FileState | None:
        """Return how far a file is, None when nobody has asked for it."""
        if self._path(question).exists():
            return FileState("ready")
        failed = self._path(question, ".failed")
        age = age_seconds(failed)
        if age is not None and age < FAILURE_KEPT_S:
            return FileState("failed", failure=failed.read_text("utf-8"))
        age = age_seconds(self._path(question, ".making"))
        if age is not None:
            return FileState("making", seconds=round(age))
        waiting = [path.stem for path in self._waiting()]
        if question.key in waiting:
            ahead = waiting.index(question.key) + any(self._directory.glob("*.making"))
            return FileState("waiting", ahead)
        # It may have been finished since the first look.
        return FileState("ready") if self._path(question).exists() else None

    def _waiting(self) -> list[Path]:
        return oldest_first(self._directory, "*.job")

    def _path(self, question: FileQuestion, ending: str = "") -> Path:
        return self._directory / (question.key + ending)


def oldest_first(directory: Path, pattern: str) -> list[Path]:
    """Return the files of a directory that fit a pattern, by time of their last change."""
    ages = ((age_seconds(path), path) for path in directory.glob(pattern))
    return [path for _, path in sorted((-age, path) for age, path in ages if age is not None)]


def age_seconds(path: Path) -> float | None:
    """Return how long ago a file was changed; None when it is not there."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except FileNotFoundError:
        return None


def put_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    with whole_file(path) as file:
        file.write(content)
