"""An import that is killed or runs out of disk: the edition before or the new one, nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from geoportal.store.database import open_database
from tests.faults.process import PROGRAM, prepare, run
from tests.rounds import first_always
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    content,
    kaigo_row,
    write_csv,
)

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("GEOPORTAL_KILLS", "6"))
"""Moments of an import at which it is killed; more by hand."""


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """A database with a first edition, one with both, and the file of the second."""
    folder = tmp_path_factory.mktemp("editions")
    rows = [kaigo_row(事業所番号=f"40677{i:05}", 事業所名=f"見本{i}") for i in range(400)]
    towns = write_csv(folder / "towns.csv", TOWNS_HEADER, TOWNS)
    first = write_csv(folder / "kaigo_20250601.csv", KAIGO_HEADER, rows)
    later = [row | {"電話番号": "093-000-0009"} for row in rows[20:]]
    second = write_csv(folder / "kaigo_20251201.csv", KAIGO_HEADER, later)
    prepare(folder / "first.db", "import", towns, first)
    copy(folder / "first.db", folder / "both.db")
    started = time.monotonic()
    assert run(folder / "both.db", "import", second).exit_code == 0
    return folder, second, time.monotonic() - started


def copy(source, target):
    shutil.copy(source, target)
    shutil.copytree(f"{source}.derived", f"{target}.derived", dirs_exist_ok=True)


def held(path):
    database = open_database(path)
    try:
        return content(database)
    finally:
        database.engine.dispose()


@pytest.mark.parametrize(
    "moment", first_always(dict.fromkeys([KILLS - 1, KILLS // 2, *range(KILLS)]))
)
def test_killed_it_leaves_one_edition_whole_and_needs_no_cleaning(editions, tmp_path, moment):
    folder, second, seconds = editions
    path = tmp_path / "a.db"
    copy(folder / "first.db", path)
    command = [PROGRAM, "--db", path, "import", second]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds * (moment + 1) / (KILLS + 1))
    process.send_signal(signal.SIGKILL)
    ended = process.wait()
    first, both = held(folder / "first.db"), held(folder / "both.db")
    after = held(path)
    assert after in (first, both)
    assert after == both or ended != 0
    assert run(path, "import", second).exit_code == 0
    assert held(path) == both


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
@pytest.mark.parametrize("spare", first_always([200_000, 0, 1_000_000]))
def test_a_full_disk_leaves_the_edition_before_or_the_new_one(editions, tmp_path, spare):
    folder, second, _ = editions
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=False)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        path = disk / "a.db"
        copy(folder / "first.db", path)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(max(0, free - spare)))
        ended = run(path, "import", second)
        ballast.unlink()
        first, both = held(folder / "first.db"), held(folder / "both.db")
        assert held(path) == (both if ended.exit_code == 0 else first), ended.err
        if ended.exit_code:
            assert "disk" in ended.err
        assert run(path, "import", second).exit_code == 0
        assert held(path) == both
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_report_that_cannot_be_written_is_no_failed_import(editions, tmp_path):
    folder, second, _ = editions
    path = tmp_path / "a.db"
    copy(folder / "first.db", path)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [PROGRAM, "--db", path, "import", "--json", second],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert "the import itself is done" in ended.stderr
    assert held(path) == held(folder / "both.db")
