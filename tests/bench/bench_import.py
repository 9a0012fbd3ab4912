"""Imports into an empty and into a full database: 2,500 and 50,000 rows in two files.

For each size, in processes of their own and without compiling, processor time and peak memory of
the import of all rows, of the same files once more, and of one ward's file in which one phone has
changed; then what compiling costs after that, and what it costs from nothing.
``BENCH_IMPORTS=500000`` chooses other sizes: a nation takes half an hour.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.country import make_files

SIZES = "2500,50000"
_RUN = """
import json, os, sys, time
from datetime import date
from pathlib import Path
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
what, path, *files = sys.argv[1:]
reference = shipped_reference()
database = open_database(path, create=True)
began = sum(os.times()[:4])
if what == "import":
    said = import_files(database, reference, [Path(one) for one in files],
                        ImportOptions(accept_shrink=True), today=date(2026, 11, 22))
    if said.refused:
        sys.exit(str([issue for one in said.files for issue in one.issues][:3]))
else:
    Portal(database, reference).view()
used = sum(os.times()[:4]) - began
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps({"cpu_s": round(used, 1), "peak_mb": round(peak)}))
"""


def _run(what: str, *arguments: str | Path) -> dict[str, Any]:
    command = [sys.executable, "-c", _RUN, what, *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(size: int) -> dict[str, Any]:
    """Return the figures of a number of rows."""
    figures: dict[str, Any] = {"rows": size}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "country.db"
        clinics, stations, ward = make_files(Path(folder) / "files", size)

        def step(name: str, what: str, *files: Path) -> None:
            found = _run(what, path, *files)
            print(
                f"  {size:,} rows  {name:<16} {found['cpu_s']} s, {found['peak_mb']} MB", flush=True
            )
            figures[f"{name}_s"] = found["cpu_s"]
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
