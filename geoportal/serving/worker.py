"""A worker: one process that answers, forked by the supervisor, and what all workers share."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from importlib import import_module
from typing import Final

import orjson
import structlog
from flask import Flask

from geoportal.errors import GeoportalError
from geoportal.services.basemap.configured import open_basemap
from geoportal.services.basemap.tile import Basemap
from geoportal.services.compiling_process import STATEMENT_S, CompilingProcess
from geoportal.services.portal import Portal, shipped_reference
from geoportal.services.road_engine import road_engine
from geoportal.services.view_file import view_path
from geoportal.serving.apart import Apart, ApartServer
from geoportal.serving.embedded import serve
from geoportal.serving.gate import Gate
from geoportal.serving.lanes import RULES
from geoportal.serving.memory import keep_little
from geoportal.serving.rates import Rates
from geoportal.serving.refusals import Refusals
from geoportal.serving.rehearsal import rehearse
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import MAX_BODY_BYTES, create_app
from geoportal.web.arrival import arrival_of
from geoportal.web.coverage.maker import MakerProcess
from geoportal.web.language.messages import LANGUAGES, messages

_COLLECTED_AFTER: Final = (700, 10, 10)
"""As Python has it: commands look for unreachable cycles more seldom (`geoportal.cli.main`)."""
_STAFF_STATEMENT_S: Final = 5.0
"""Longest time in which nothing comes to a statement of the staff side on a database server."""
_LOADED_LATER: Final = ("geoportal.coverage.population_columns", "jpholiday", "numpy.ma")
"""Modules that are imported where they are used: here, so that all workers share them."""
_APART_THREADS: Final = 8
_SWITCH_S: Final = 0.001
"""How soon a thread that computes gives way to the event loop, which refuses and accepts."""


@dataclass(frozen=True)
class PreparedWorker:
    """All of a worker that is the same in each: forked processes share it.

    It holds no open connection and no thread: neither would survive in them.
    """

    app: Flask
    portal: Portal
    settings: Settings
    basemap: Basemap | None

    def open(self) -> None:
        """Open the data, for processes that are forked afterwards, and rehearse answers."""
        view = self.portal.open_compiled()
        if view is not None:
            rehearse(self.app, view)
            self.portal.forget_shown()
        self.portal.database.engine.dispose()

    def begin(self) -> None:
        """Open the data, and follow them from now on.

        Raises
        ------
        GeoportalError
            When there are none, or of another schema.
        """
        if not self.portal.is_unmoved():
            open_database(self.settings.database).engine.dispose()  # it may be another one now
        if self.basemap is not None:
            self.basemap.available()  # begins to find out
        self.portal.follow()
        facilities = len(self.portal.view().snapshot)
        structlog.get_logger("geoportal.serve").info("loaded", facilities=facilities)

    def work(self, listener: int, ready: int, lifeline: int, asking: socket.socket) -> int:
        """Serve until SIGTERM or SIGINT; while data are opened, these end the process at once.

        Parameters
        ----------
        listener, ready, lifeline : int
            File descriptors: the listening socket, a pipe on which the worker says that it
            accepts, and one that ends when its supervisor does.
        asking : socket
            Where requests are handed over that are answered apart.

        Returns
        -------
        int
            Exit code.
        """
        _end_with_supervisor(lifeline)
        sys.setswitchinterval(_SWITCH_S)
        gc.set_threshold(*_COLLECTED_AFTER)
        try:
            self.begin()
        except GeoportalError as error:
            return _said(error)
        asking.setblocking(False)
        asyncio.run(_serve(self.app, listener, ready, Apart(asking, self.portal.held)))
        return 0

    def work_apart(self, taking: socket.socket, workers: int) -> int:
        """Answer what workers hand over until all of them are gone, or memory has grown.

        Returns the exit code.
        """
        gc.set_threshold(*_COLLECTED_AFTER)
        most = workers * sum(rule.running for rule in RULES if rule.apart)
        threads = min(most, _APART_THREADS)
        try:
            ApartServer(self.app.wsgi_app, self.begin, self.portal.held, threads).serve(taking)
        except GeoportalError as error:
            return _said(error)
        return 0


def _said(error: GeoportalError) -> int:
    """Say on stderr, which is the supervisor's, why a process ends; return its exit code."""
    print(f"geoportal: {error}", file=sys.stderr)  # noqa: T201 - not of a request
    return error.exit_code


def prepare() -> PreparedWorker:
    """Load modules, reference lists, catalogues, schemas and templates, as the environment says.

    Log lines are JSON on stderr: time, level, event, route, status, duration. Nothing else is
    ever put into them.

    Raises
    ------
    GeoportalError
        When there is no database, or of another schema.
    """
    keep_little()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(orjson.dumps),
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("sqlalchemy.pool").setLevel(
        logging.CRITICAL
    )  # it logs lost connections whole
    settings = Settings.from_environment()
    database = open_database(settings.database, within_s=STATEMENT_S)
    basemap = open_basemap(settings, database.derived_directory)
    portal = Portal(
        database,
        shipped_reference(),
        engine=road_engine(settings),
        compiling=CompilingProcess(settings.database),
    )
    app = create_app(portal, settings, basemap, MakerProcess(settings.database))
    if settings.secret_key:
        from geoportal.desk.store.database import open_desk  # only where staff sign in
        from geoportal.desk.web.application import attach

        desk = open_desk(settings.database, within_s=_STAFF_STATEMENT_S)
        attach(app, desk, settings)
        desk.engine.dispose()
    portal.reference.read_all()
    view_path(database.derived_directory, "", portal.reference)  # digests what decides the file
    for language in LANGUAGES:
        messages(language)
    for template in app.jinja_env.list_templates():
        if settings.secret_key or not template.startswith("desk/"):
            app.jinja_env.get_template(template)
    for module in _LOADED_LATER:
        import_module(module)
    database.engine.dispose()
    return PreparedWorker(app, portal, settings, basemap)


def application() -> Flask:
    """Build the application from the environment, for one process."""
    prepared = prepare()
    prepared.begin()
    return prepared.app


async def _serve(app: Flask, listener: int, ready: int, apart: Apart) -> None:
    settings: Settings = app.config["GEOPORTAL_SETTINGS"]
    rates = Rates(settings.rate_per_address, settings.unlimited_from)
    refusals = Refusals(app)
    gate = Gate(app.wsgi_app, refusals, arrival_of(app), MAX_BODY_BYTES, rates, apart=apart.answer)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    loop.call_soon(os.write, ready, b".")
    await serve(gate, listener, stopping)


def _end_with_supervisor(lifeline: int) -> None:
    """Drain when the supervisor is gone, however it went: its end of the pipe closes."""

    def wait() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
