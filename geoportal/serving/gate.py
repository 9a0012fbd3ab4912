"""The gate: what the HTTP parser hands over becomes a WSGI call, when there is room for it.

Headers are read by Granian, bodies here, without a thread: a slow client costs some memory. A body
is read whole, within time and size, before the request is given a place in a lane.
"""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Final, Protocol

import structlog

from geoportal.serving.lanes import RULES, Lane, LaneFullError, rule_for
from geoportal.serving.memory import HandBack
from geoportal.serving.rates import Rates
from geoportal.serving.refusals import Answer, Headers, Refusals
from geoportal.web.arrival import FORWARDING, Arrival

BODY_SECONDS: Final = 10.0
"""A body must have arrived within this time."""
_DISCARDED_BYTES: Final = 16 * 1024 * 1024
"""What is read of a body that is too large, so that the client gets to read why it is refused."""
_MOST_PIECES: Final = 2048
"""More, of one byte each for example, are not read: each takes some 60 µs."""
_UNREAD_BYTES: Final = 4096
"""A body of so many bytes comes with its headers, and is refused without being waited for."""
_LOG: Final = structlog.get_logger("geoportal.serve")
_ENVIRONMENT: Final = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "geoportal",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


class Exchange(Protocol):
    """A request's body and the place for its answer (RSGI ``HTTPProtocol``)."""

    async def __call__(self) -> bytes:
        """Return the body."""

    def __aiter__(self) -> Any:
        """Iterate over the pieces of the body."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer."""


class BodyCutError(Exception):
    """A body did not arrive: too slow, or not as HTTP has it; ``status`` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__("the body did not arrive")
        self.status = status


@dataclass
class Gate:
    """The RSGI application over a WSGI application.

    ``body_bytes`` is the largest body the application takes; ``apart`` hands requests of some lanes
    to another process, see `geoportal.serving.apart`.
    """

    application: Callable[..., Iterable[bytes]]
    refusals: Refusals
    arrival: Arrival
    body_bytes: int
    rates: Rates
    body_seconds: float = BODY_SECONDS
    apart: Callable[[Mapping[str, Any], bytes], Awaitable[Answer | None]] | None = None
    _lanes: dict[str, Lane] = field(init=False, default_factory=dict)
    _hand_back: HandBack = field(init=False, default_factory=HandBack)

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the lanes: called when the worker begins to accept."""
        self._lanes = {rule.name: Lane(rule) for rule in RULES}

    def refuses(self, scope: Any, exchange: Exchange) -> bool:
        """Refuse a request unread for which there is no room; say whether there was none.

        May be called on any thread: it reads how many wait.
        """
        path, rule = scope.path, rule_for(scope.method, scope.path)
        lane = self._lanes[rule.name]
        if not lane.is_crowded:
            return False
        headers = scope.headers
        if not (_is_brief(headers) and lane.is_full(_asker(scope))):
            return False
        languages = headers.get("accept-language") or ""
        _send(exchange, self.refusals.full(path, languages, rule.name, rule.retry_after_s))
        return True

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        """Answer one request."""
        path, rule = scope.path, rule_for(scope.method, scope.path)
        lane = self._lanes[rule.name]
        languages = scope.headers.get("accept-language") or ""
        environ = environment_of(scope)
        self.arrival.read(environ)
        wait_s = self.rates.take(environ["REMOTE_ADDR"], rule.cost, time.monotonic())
        if wait_s:
            _send(exchange, self.refusals.too_often(path, languages, wait_s))
            return
        try:
            body = await self._body(environ, exchange, rule.body_bytes or self.body_bytes)
        except BodyCutError as error:
            _send(exchange, self.refusals.answer(path, languages, error.status))
            return
        environ["wsgi.input"] = io.BytesIO(body)
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
        apart = partial(self.apart, environ, body) if rule.apart and self.apart else None
        try:
            answer = await lane.run(
                environ["REMOTE_ADDR"], partial(call, self.application, environ), apart
            )
        except LaneFullError as error:
            _send(exchange, self.refusals.full(path, languages, rule.name, error.retry_after_s))
            return
        _send(exchange, answer)
        self._hand_back.soon()

    async def _body(self, environ: Mapping[str, Any], exchange: Exchange, most: int) -> bytes:
        """Return the body; of one that is larger than ``most`` bytes, one byte more than that.

        Raises
        ------
        BodyCutError
            When it does not come in time, or not in the form it announces.
        """
        length = environ.get("CONTENT_LENGTH", "")
        if not length and "HTTP_TRANSFER_ENCODING" not in environ:
            return b""
        if length and not (length.isascii() and length.isdecimal()):
            raise BodyCutError(400)
        if length and int(length) > _DISCARDED_BYTES:
            return b""  # the application refuses it by its length
        is_bounded = bool(length) and int(length) <= most
        reading = asyncio.ensure_future(
            _whole(exchange) if is_bounded else _read(exchange, most + 1)
        )
        await asyncio.wait({reading}, timeout=self.body_seconds)
        if not reading.done():
            reading.cancel()
            raise BodyCutError(408)
        if reading.exception() is not None:
            raise BodyCutError(400)
        return reading.result()


async def _whole(exchange: Exchange) -> bytes:
    return await exchange()


async def _read(exchange: Exchange, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in exchange:
        if len(pieces) == _MOST_PIECES and size < most:
            raise BodyCutError(400)
        pieces.append(piece if size < most else b"")
        size += len(piece)
        if size > _DISCARDED_BYTES or len(pieces) > _MOST_PIECES:
            break
    return b"".join(pieces)[:most]


def _send(exchange: Exchange, answer: Answer) -> None:
    exchange.response_bytes(answer.status, answer.headers, answer.body)


def _peer(scope: Any) -> str:
    """Return the address of the connection: the client's, or that of the proxy before it."""
    return str(scope.client.rpartition(":")[0].strip("[]"))


def _asker(scope: Any) -> str:
    """Return who asks, as far as the connection tells; empty when a proxy forwards it."""
    return "" if any(name in scope.headers for name in FORWARDING) else _peer(scope)


def _is_brief(headers: Mapping[str, str]) -> bool:
    """Say whether a request can be refused unread.

    A connection that is closed on much that was not read is reset, and the answer is lost.
    """
    length = headers.get("content-length") or "0"
    return "transfer-encoding" not in headers and (
        length.isascii() and length.isdecimal() and int(length[:9]) <= _UNREAD_BYTES
    )


def environment_of(scope: Any) -> dict[str, Any]:
    """Return the WSGI environment of a request (PEP 3333), without its body.

    Header names with an underscore are left out: they would pass for others.
    """
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        **_ENVIRONMENT,
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": scope.scheme,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path.encode("utf-8", "surrogatepass").decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode("utf-8", "surrogatepass").decode("latin-1"),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1" if scope.http_version == "1.1" else "HTTP/1.0",
        "REMOTE_ADDR": _peer(scope),
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


def call(application: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    """Call a WSGI application; an exception that it lets out is a 500 without words."""
    begun: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start(status: str, headers: Headers, _exc_info: Any = None) -> Callable[[bytes], Any]:
        begun.append((status, headers))
        return written.append

    try:
        answer = application(environ, start)
        try:
            body = b"".join(chain(written, answer))
        finally:
            getattr(answer, "close", lambda: None)()
        status, headers = begun[-1]
        return Answer(int(status[:3]), headers, body)
    except Exception as error:  # noqa: BLE001 - the worker must go on
        _LOG.error("fault", error=type(error).__name__)
        return Answer(500, [("content-type", "text/plain")], b"fault\n")
