"""Whichever call of an import fails or is the last: one edition or the other, truthfully said."""

from __future__ import annotations

import errno
import signal

import pytest

from tests.faults.injected import FIRST, SECOND, Point, library, outcomes
from tests.unit.ingest.official import KAIGO_HEADER, TOWNS, TOWNS_HEADER, kaigo_row, write_csv

pytestmark = pytest.mark.slow


@pytest.fixture
def editions(tmp_path):
    """A folder with the files of two editions."""
    if library(tmp_path) is None:
        pytest.skip("no C compiler: no library that lets calls fail")
    rows = [kaigo_row(事業所番号=f"40677{i:05}", 事業所名=f"見本{i}") for i in range(30)]
    later = [row | {"電話番号": "093-000-0009"} for row in rows[5:]]
    write_csv(tmp_path / FIRST[0], TOWNS_HEADER, TOWNS)
    write_csv(tmp_path / FIRST[1], KAIGO_HEADER, rows)
    write_csv(tmp_path / SECOND, KAIGO_HEADER, later)
    return tmp_path


def fault_of(outcome):
    """What is wrong with what is left, empty when nothing is."""
    done, words, killed = outcome.exit_code == 0, outcome.said, outcome.exit_code < 0
    refused = "cannot be read" in words and "the disk cannot be read or written" not in words
    checks = {
        "exit code": killed or outcome.exit_code in ({3} if refused else {0, 1}),
        "a fault of ours": "Traceback" not in words and "a fault of ours" not in words,
        "a third state": outcome.held in {"first", "both"},
        "success without the data": not done or outcome.held == "both",
        "failure in spite of the data": (
            done or killed or outcome.held == "first" or "data are in" in words
        ),
        "the next import": (outcome.next_exit_code, outcome.next_held) == (0, "both"),
        "searches after it": outcome.shown,
    }
    return ", ".join(name for name, fine in checks.items() if not fine)


def faults_of(folder, points):
    found = zip(points, outcomes(folder, points), strict=True)
    return "\n".join(f"{fault}: {p} {o}" for p, o in found if (fault := fault_of(o)))


def test_a_disk_that_is_full_from_the_middle_on(editions):
    assert faults_of(editions, [Point(0.5, errno.ENOSPC, lasting=True)]) == ""


@pytest.mark.long
@pytest.mark.parametrize(
    ("error", "lasting", "reading", "count"),
    [
        (errno.EIO, False, False, 150),
        (errno.ENOSPC, True, False, 100),
        (errno.EIO, False, True, 100),
        (-signal.SIGKILL, False, True, 100),
    ],
    ids=["one call", "a disk that stays full", "reading too", "killed"],
)
def test_calls_from_the_first_to_the_last(editions, error, lasting, reading, count):
    points = [Point((n + 1) / count, error, lasting, reading) for n in range(count)]
    assert faults_of(editions, points) == ""
