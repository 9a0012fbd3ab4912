"""Requests answered apart: by one process of the host, forked like a worker, which stays small.

Coverage takes large arrays and tenths of a second of processor time, in which a worker's other
threads and its event loop wait for Python's lock. A worker hands such a request over and goes on.
Where nobody takes it, or the process apart answers from other data, it answers by itself.

A request is handed over as one end of a pair of sockets, sent through a socket that all workers
share: what is not taken yet waits there for whoever reads next. None of them has a name.
"""

from __future__ import annotations

import asyncio
import io
import marshal
import select
import socket
import struct
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

from geoportal.serving.gate import call
from geoportal.serving.memory import private_bytes, trim
from geoportal.serving.refusals import Answer

MOST_BYTES: Final = 48 * 1024 * 1024
"""Of its own; a process apart that has grown beyond this ends when it has answered."""
_TAKEN_WITHIN_S: Final = 3.0
_ANSWERED_WITHIN_S: Final = 120.0
_IDLE_MS: Final = 2000
_LOOKED_AT_AFTER: Final = 16
"""Requests after which memory is looked at where there is always one."""
_LENGTH: Final = struct.Struct("!Q")
_TAKEN, _LEFT = b"+", b"-"
_PIECE: Final = 256 * 1024
_INPUT, _ERRORS = "wsgi.input", "wsgi.errors"
Environ = dict[str, Any]


@dataclass(frozen=True)
class Apart:
    """Hands requests of a worker over.

    ``asking`` is the workers' end of the shared socket, which does not block; ``held`` says what
    this process answers from.
    """

    asking: socket.socket
    held: Callable[[], str]
    taken_within_s: float = _TAKEN_WITHIN_S

    async def answer(self, environ: Mapping[str, Any], body: bytes) -> Answer | None:
        """Return the answer of the process apart, None where it gives none."""
        plain = {name: value for name, value in environ.items() if name not in (_INPUT, _ERRORS)}
        message = marshal.dumps((self.held(), plain, body))
        mine, theirs = socket.socketpair()
        with mine:
            mine.setblocking(False)
            try:
                with theirs:
                    socket.send_fds(self.asking, [b"."], [theirs.fileno()])
                return await self._answered(mine, message)
            except (OSError, TimeoutError, EOFError, ValueError, TypeError):
                return None  # full, gone, or ended half-way

    async def _answered(self, mine: socket.socket, message: bytes) -> Answer | None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self.taken_within_s):
            await loop.sock_sendall(mine, _LENGTH.pack(len(message)) + message)
            if await loop.sock_recv(mine, 1) != _TAKEN:
                return None
        answer = bytearray()
        async with asyncio.timeout(_ANSWERED_WITHIN_S):
            while piece := await loop.sock_recv(mine, _PIECE):
                answer += piece
        return Answer(*marshal.loads(answer))  # noqa: S302 - of this program's own process


@dataclass
class ApartServer:
    """Answers what workers hand over, in a process of its own.

    ``begin`` opens the data: only once something is asked for.
    """

    application: Callable[..., Iterable[bytes]]
    begin: Callable[[], None]
    held: Callable[[], str]
    threads: int
    most_bytes: int = MOST_BYTES
    _has_begun: bool = field(default=False, init=False)

    def serve(self, taking: socket.socket) -> None:
        """Answer until all workers and their supervisor are gone, or memory has grown."""
        poll = select.poll()
        poll.register(taking, select.POLLIN)
        asked = 0
        with ThreadPoolExecutor(self.threads, "apart") as threads:
            while True:
                is_idle = not poll.poll(_IDLE_MS)
                if asked and (is_idle or asked % _LOOKED_AT_AFTER == 0):
                    trim()
                    if private_bytes() > self.most_bytes:
                        return
                if is_idle:
                    continue
                _, ends, _, _ = socket.recv_fds(taking, 1, 1)
                if not ends:
                    return
                asked += 1
                if not self._has_begun:
                    self.begin()
                    self._has_begun = True
                threads.submit(self._answer, socket.socket(fileno=ends[0]))

    def _answer(self, theirs: socket.socket) -> None:
        with theirs:
            theirs.settimeout(_ANSWERED_WITHIN_S)
            try:
                held, environ, body = marshal.loads(_message(theirs))  # noqa: S302 - of a worker
                if held != self.held():
                    theirs.sendall(_LEFT)
                    return
                theirs.sendall(_TAKEN)
                environ[_INPUT], environ[_ERRORS] = io.BytesIO(body), sys.stderr
                answer = call(self.application, environ)
                theirs.sendall(marshal.dumps((answer.status, answer.headers, answer.body)))
            except (OSError, EOFError, ValueError):  # the worker is gone
                return


def _message(theirs: socket.socket) -> bytes:
    with theirs.makefile("rb") as file:
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size).ljust(_LENGTH.size, b"\0"))
        return file.read(length)
