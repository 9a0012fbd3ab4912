"""Freed memory goes back to the system some time after requests, once for many."""

from __future__ import annotations

import asyncio

from geoportal.serving.memory import HandBack, keep_little
from tests.unit.serving.loop import run


def test_many_requests_lead_to_one_handing_back():
    asked: list[int] = []

    async def requests() -> None:
        hand_back = HandBack(after_s=0.01)
        hand_back._trim = asked.append
        for _ in range(5):
            hand_back.soon()
        await asyncio.sleep(0.05)
        assert asked == [0]
        hand_back.soon()
        await asyncio.sleep(0.05)
        assert asked == [0, 0]

    run(requests())


def test_where_the_c_library_cannot_nothing_is_done():
    async def request() -> None:
        hand_back = HandBack(after_s=0.0)
        hand_back._trim = None
        hand_back.soon()
        await asyncio.sleep(0.01)

    run(request())
    keep_little()
