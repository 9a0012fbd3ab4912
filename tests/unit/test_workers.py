"""Worker processes: the order of results, faults, and what becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geoportal.errors import InputRefusedError, UsageError
from geoportal.settings import Settings
from geoportal.workers import WorkerDiedError, usable_processes, working

pytestmark = pytest.mark.skipif(usable_processes() < 2, reason="needs a machine that forks")
_ORPHANS = """
import sys, time
from geoportal.workers import working
with working(lambda _: time.sleep(600), 2) as map_:
    from multiprocessing import active_children
    print(*(child.pid for child in active_children()), flush=True)
    list(map_(range(2)))
"""


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_the_order_of_tasks(processes: int) -> None:
    with working(lambda number: (number * number, os.getpid()), processes) as in_workers:
        found = list(in_workers(iter(range(50))))
    assert [square for square, _ in found] == [number**2 for number in range(50)]
    used = {pid for _, pid in found}
    assert (os.getpid() in used) == (processes == 1)
    assert len(used) <= processes


@pytest.mark.parametrize("processes", [1, 2])
def test_what_the_function_raises_is_raised_here(processes: int) -> None:
    def refuse(number: int) -> int:
        if number == 3:
            raise InputRefusedError("line 3 is bad")
        return number

    with (
        pytest.raises(InputRefusedError, match="line 3 is bad"),
        working(refuse, processes) as in_workers,
    ):
        list(in_workers(range(9)))


def test_a_killed_worker_is_an_error() -> None:
    def die(number: int) -> int:
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    with pytest.raises(WorkerDiedError), working(die, 2) as in_workers:
        list(in_workers(range(9)))


def test_workers_end_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _ORPHANS], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        workers = list(map(int, parent.stdout.readline().split()))
        assert len(workers) == 2
        parent.kill()
    deadline = time.monotonic() + 30
    while any(map(_runs, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX"
    except OSError:
        return False


def test_how_many_is_a_setting() -> None:
    assert Settings.from_environment({"GEOPORTAL_PROCESSES": "3"}).processes == 3
    for wrong in ("", "-1", "1.5", "３", "100"):
        with pytest.raises(UsageError, match="GEOPORTAL_PROCESSES must be a number of processes"):
            Settings.from_environment({"GEOPORTAL_PROCESSES": wrong})
