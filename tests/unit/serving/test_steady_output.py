"""Streams whose writes never fail: full disks, pipes that nobody reads."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import structlog

from geoportal.serving.steady_output import steady


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_what_a_full_disk_does_not_take_is_lost() -> None:
    with Path("/dev/full").open("w") as full:
        stream = steady(full)
        print("a line", file=stream, flush=True)
        structlog.BytesLogger(stream.buffer).info(b"{}")
        assert stream.fileno() == full.fileno()


def test_what_can_be_written_is_written_at_once(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        stream = steady(log)
        stream.write("起動\ud800\n")
        assert (tmp_path / "log").read_bytes() == "起動\\ud800\n".encode()


def test_a_pipe_that_nobody_reads_ends_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        print("a line", file=steady(pipe), flush=True)


def test_a_stream_in_memory_stays_as_it_is() -> None:
    stream = io.StringIO()
    assert steady(stream) is stream
