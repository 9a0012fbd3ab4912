"""A worker process: ``python -m geoportal.serving.worker LISTENER READY LIFELINE``.

The arguments are file descriptors it inherits: the listening socket, a pipe on which it says that
it accepts, and one that ends when its supervisor does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from typing import Any, Final

import orjson
import structlog
from flask import Flask
from granian import _granian as native
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from geoportal.errors import GeoportalError
from geoportal.services.basemap.configured import open_basemap
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.road_engine import road_engine
from geoportal.serving.gate import Gate
from geoportal.serving.listening import BACKLOG
from geoportal.serving.rates import Rates
from geoportal.serving.refusals import Refusals
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import MAX_BODY_BYTES, create_app
from geoportal.web.arrival import arrival_of
from geoportal.web.coverage.maker import MakerProcess

CONNECTIONS: Final = 2048
"""Connections one worker holds; more wait in the kernel until one ends."""
_HEADER_MS: Final = 8_000
"""Request line and headers must have arrived within this time, also on a kept-alive connection."""
_HEADER_BYTES: Final = 64 * 1024
_SWITCH_S: Final = 0.001
"""How soon a thread that computes gives way to the event loop, which refuses and accepts."""


def application() -> Flask:
    """Build the application from the environment.

    Log lines are JSON on stderr: time, level, event, route, status, duration. Nothing else is
    ever put into them.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(orjson.dumps),
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    settings = Settings.from_environment()
    database = open_database(settings.database)
    basemap = open_basemap(settings, database.derived_directory)
    if basemap is not None:
        basemap.available()  # begins to find out
    portal = Portal(database, shipped_reference(), engine=road_engine(settings))
    portal.follow()
    structlog.get_logger("geoportal.serve").info("loaded", facilities=len(portal.view().snapshot))
    app = create_app(portal, settings, basemap, MakerProcess(settings.database))
    if settings.secret_key:
        from geoportal.desk.store.database import open_desk  # only where staff sign in
        from geoportal.desk.web.application import attach

        attach(app, open_desk(settings.database), settings)
    return app


class _Server(Server):
    """Granian over a socket that is already open, HTTP/1.1 only."""

    def __init__(self, gate: Gate, listener: int) -> None:
        super().__init__(
            gate,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=CONNECTIONS,
            http1_settings=HTTP1Settings(
                header_read_timeout=_HEADER_MS, max_buffer_size=_HEADER_BYTES
            ),
            log_enabled=False,
        )
        self._listener = listener

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd = native.SocketHolder(self._listener, False, BACKLOG)  # type: ignore[assignment,call-arg]


async def _serve(app: Flask, listener: int, ready: int) -> None:
    settings: Settings = app.config["GEOPORTAL_SETTINGS"]
    rates = Rates(settings.rate_per_address, settings.unlimited_from)
    gate = Gate(app.wsgi_app, Refusals(app), arrival_of(app), MAX_BODY_BYTES, rates)
    server = _Server(gate, listener)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, server.stop)
    loop.call_soon(os.write, ready, b".")
    await server.serve()


def _end_with_supervisor(lifeline: int) -> None:
    """Drain when the supervisor is gone, however it went: its end of the pipe closes."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main(arguments: list[str]) -> Any:
    """Load, then serve until SIGTERM or SIGINT; while loading, these end it at once."""
    listener, ready, lifeline = map(int, arguments)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _end_with_supervisor(lifeline)
    sys.setswitchinterval(_SWITCH_S)
    try:
        app = application()
    except GeoportalError as error:
        print(f"geoportal: {error}", file=sys.stderr)  # noqa: T201 - the supervisor's stderr
        return error.exit_code
    asyncio.run(_serve(app, listener, ready))
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # threads that wait for a publisher of tiles hold nobody up
