"""The server under slow clients and ten times what it can do.

``python -m tests.bench.bench_overload [PORT]`` measures a server that runs on the port, or one it
starts over the sample city. Clients and server share the machine: figures compare runs, no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.server import Served

QUESTION = json.dumps(
    {"near": {"lon": 130.8751, "lat": 33.8834}, "needs": ["VM.REG", "AC.ULCER"]}
).encode()
SEARCH = (
    b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(QUESTION), QUESTION)
)
PAGE = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PATIENCE_S = 10.0


@dataclass
class Outcome:
    """What clients got: statuses (0 for none), and the seconds of the answers that were 200."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    without_retry_after: int = 0

    @property
    def p99_s(self) -> float:
        """Seconds within which 99 of 100 answers came."""
        ordered = sorted(self.seconds) or [float("nan")]
        return ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]

    def line(self, lasted_s: float) -> str:
        """Return it in words."""
        ordered = sorted(self.seconds) or [float("nan")]
        p99 = self.p99_s
        return (
            f"{len(self.seconds) / lasted_s:7.1f}/s answered  p50 {statistics.median(ordered):.3f}"
            f"  p99 {p99:.3f} s  {dict(self.statuses)}  503 without Retry-After"
            f" {self.without_retry_after}"
        )


async def ask(port: int, request: bytes, outcome: Outcome) -> None:
    """Ask once, over a connection of its own."""
    began = time.perf_counter()
    status, answer = 0, b""
    with contextlib.suppress(OSError, TimeoutError, IndexError, ValueError):
        answer = await asyncio.wait_for(_exchange(port, request), PATIENCE_S)
        status = int(answer[9:12])
    outcome.statuses[status] += 1
    if status == 200:
        outcome.seconds.append(time.perf_counter() - began)
    if status == 503 and b"\r\nretry-after: " not in answer.lower():
        outcome.without_retry_after += 1


async def _exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read(-1)
    finally:
        writer.close()


async def closed_loop(port: int, request: bytes, clients: int, lasting_s: float) -> Outcome:
    """Let clients ask one question after the other."""
    outcome, until = Outcome(), time.perf_counter() + lasting_s

    async def client() -> None:
        while time.perf_counter() < until:
            await ask(port, request, outcome)

    await asyncio.gather(*(client() for _ in range(clients)))
    return outcome


async def open_loop(port: int, request: bytes, rate: float, lasting_s: float) -> Outcome:
    """Let questions arrive at a rate, whatever becomes of those before."""
    outcome, tasks = Outcome(), set()
    began = time.perf_counter()
    while (elapsed := time.perf_counter() - began) < lasting_s:
        while len(tasks) and outcome.statuses.total() + len(tasks) >= elapsed * rate:
            await asyncio.sleep(0.001)
            elapsed = time.perf_counter() - began
        task = asyncio.ensure_future(ask(port, request, outcome))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return outcome


async def slow_headers(port: int) -> None:
    """Send a header a second."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    for _ in range(60):
        writer.write(b"X-Slow: 1\r\n")
        await asyncio.sleep(1)


async def slow_body(port: int) -> None:
    """Send a byte of the body a second."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(SEARCH[: SEARCH.index(b"\r\n\r\n") + 4])
    for _ in range(60):
        writer.write(b" ")
        await asyncio.sleep(1)


async def slow_reading(port: int) -> None:
    """Ask for a page and read a byte a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(PAGE)
    for _ in range(60):
        await reader.read(1)
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def beside(
    client: Callable[[int], Awaitable[None]], port: int, n: int
) -> AsyncIterator[None]:
    """Keep slow clients going."""

    async def again() -> None:
        while True:
            with contextlib.suppress(OSError):
                await client(port)
            await asyncio.sleep(0.1)

    tasks = [asyncio.ensure_future(again()) for _ in range(n)]
    await asyncio.sleep(2)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measure(port: int) -> dict[str, float]:
    """Print how the server fares; return how it does with ten times what it can answer."""
    figures = {}
    for name, request in (("search", SEARCH), ("page", PAGE)):
        await closed_loop(port, request, 4, 1.0)
        calm = await closed_loop(port, request, 8, 4.0)
        capacity = len(calm.seconds) / 4.0
        print(f"{name:8s} calm          {calm.line(4.0)}", flush=True)
        flood = await open_loop(port, request, 10 * capacity, 8.0)
        print(f"{name:8s} ten times     {flood.line(8.0)}", flush=True)
        figures[f"{name}: answered at ten times, share of calm"] = round(
            len(flood.seconds) / 8.0 / capacity, 2
        )
        figures[f"{name}: p99 at ten times, s"] = round(flood.p99_s, 2)
        after = await closed_loop(port, request, 8, 4.0)
        print(f"{name:8s} straight after{after.line(4.0)}", flush=True)
    for client in (slow_headers, slow_body, slow_reading):
        async with beside(client, port, 300):
            outcome = await closed_loop(port, SEARCH, 8, 8.0)
        print(f"300 {client.__name__:14s}   {outcome.line(8.0)}", flush=True)
        figures[f"p99 beside 300 clients with {client.__name__.replace('_', ' ')}, s"] = round(
            outcome.p99_s, 2
        )
    return figures


def main() -> dict[str, float]:
    """Measure a server over the sample city."""
    with tempfile.TemporaryDirectory() as folder, Served.over_sample(Path(folder)) as server:
        return asyncio.run(measure(server.port))


if __name__ == "__main__":
    main()
