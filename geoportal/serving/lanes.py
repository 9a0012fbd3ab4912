"""Lanes: how many requests of one sort run at once, how many may wait for it, and how long.

A request that cannot be taken is refused at once, so that those taken are answered in time. Cheap
and expensive routes have lanes of their own: a full lane holds up no other.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from geoportal.desk.domain.survey import SHEET_BYTES
from geoportal.services.basemap.published import WAITING as WAITING_FOR_PUBLISHER
from geoportal.web.coverage.files import MOST_HELD as WAITING_FOR_MAKER

T = TypeVar("T")


class LaneFullError(Exception):
    """A request was not taken; ``retry_after_s`` is when to ask again, whole seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("the lane is full")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class LaneRule:
    """Bounds of one lane, of each worker.

    Attributes
    ----------
    name : str
        Label of its metrics.
    running, waiting : int
        Most requests that run, and that wait to run.
    patience_s : float
        Longest wait while a crowd waits; who has waited longer is refused, as the answer would
        come too late. Where only a few wait, the machine is slow, and they are served.
    retry_after_s : int
        What a refused client is told.
    inline : bool
        Whether requests run on the event loop itself, one a turn: only for routes that answer
        from memory in milliseconds. Handing one to a thread and back costs as much as it does.
    body_bytes : int
        Largest body where it is more than the application takes elsewhere; 0 where it is not.
    cost : int
        Tokens of its address that a request takes, see `geoportal.serving.rates`.
    apart : bool
        Whether requests are handed to another process, see `geoportal.serving.apart`.
    """

    name: str
    running: int
    waiting: int
    patience_s: float
    retry_after_s: int
    inline: bool = False
    body_bytes: int = 0
    cost: int = 1
    apart: bool = False


CROWD: Final = 12
"""So many waiting are a crowd: more than two browsers opening a page."""
MEMORY: Final = LaneRule("memory", 1, 128, 0.25, 1, inline=True)
STATIC: Final = replace(MEMORY, cost=0)
"""Files of the site itself, in the same lane: a page brings ten of them, so they take no tokens."""
PAGES: Final = LaneRule("pages", 2, 48, 0.3, 2)
COVERAGE: Final = LaneRule("coverage", 1, 16, 4.0, 5, cost=5, apart=True)
FILES: Final = LaneRule("files", WAITING_FOR_MAKER + 2, 16, 8.0, 15, cost=5)
EXPORTS: Final = LaneRule("exports", 1, 6, 8.0, 15, cost=10, apart=True)
TILES: Final = LaneRule("tiles", WAITING_FOR_PUBLISHER + 1, 64, 5.0, 2)
OPERATIONS: Final = LaneRule("operations", 1, 16, 8.0, 1, cost=0)
DESK: Final = LaneRule("desk", 2, 32, 8.0, 2)
SHEETS: Final = LaneRule("sheets", 1, 4, 8.0, 5, body_bytes=SHEET_BYTES, cost=10)
RULES: Final = (MEMORY, PAGES, COVERAGE, FILES, EXPORTS, TILES, OPERATIONS, DESK, SHEETS)

_EXACT: Final = {
    ("POST", "/api/v1/search"): MEMORY,
    ("POST", "/api/v1/suggest"): MEMORY,
    ("POST", "/api/v1/locate"): MEMORY,
    ("GET", "/api/v1/facilities"): MEMORY,
    ("GET", "/healthz"): OPERATIONS,
    ("GET", "/readyz"): OPERATIONS,
    ("GET", "/metrics"): OPERATIONS,
    ("GET", "/coverage"): COVERAGE,
    ("POST", "/coverage"): COVERAGE,
    ("GET", "/api/v1/coverage"): COVERAGE,
    ("POST", "/api/v1/coverage"): COVERAGE,
    ("POST", "/export"): EXPORTS,
    ("GET", "/desk"): DESK,
    ("GET", "/login"): DESK,
    ("POST", "/login"): DESK,
    ("POST", "/logout"): DESK,
    ("GET", "/changes.xlsx"): EXPORTS,
}
_UNDER: Final = (
    ("/desk/sheets/", SHEETS),
    ("/desk/", DESK),
    ("/o/", DESK),
    ("/static/", STATIC),
    ("/api/v1/facilities/", MEMORY),
    ("/tiles/", TILES),
    ("/ogc/collections/facilities/tiles/", TILES),
    ("/coverage/", FILES),
    ("/data/files/", FILES),
    ("/data/changes/", FILES),
    ("/ogc", COVERAGE),
    ("/fhir/", COVERAGE),
    ("/hsds", COVERAGE),
)


def rule_for(method: str, path: str) -> LaneRule:
    """Return the rule of the lane a request belongs to; what is not listed is a page."""
    exact = _EXACT.get(("GET" if method == "HEAD" else method, path))
    if exact is not None:
        return exact
    return next((rule for prefix, rule in _UNDER if path.startswith(prefix)), PAGES)


@dataclass
class Lane:
    """One lane in one worker. Belongs to the event loop; only the work runs elsewhere."""

    rule: LaneRule
    _running: int = field(default=0, init=False)
    _turn_taken: bool = field(default=False, init=False)
    _queue: deque[tuple[float, str, asyncio.Future[None]]] = field(
        default_factory=deque, init=False
    )
    _by_client: Counter[str] = field(default_factory=Counter, init=False)
    _threads: ThreadPoolExecutor | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if not self.rule.inline:
            self._threads = ThreadPoolExecutor(self.rule.running, self.rule.name)

    @property
    def waiting(self) -> int:
        """Requests that wait."""
        return len(self._queue)

    @property
    def is_crowded(self) -> bool:
        """Say whether as many wait as one client may have: only then it can be full for any."""
        return len(self._queue) >= self._most_of_one

    @property
    def _most_of_one(self) -> int:
        return max(1, self.rule.waiting // 2)

    def is_full(self, client: str) -> bool:
        """Say whether too many wait already, or half of that for this client."""
        return len(self._queue) >= self.rule.waiting or self._by_client[client] >= self._most_of_one

    async def run(
        self,
        client: str,
        work: Callable[[], T],
        apart: Callable[[], Awaitable[T | None]] | None = None,
    ) -> T:
        """Run work when its turn comes; where ``apart`` has a result, that is taken instead.

        Raises
        ------
        LaneFullError
            When `is_full`, or it waited too long.
        """
        await self._enter(client)
        try:
            if apart is not None and (result := await apart()) is not None:
                return result
            if self._threads is None:
                return work()
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._running -= 1
            self._admit()

    async def _enter(self, client: str) -> None:
        loop = asyncio.get_running_loop()
        if self._running < self.rule.running and not self._queue and not self._turn_taken:
            self._running += 1
            self._take_turn(loop)
            return
        if self.is_full(client):
            raise LaneFullError(self.rule.retry_after_s)
        admitted: asyncio.Future[None] = loop.create_future()
        self._queue.append((loop.time(), client, admitted))
        self._by_client[client] += 1
        await admitted

    def _take_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let one inline request run in this turn of the loop: those that came meanwhile queue.

        Otherwise a crowd would run one after another without ever being seen to wait.
        """
        if self.rule.inline:
            self._turn_taken = True
            loop.call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._turn_taken = False
        self._admit()

    def _admit(self) -> None:
        """Let the longest waiting in, and turn away who waited too long."""
        loop = asyncio.get_running_loop()
        while self._queue and self._running < self.rule.running and not self._turn_taken:
            since, client, admitted = self._queue.popleft()
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]
            if admitted.cancelled():
                continue
            is_late = loop.time() - since > self.rule.patience_s
            if is_late and len(self._queue) >= CROWD:
                admitted.set_exception(LaneFullError(self.rule.retry_after_s))
                continue
            self._running += 1
            self._take_turn(loop)
            admitted.set_result(None)
