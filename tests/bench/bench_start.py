"""Starting and asking once, on the sample and on made-up countries without towns.

For each: how long a worker takes to be ready once it is forked, and how much memory of its own it
has after some questions, beside the process it was forked from and another that has the snapshot
mapped, as workers are beside one another; processor time of cold commands. Countries have 2,500,
50,000 and 500,000 facilities, or as ``BENCH_COUNTRIES=2500,50000`` says.
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

from geoportal.ingest.pipeline import load_sample
from geoportal.services.portal import Portal, now_in_japan, sample_directory, shipped_reference
from geoportal.store.database import open_database
from tests.bench.country import make_country

SIZES = "2500,50000,500000"
_SAMPLE = 814
_QUESTIONS = 50
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


def measure(path: str, near: str, facility: str) -> dict[str, Any]:
    """Return the figures of a database; questions are asked around a point, and of a facility."""
    Portal(open_database(path), shipped_reference()).view()
    (snapshot,) = Path(f"{path}.derived").glob("snapshot-*.bin")
    with snapshot.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as beside:
        beside[::PAGESIZE]
        figures = _run(_WORKER.replace("QUESTIONS", str(_QUESTIONS)), path)
    figures["snapshot_mb"] = round(snapshot.stat().st_size / 2**20)
    for name, *arguments in (
        ("search", "--near", near, "--need", "VM.REG"),
        ("facility", facility),
        ("geocode", "北九州市小倉北区城内1-1"),
    ):
        figures[f"{name}_s"] = _cold("--db", path, name, *arguments, "--json")
    return figures


def _load_sample(path: Path) -> None:
    directory = sample_directory()
    centres = directory.parent / "cities" / "40100" / "centres.csv"
    database = open_database(path, create=True)
    load_sample(database, shipped_reference(), directory, centres, today=now_in_japan().date())


def main() -> dict[str, Any]:
    """Print a table; return the figures."""
    sizes = map(int, os.environ.get("BENCH_COUNTRIES", SIZES).split(","))
    modules, rows = _run(_IMPORTS), []
    print(f"modules alone {modules['modules_mb']} MB; geoportal --help {_cold('--help')} s")
    for size in (_SAMPLE, *sizes):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "measured.db"
            if size == _SAMPLE:
                _load_sample(path)
                figures = measure(str(path), "130.8751,33.8834", "4019500617")
            else:
                make_country(path, size)
                figures = measure(str(path), "135.5,34.7", "b0000001")
        row = {"facilities": size} | figures
        rows.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return {"modules": modules, "countries": rows}


if __name__ == "__main__":
    main()
