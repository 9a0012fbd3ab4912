"""Freed memory goes back to the system some time after requests, once for many."""

from __future__ import annotations

import asyncio
import mmap
import sys

import pytest

from geoportal.serving.memory import HandBack, keep_little, private_bytes, trim
from tests.unit.serving.loop import run


def test_many_requests_lead_to_one_handing_back():
    asked: list[int] = []

    async def requests() -> None:
        hand_back = HandBack(0.01, lambda: asked.append(0))
        for _ in range(5):
            hand_back.soon()
        await asyncio.sleep(0.05)
        assert asked == [0]
        hand_back.soon()
        await asyncio.sleep(0.05)
        assert asked == [0, 0]

    run(requests())


def test_where_the_c_library_cannot_nothing_is_done(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    keep_little()
    trim()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_pages_of_a_file_that_was_read_do_not_stay_and_it_reads_as_before(tmp_path):
    path = tmp_path / "mapped.bin"
    path.write_bytes(bytes(range(256)) * 65_536)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        whole = bytes(mapped)
        size = len(whole)
        before = private_bytes()
        trim()
        assert before - private_bytes() > size / 2
        assert bytes(mapped) == whole
