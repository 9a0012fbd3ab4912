"""The maker: one process per host that writes files of coverage packs and facilities in turn.

Drawing a map takes seconds of processor time. In a process of its own, of low priority, it takes
none of what answers searches. A worker starts it when a file is asked for; it ends when nothing has
been asked for in a while, or its worker has ended.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from filelock import FileLock, Timeout

from geoportal.documents.change_feeds import ChangeFeedQuery, change_feed
from geoportal.documents.coverage import coverage_report
from geoportal.documents.facility_files import FacilityFileQuery, facility_file
from geoportal.documents.ogc.coverage_cells import CoverageCellsQuery, coverage_cells_file
from geoportal.errors import GeoportalError, NotFoundError
from geoportal.export.pack_files import DOWNLOADS, PACK_FORMATS
from geoportal.services.view import View
from geoportal.web.coverage.files import OUTDATED, FileQuestion, oldest_first, put_whole

MOST_KEPT_BYTES: Final = 256 * 1024 * 1024
IDLE_S: Final = 120.0
_PRIORITY: Final = 5
_POLL_S: Final = 0.1
_LOG = logging.getLogger(__name__)


def work_off(directory: Path, view: Callable[[], View], *, idle_s: float = 0.0) -> None:
    """Make the files asked for, oldest first, until none has been asked for in ``idle_s`` seconds.

    Returns at once when another maker works in the directory.
    """
    parent = os.getppid()
    try:
        with FileLock(directory / "maker.lock", timeout=0):
            for left in directory.glob("*.making"):  # by a maker that was killed at it
                _fail(left, "InterruptedError")
            idle_since = time.monotonic()
            while os.getppid() == parent:
                waiting = oldest_first(directory, "*.job")
                if waiting:
                    _make(waiting[0], view())
                    idle_since = time.monotonic()
                elif time.monotonic() - idle_since >= idle_s:
                    return
                else:
                    time.sleep(_POLL_S)
    except Timeout:
        return


def _make(job: Path, view: View) -> None:
    """Make one file, or leave word why there is none."""
    making = job.with_suffix(".making")
    job.replace(making)
    os.utime(making)
    try:
        question = FileQuestion.from_job(making.read_bytes())
        now = question.as_of(view)
        put_whole(making.with_name(now.key), _written(view, now))
    except GeoportalError as error:
        _fail(making, type(error).__name__)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the next file is made
        _LOG.error("coverage file: %s", type(error).__name__)
        _fail(making, type(error).__name__)
    else:
        if now.key == making.stem:
            making.unlink()
        else:
            _fail(making, OUTDATED)
    _remove_oldest(job.parent)


def _written(view: View, question: FileQuestion) -> bytes:
    """Return the content of a file.

    Raises
    ------
    NotFoundError
        When there are no people to count in the area, or no such district.
    GeoportalError
        As `geoportal.documents.coverage.coverage_report`.
    """
    if isinstance(question.asked, FacilityFileQuery):
        return facility_file(view, question.asked, question.name)
    if isinstance(question.asked, ChangeFeedQuery):
        return change_feed(view, question.asked, question.name)
    if isinstance(question.asked, CoverageCellsQuery):
        return coverage_cells_file(view)
    from geoportal.export.pack import write_pack  # GIS and drawing libraries take time to load

    report = coverage_report(view, question.asked)
    if not report.study.has_cells:
        raise NotFoundError("no people are held of this area")
    chosen = DOWNLOADS[question.name].format or PACK_FORMATS[-1]
    with TemporaryDirectory() as folder:
        write_pack(Path(folder), report, [chosen])
        return (Path(folder) / question.name).read_bytes()


def _fail(making: Path, error: str) -> None:
    """Leave word of a failure. Without room even for that the job goes, and may be asked again."""
    try:
        put_whole(making.with_suffix(".failed"), error.encode())
    except OSError as full:
        _LOG.error("coverage file: %s", type(full).__name__)
    making.unlink(missing_ok=True)


def _remove_oldest(directory: Path) -> None:
    """Remove what was used longest ago, files and words of failure alike, beyond what is kept."""
    kept = [path for path in oldest_first(directory, "*") if path.suffix in ("", ".failed")]
    total = sum(path.stat().st_size for path in kept)
    for path in kept[:-1]:
        if total <= MOST_KEPT_BYTES:
            break
        total -= path.stat().st_size
        path.unlink(missing_ok=True)


class MakerProcess:
    """Starts the maker as a process of this worker, unless one runs on the host.

    Parameters
    ----------
    location : str
        The database, as `geoportal.store.database.open_database` takes it.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, directory: Path) -> None:
        """Start it. A second maker on a host ends by itself."""
        if self._process is not None and self._process.poll() is None:
            return
        lock = FileLock(directory / "maker.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return
        lock.release()
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", __name__, str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"GEOPORTAL_DATABASE": self._location},
        )


def main() -> None:
    """Run the maker for the directory named as the one argument."""
    from geoportal.services.compiling_process import STATEMENT_S
    from geoportal.services.portal import Portal, shipped_reference
    from geoportal.settings import Settings
    from geoportal.store.database import open_database

    os.nice(_PRIORITY)
    database = open_database(Settings.from_environment().database, within_s=STATEMENT_S)
    portal = Portal(database, shipped_reference())
    work_off(Path(sys.argv[1]), portal.view, idle_s=IDLE_S)


if __name__ == "__main__":
    main()
