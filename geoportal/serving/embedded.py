"""Granian's HTTP parser in a worker, over a socket that is already open, for HTTP/1.1 only.

Granian hands requests over on a thread of its own, which holds Python's lock. There they are looked
at before anything is made for them: a refusal takes neither a task nor a turn of the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, Final

from granian.constants import HTTPModes
from granian.http import HTTP1Settings

from geoportal.serving.gate import Gate
from geoportal.serving.listening import BACKLOG

native: Any = import_module("granian._granian")  # not typed as it is
CONNECTIONS: Final = 2048
"""Connections one worker holds; more wait in the kernel until one ends."""
_HEADER_MS: Final = 8_000
"""Request line and headers must have arrived within this time, also on a kept-alive connection."""
_HEADER_BYTES: Final = 64 * 1024
_PARSING, _SENDING_FILES, _HANDING_OVER = 1, 1, 1
"""Threads of Granian's. Files are not sent by it."""
_IDLE_S: Final = 30
_WITHOUT_TLS: Final[tuple[Any, ...]] = (False, None, None, None, "tls1.3", None, [], False)


async def serve(gate: Gate, listener: int, stopping: asyncio.Event) -> None:
    """Hand requests to the gate until the end is asked for and all that were taken are answered."""
    loop = asyncio.get_running_loop()
    ended, end = loop.create_future(), native.WorkerSignal()
    end.add_cb(lambda: loop.call_soon_threadsafe(ended.set_result, None))
    worker = native.RSGIWorker(
        1,
        (None, native.SocketHolder(listener, False, BACKLOG)),
        None,
        _PARSING,
        _SENDING_FILES,
        _HANDING_OVER,
        _IDLE_S,
        CONNECTIONS,
        HTTPModes.http1,
        HTTP1Settings(header_read_timeout=_HEADER_MS, max_buffer_size=_HEADER_BYTES),
        None,
        False,
        None,
        *_WITHOUT_TLS,
        (None, None),
    )
    gate.__rsgi_init__(loop)
    scheduler = native.CallbackScheduler(loop, gate, None, None, None)
    scheduler._schedule_fn = _handing_over(gate, loop, scheduler._ctx)
    worker.serve_async(scheduler, loop, end)
    await stopping.wait()
    end.set()
    await ended


def _handing_over(
    gate: Gate, loop: asyncio.AbstractEventLoop, context: Any
) -> Callable[[Any], None]:
    """Return what Granian calls with each request (a ``CallbackWatcherHTTP``) on its own thread."""

    async def answer(request: Any) -> None:
        try:
            await gate.__rsgi__(request.scope, request.proto)
        except BaseException as error:
            request.err(error)
            raise
        request.done()

    def begin(answering: Coroutine[Any, Any, None], request: Any) -> None:
        request.taskref(loop.create_task(answering))

    def hand_over(request: Any) -> None:
        if not gate.refuses(request.scope, request.proto):
            loop.call_soon_threadsafe(begin, answer(request), request, context=context)

    return hand_over
