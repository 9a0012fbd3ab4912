"""Lanes: who runs, who waits, who is turned away."""

from __future__ import annotations

import asyncio
import threading

import pytest

from geoportal.serving.lanes import (
    COVERAGE,
    CROWD,
    EXPORTS,
    FILES,
    MEMORY,
    OPERATIONS,
    PAGES,
    STATIC,
    TILES,
    Lane,
    LaneFullError,
    LaneRule,
    rule_for,
)
from tests.unit.serving.loop import run


@pytest.mark.parametrize(
    ("method", "path", "rule"),
    [
        ("POST", "/api/v1/search", MEMORY),
        ("GET", "/api/v1/search", PAGES),
        ("GET", "/static/1/built/main.js", STATIC),
        ("HEAD", "/healthz", OPERATIONS),
        ("GET", "/coverage/map.pdf", FILES),
        ("GET", "/coverage", COVERAGE),
        ("GET", "/data/files/districts/40106.csv", FILES),
        ("GET", "/data", PAGES),
        ("POST", "/export", EXPORTS),
        ("GET", "/tiles/10/1/2", TILES),
        ("GET", "/", PAGES),
        ("BREW", "/nothing", PAGES),
    ],
)
def test_cheap_and_expensive_routes_have_lanes_of_their_own(method, path, rule):
    assert rule_for(method, path) is rule


async def outcomes(lane, clients, work):
    """Return for each client what it got: the work's result, or ``"full"``."""

    async def ask(client):
        try:
            return await lane.run(client, work)
        except LaneFullError:
            return "full"

    return await asyncio.gather(*(ask(client) for client in clients))


def test_no_more_run_at_once_than_may_and_no_more_wait():
    running, most, lock = 0, 0, threading.Lock()
    let_go = threading.Event()

    def work():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        let_go.wait(5)
        with lock:
            running -= 1
        return "done"

    async def ask():
        lane = Lane(LaneRule("threads", 2, 6, 60.0, 1))
        asyncio.get_running_loop().call_later(0.05, let_go.set)
        return await outcomes(lane, [f"client {n}" for n in range(20)], work)

    got = run(ask())
    assert (got.count("done"), got.count("full"), most) == (2 + 6, 12, 2)
    assert got[:8] == ["done"] * 8  # who came first


def test_a_crowd_on_the_loop_itself_is_seen_to_wait():
    """Each would be done before the next begins, and none would ever be refused."""

    async def ask():
        lane = Lane(LaneRule("inline", 1, 10, 60.0, 1, inline=True))
        got = await outcomes(lane, [f"client {n}" for n in range(30)], lambda: "done")
        return got, lane.waiting, await outcomes(lane, ["late"], lambda: "done")

    got, waiting, later = run(ask())
    assert (got.count("done"), got.count("full"), waiting) == (11, 19, 0)
    assert later == ["done"]


def test_one_client_takes_at_most_half_of_the_places():
    async def ask():
        lane = Lane(LaneRule("inline", 1, 10, 60.0, 1, inline=True))
        return await outcomes(lane, ["greedy"] * 30 + ["other"], lambda: "done")

    got = run(ask())
    assert got[:30].count("done") == 1 + 5
    assert got[30] == "done"


@pytest.mark.parametrize(("more", "refused"), [(CROWD + 3, 3), (CROWD, 0)])
def test_who_waited_too_long_in_a_crowd_is_turned_away_but_not_where_few_wait(more, refused):
    async def ask():
        lane = Lane(LaneRule("inline", 1, 100, -1.0, 7, inline=True))  # any wait is too long
        return await outcomes(lane, [f"client {n}" for n in range(1 + more)], lambda: "done")

    got = run(ask())
    assert got.count("full") == refused
    assert got[-CROWD:] == ["done"] * CROWD


def test_work_that_fails_gives_its_place_back():
    async def ask():
        lane = Lane(LaneRule("inline", 1, 2, 60.0, 1, inline=True))
        with pytest.raises(ZeroDivisionError):
            await lane.run("a", lambda: 1 / 0)
        return await lane.run("a", lambda: "done")

    assert run(ask()) == "done"
