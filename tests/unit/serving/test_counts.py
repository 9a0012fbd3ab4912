"""Files of counts: their room is taken before anything counts, so that a full disk ends nobody."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from geoportal.serving import counts
from geoportal.serving.counts import ROOM_BYTES, SHARED_DIRECTORY, shared_counts

COUNTING = """
from prometheus_client import CollectorRegistry, Counter
from geoportal.serving.counts import count_at
count_at(1)
Counter("asked", "Asked", ["route"], registry=CollectorRegistry()).labels("/").inc()
"""
SUMMED = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
both = CollectorRegistry()
MultiProcessCollector(both)
print(generate_latest(both).decode())
"""


def run(program):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout


def test_room_is_taken_at_once_and_a_place_goes_on_from_its_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(counts.tempfile, "tempdir", str(tmp_path))
    with shared_counts(2) as has_room:
        assert has_room
        (folder,) = tmp_path.iterdir()
        files = list(folder.iterdir())
        assert len(files) == 4
        assert all(file.stat().st_blocks * 512 >= ROOM_BYTES for file in files)
        run(COUNTING)  # one process after the other, as when a worker is replaced
        run(COUNTING)
        assert 'asked_total{route="/"} 2.0' in run(SUMMED)
        assert set(folder.iterdir()) == set(files)
        assert {file.stat().st_size for file in files} == {ROOM_BYTES}
    assert not list(tmp_path.iterdir())
    assert SHARED_DIRECTORY not in os.environ


def test_what_a_killed_server_left_is_taken_away_and_what_one_uses_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(counts.tempfile, "tempdir", str(tmp_path))
    program = f"""
import os, signal, tempfile
from geoportal.serving.counts import shared_counts
tempfile.tempdir = {str(tmp_path)!r}
with shared_counts(1):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    (left,) = tmp_path.iterdir()
    with shared_counts(1):
        assert left.is_dir(), "a server may be making it"
        (used,) = {*tmp_path.iterdir()} - {left}
        for folder in (left, used):
            os.utime(folder, (0, 0))
        with shared_counts(1):
            assert used.is_dir()
            assert not left.exists()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("failing", ["mkdtemp", "posix_fallocate"])
def test_without_room_there_are_no_files(failing, tmp_path, monkeypatch):
    def fail(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(counts.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(counts.tempfile if failing == "mkdtemp" else os, failing, fail)
    with shared_counts(2) as has_room:
        assert not has_room
        assert SHARED_DIRECTORY not in os.environ
    assert not list(Path(tmp_path).iterdir())
