"""Compiling, starting and asking once, on made-up countries of 2,500, 50,000, 500,000 facilities.

For each: what compiling the snapshot costs and how much memory it takes; how long a worker takes to
be ready once it is forked, and how much memory of its own it has after some questions, beside the
process it was forked from and another that has the snapshot mapped, as workers are beside one
another; processor time of cold commands. ``BENCH_COUNTRIES=2500,50000`` chooses others.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from mmap import ACCESS_READ, PAGESIZE, mmap
from pathlib import Path
from typing import Any

from tests.bench.country import make_country

SIZES = "2500,50000,500000"
_QUESTIONS = 50
_COMPILE = """
import json, sys, time
from geoportal.services.portal import Portal, shipped_reference
from geoportal.store.database import open_database
began = time.process_time()
Portal(open_database(sys.argv[1]), shipped_reference()).view()
used = time.process_time() - began
peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps({"compile_s": round(used, 1), "compile_peak_mb": round(peak)}))
"""
_WORKER = """
import gc, json, os, sys, time
os.environ |= {"GEOPORTAL_DATABASE": sys.argv[1], "GEOPORTAL_TILE_URL": ""}
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from geoportal.documents.search import search_document
from geoportal.domain.query import Origin, Query
from geoportal.serving.worker import prepare
prepared = prepare()
gc.collect()
gc.freeze()
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
began = time.perf_counter(), time.process_time()
prepared.begin()
view = prepared.portal.view()
ready, used = time.perf_counter() - began[0], time.process_time() - began[1]
columns = view.snapshot.columns
for row in range(0, int(columns.located.sum()), max(1, int(columns.located.sum()) // QUESTIONS)):
    place = Origin(float(columns.lon[row]), float(columns.lat[row]))
    search_document(view, view.search(Query(origin=place, radius_m=4_000, needs=("VM.REG",))))
with open("/proc/self/smaps_rollup") as file:
    private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
print(json.dumps({"ready_s": round(ready, 3), "ready_cpu_s": round(used, 3),
                  "private_mb": round(private / 1024)}), flush=True)
os._exit(0)
"""
_IMPORTS = """
import geoportal.serving.worker
with open("/proc/self/smaps_rollup") as file:
    private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
print('{"modules_mb": %d}' % (private / 1024))
"""


def _run(script: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _cold(*arguments: str) -> float:
    """Return the least processor time of three runs of a command, seconds."""
    tool = [sys.executable, "-c", "from geoportal.cli.main import main; main()", *arguments]
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(tool, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return round(min(times), 2)


def measure(size: int) -> dict[str, Any]:
    """Return the figures of a country of some facilities."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "country.db")
        make_country(Path(path), size)
        figures = {"facilities": size, **_run(_COMPILE, path)}
        (snapshot,) = Path(f"{path}.derived").glob("snapshot-*.bin")
        with snapshot.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as beside:
            beside[::PAGESIZE]
            figures |= _run(_WORKER.replace("QUESTIONS", str(_QUESTIONS)), path)
        figures["snapshot_mb"] = round(snapshot.stat().st_size / 2**20)
        near = ("--near", "135.5,34.7", "--need", "VM.REG", "--json")
        figures["search_s"] = _cold("--db", path, "search", *near)
        figures["facility_s"] = _cold("--db", path, "facility", "b0000001", "--json")
        return figures


def main() -> dict[str, Any]:
    """Print a table; return the figures."""
    sizes = map(int, os.environ.get("BENCH_COUNTRIES", SIZES).split(","))
    modules, rows = _run(_IMPORTS), []
    print(f"modules alone {modules['modules_mb']} MB; geoportal --help {_cold('--help')} s")
    for size in sizes:
        row = measure(size)
        rows.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return {"modules": modules, "countries": rows}


if __name__ == "__main__":
    main()
