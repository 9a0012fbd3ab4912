"""Imports into an empty and into a full database: 2,500 and 50,000 rows in two files.

For each size, in processes of their own and without compiling, the import of all rows, of the same
files once more, and of one ward's file in which one phone has changed; then what compiling costs
after that, and what it costs from nothing. As many worker processes are used as the program uses by
itself. Told is processor time and time by the clock, which says something on an idle machine only,
and the memory of all processes together that is no file's. ``BENCH_IMPORTS=500000`` chooses other
sizes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.bench.country import make_files

SIZES = "2500,50000"
_EVERY_S: Final = 0.5
"""Seconds after which memory is looked at again."""
_RUN = """
import json, os, sys, time
from datetime import date
from pathlib import Path
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
from geoportal.workers import usable_processes
what, path, *files = sys.argv[1:]
reference = shipped_reference()
database = open_database(path, create=True)
began, clock = sum(os.times()[:4]), time.perf_counter()
if what == "import":
    options = ImportOptions(accept_shrink=True, processes=usable_processes())
    said = import_files(database, reference, [Path(one) for one in files], options,
                        today=date(2026, 11, 22))
    if said.refused:
        sys.exit(str([issue for one in said.files for issue in one.issues][:3]))
else:
    Portal(database, reference, processes=usable_processes()).view()
taken = time.perf_counter() - clock
used = sum(os.times()[:4]) - began
print(json.dumps({"cpu_s": round(used, 1), "clock_s": round(taken, 1)}))
"""


def _run(what: str, *arguments: str | Path) -> dict[str, Any]:
    command = [sys.executable, "-c", _RUN, what, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(_kilobytes, _all_of(process.pid))))
            time.sleep(_EVERY_S)
        said = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, what)
    found: dict[str, Any] = json.loads(said)
    return found | {"peak_mb": round(peak / 1024)}


def _all_of(number: int) -> Iterator[int]:
    """Yield the number of a process and those of its children and theirs, on Linux."""
    yield number
    with suppress(OSError):
        for thread in Path(f"/proc/{number}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _all_of(int(child))


def _kilobytes(number: int) -> int:
    """Return the memory of a process that is no file's, its share of what several have."""
    with suppress(OSError):
        lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:"))
    return 0


def measure(size: int) -> dict[str, Any]:
    """Return the figures of a number of rows."""
    figures: dict[str, Any] = {"rows": size}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "country.db"
        clinics, stations, ward = make_files(Path(folder) / "files", size)

        def step(name: str, what: str, *files: Path) -> None:
            found = _run(what, path, *files)
            print(
                f"  {size:,} rows  {name:<16} {found['cpu_s']} s of processor time, "
                f"{found['clock_s']} s by the clock, {found['peak_mb']} MB",
                flush=True,
            )
            figures[f"{name}_s"] = found["cpu_s"]
            figures[f"{name}_clock_s"] = found["clock_s"]
            figures[f"{name}_mb"] = found["peak_mb"]

        step("import", "import", clinics, stations)
        step("compile", "compile")
        step("again", "import", clinics, stations)
        step("one_ward", "import", ward)
        step("compile_after", "compile")
    return figures


def main() -> dict[str, Any]:
    """Print as it goes; return the figures."""
    sizes = map(int, os.environ.get("BENCH_IMPORTS", SIZES).split(","))
    return {"imports": [measure(size) for size in sizes]}


if __name__ == "__main__":
    main()
