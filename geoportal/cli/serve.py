"""``geoportal serve``: the production server."""

from __future__ import annotations

import os
import sys

import click

from geoportal.cli.console import Console, command


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@command
def serve(console: Console, host: str, port: int, workers: int) -> None:
    """Serve the map, the pages and the API."""
    from geoportal.services.basemap.configured import open_basemap  # only this command needs it
    from geoportal.serving.listening import open_listener
    from geoportal.serving.steady_output import steady
    from geoportal.serving.supervisor import Supervisor

    sys.stdout, sys.stderr = steady(sys.stdout), steady(sys.stderr)
    # What is wrong is said before any worker starts.
    database = console.database()
    open_basemap(console.settings, database.derived_directory)
    database.engine.dispose()  # no connection may be open where workers are forked
    listener = open_listener(host, port)
    os.environ["GEOPORTAL_DATABASE"] = console.settings.database
    if console.settings.secret_key:
        from geoportal.desk.store.database import open_desk

        open_desk(console.settings.database, create=True).engine.dispose()
        where = "職員の窓口は /login です"
    else:
        where = "SECRET_KEY がないため、公開ページだけです（職員の窓口はありません）"
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    told = f"{address} で動いています（終了は Ctrl+C）\n{where}"
    Supervisor(listener, workers, lambda: console.tell(told), console.tell).run()
