"""``geoportal serve``: the production server."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click
import structlog

from geoportal.cli.console import Console, command
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database

if TYPE_CHECKING:
    from flask import Flask

_BLOCKING_THREADS = 5  # of these published.WAITING may wait for a publisher of tiles
_BACKLOG = 512


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@command
def serve(console: Console, host: str, port: int, workers: int) -> None:
    """Serve the map, the pages and the API."""
    from granian import Granian  # only this command needs a server: the others start faster
    from granian.constants import Interfaces

    from geoportal.services.basemap.configured import open_basemap

    # What is wrong is said before any worker starts.
    open_basemap(console.settings, console.database().derived_directory)
    os.environ["GEOPORTAL_DATABASE"] = console.settings.database
    console.tell(f"http://{host}:{port} で動いています（終了は Ctrl+C）")
    server: Any = Granian(
        "geoportal.cli.serve:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=_BLOCKING_THREADS,
        backlog=_BACKLOG,
        log_access=False,
        respawn_failed_workers=True,
    )
    server.serve()


def application() -> Flask:
    """Build the application in a worker process, from the environment.

    Log lines are JSON on stderr: time, level, event, route, status, duration. Nothing else is
    ever put into them.
    """
    from geoportal.services.basemap.configured import open_basemap  # as above
    from geoportal.web.app import create_app
    from geoportal.web.coverage.maker import MakerProcess

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    settings = Settings.from_environment()
    database = open_database(settings.database)
    basemap = open_basemap(settings, database.derived_directory)
    if basemap is not None:
        basemap.available()  # begins to find out
    portal = Portal(database, shipped_reference())
    structlog.get_logger("geoportal.serve").info("loaded", facilities=len(portal.view().snapshot))
    app = create_app(portal, settings, basemap, MakerProcess(settings.database))
    served = app.wsgi_app

    def with_chunks(environ: dict[str, Any], start_response: Any) -> Any:
        """Take bodies sent in chunks, without a length: Granian ends its input by itself."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input_terminated"] = True
        return served(environ, start_response)

    app.wsgi_app = with_chunks  # type: ignore[method-assign]
    return app
