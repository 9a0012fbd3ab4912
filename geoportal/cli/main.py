"""``geoportal``: the command line. Thin: every command calls a service and prints its answer."""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import NoReturn

import click
from sqlalchemy.exc import DBAPIError

from geoportal.cli.ask import districts, export, facility, geocode, search
from geoportal.cli.changes import changes
from geoportal.cli.console import error_document
from geoportal.cli.coverage import coverage
from geoportal.cli.data import doctor, import_, init
from geoportal.cli.fetch import fetch
from geoportal.cli.links import links
from geoportal.cli.serve import serve
from geoportal.cli.survey import survey
from geoportal.cli.team import exposure, interpret, team
from geoportal.errors import GeoportalError
from geoportal.settings import Settings
from geoportal.store.faults import database_fault, disk_fault


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--db",
    metavar="PATH_OR_URL",
    help="SQLite file or postgresql:// URL. Default: GEOPORTAL_DATABASE, else var/geoportal.db.",
)
@click.version_option(package_name="geoportal")
@click.pass_context
def cli(context: click.Context, db: str | None) -> None:
    """Map and search of home-care resources (在宅医療・介護) for Japanese cities."""
    settings = Settings.from_environment()
    context.obj = dataclasses.replace(settings, database=db) if db else settings


for one in (
    init,
    import_,
    geocode,
    search,
    facility,
    districts,
    export,
    serve,
    doctor,
    links,
    changes,
    team,
    interpret,
    exposure,
    survey,
    fetch,
    coverage,
):
    cli.add_command(one)


def main() -> None:
    """Run the command line; a fault of ours ends with exit code 1 and one line.

    With ``--json`` every ending prints one JSON document on stdout, errors too.
    """
    try:
        ended = cli.main(standalone_mode=False)
    except click.Abort:
        _end("interrupted", GeoportalError.exit_code)
    except click.ClickException as error:
        _end(error.format_message(), error.exit_code)
    except GeoportalError as error:
        _end(str(error), error.exit_code)
    except Exception as error:
        if os.environ.get("GEOPORTAL_DEBUG"):
            raise
        known = database_fault(error) if isinstance(error, DBAPIError) else disk_fault(error)
        if known is not None:
            _end(str(known), known.exit_code)
        message = f"a fault of ours ({type(error).__name__}); set GEOPORTAL_DEBUG=1 for the details"
        _end(message, GeoportalError.exit_code)
    sys.exit(ended if isinstance(ended, int) else 0)


def _end(message: str, exit_code: int) -> NoReturn:
    if "--json" in sys.argv:
        click.echo(error_document(message, exit_code))
    click.echo(f"geoportal: {message}", err=True)
    sys.exit(exit_code)
