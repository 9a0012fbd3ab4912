"""An import whose n-th call that writes fails, in a forked process; what is left is looked at.

``python -m tests.faults.injected FOLDER`` runs with the library of `library` preloaded. FOLDER has
the files of the first edition and `SECOND`; databases with the first and with both are made in it.
A JSON `Point` a line on stdin is answered by an `Outcome` a line.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

FIRST = ("towns.csv", "kaigo_20250601.csv")
SECOND = "kaigo_20251201.csv"


@dataclass(frozen=True)
class Point:
    """Which call fails, by its share of all calls (0 to 1), with which error.

    An error below 0 is a signal that ends the process instead. ``lasting``: all later ones fail
    too; ``reading``: calls that read are counted as well.
    """

    share: float
    error: int
    lasting: bool = False
    reading: bool = False


@dataclass(frozen=True)
class Outcome:
    """What an import and the next one left.

    ``number`` of ``calls`` failed. ``held`` is "first", "both" or "neither"; ``next_held`` what the
    next import leaves; ``shown``: searches see every facility of it.
    """

    number: int
    calls: int
    exit_code: int
    said: str
    held: str
    next_exit_code: int
    next_said: str
    next_held: str
    shown: bool


def library(folder: Path) -> Path | None:
    """Compile the library to preload; None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    made = folder / "failing_calls.so"
    source = Path(__file__).with_name("failing_calls.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


def outcomes(folder: Path, points: Iterable[Point]) -> Iterator[Outcome]:
    """Yield what becomes of an import for each point; see the module for the folder."""
    preloaded = library(folder)
    assert preloaded is not None
    asked = "".join(json.dumps(asdict(point)) + "\n" for point in points)
    running = subprocess.run(
        [sys.executable, "-B", "-m", "tests.faults.injected", folder],
        input=asked,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "LD_PRELOAD": str(preloaded), "OMP_NUM_THREADS": "1"},
    )
    for line in running.stdout.splitlines():
        yield Outcome(**json.loads(line))


def _forked(work: Callable[[], int], said: Path) -> tuple[int, str]:
    """Do work in a forked process; return its exit code and what it wrote."""
    gc.collect()
    child = os.fork()
    if not child:
        code = 70
        try:
            output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            code = work()
        except BaseException:  # noqa: BLE001 - a forked process never comes back
            traceback.print_exc()
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.read_text(errors="replace")


def _import(database: Path, *files: Path) -> int:
    """Run the command as a shell would; return its exit code."""
    from geoportal.cli.main import run

    sys.argv = ["geoportal", "--db", str(database), "import", *map(str, files)]
    try:
        run()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


class _Place:
    """A database to spoil, with what it is at first and should be in the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "point" / "a.db"
        self.path.parent.mkdir()
        self._first = folder / "first.db"
        _import(self._first, *(folder / name for name in FIRST))
        self.editions = {"first": self._held(self._first)}
        self.fresh()
        self.import_second()
        self.shown()  # every module that is needed is loaded by now
        self.editions["both"] = self._held(self.path)

    def fresh(self) -> None:
        """Copy the database with the first edition; nothing is left in its log of writes."""
        shutil.rmtree(self.path.parent)
        shutil.copytree(f"{self._first}.derived", f"{self.path}.derived")
        shutil.copy(self._first, self.path)

    def import_second(self) -> int:
        """Import the second edition."""
        return _import(self.path, self.folder / SECOND)

    def held(self) -> str:
        """Name what the database holds."""
        found = self._held(self.path)
        return next((name for name, known in self.editions.items() if known == found), "neither")

    def shown(self) -> int:
        """Return 0 when searches see the facilities that the database holds."""
        from geoportal.services.portal import Portal, shipped_reference
        from geoportal.store.database import open_database

        held = {row[0] for row in self._held(self.path)["facilities"]}
        database = open_database(self.path)
        seen = set(Portal(database, shipped_reference()).view().snapshot.by_id)
        database.engine.dispose()
        return int(seen != held)

    def _held(self, path: Path) -> dict[str, list[tuple[object, ...]]]:
        from geoportal.store.database import open_database
        from tests.unit.ingest.official import content

        database = open_database(path)
        try:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return content(database)
        finally:
            database.engine.dispose()


def _attempt(place: _Place, number: int, point: Point) -> tuple[int, str, int]:
    """Import with one call failing; return exit code, words and the calls there were."""
    shim, counted = ctypes.CDLL(None), place.folder / "calls"

    def work() -> int:
        shim.arm(ctypes.c_long(number), point.error, point.lasting, point.reading)
        try:
            return place.import_second()
        finally:
            counted.write_text(str(shim.disarm()))

    place.fresh()
    counted.write_text("0")  # a process that is killed does not say
    return *_forked(work, place.folder / "said"), int(counted.read_text())


def _serve(folder: Path) -> None:
    """Answer for each point on stdin."""
    place, totals = _Place(folder), {}
    for line in sys.stdin:
        point = Point(**json.loads(line))
        if point.reading not in totals:
            totals[point.reading] = _attempt(place, 0, point)[2]
        number = max(1, round(point.share * totals[point.reading]))
        exit_code, said, _ = _attempt(place, number, point)
        held = place.held()
        again, said_again = _forked(place.import_second, folder / "said")
        seen, _ = _forked(place.shown, folder / "seen")
        then = place.held()
        outcome = Outcome(
            number, totals[point.reading], exit_code, said, held, again, said_again, then, not seen
        )
        sys.__stdout__.write(json.dumps(asdict(outcome)) + "\n")
        sys.__stdout__.flush()


if __name__ == "__main__":
    kept = os.dup(1)
    os.dup2(2, 1)  # what is imported to warm up says goes elsewhere
    sys.__stdout__ = os.fdopen(kept, "w")
    _serve(Path(sys.argv[1]))
