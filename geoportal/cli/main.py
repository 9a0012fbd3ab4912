"""``geoportal``: the command line. Thin: every command calls a service and prints its answer."""

from __future__ import annotations

import dataclasses
import os
import sys
from importlib import import_module
from typing import Final, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from geoportal.cli.console import error_document
from geoportal.errors import GeoportalError
from geoportal.settings import Settings
from geoportal.store.faults import database_fault, disk_fault

_COMMANDS: Final = {
    "changes": "changes:changes",
    "coverage": "coverage:coverage",
    "districts": "search:districts",
    "doctor": "database:doctor",
    "export": "search:export",
    "exposure": "team:exposure",
    "facility": "search:facility",
    "fetch": "fetch:fetch",
    "geocode": "search:geocode",
    "import": "database:import_",
    "init": "database:init",
    "interpret": "team:interpret",
    "links": "links:links",
    "search": "search:search",
    "serve": "serve:serve",
    "survey": "survey:survey",
    "team": "team:team",
}
"""Module and function of every command."""


class Commands(click.Group):
    """Imports a command when it is asked for: to start a server needs no importer of files."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names for the help page."""
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Return a command by its name, None when there is no such command."""
        if name not in _COMMANDS:
            return None
        module, _, function = _COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(f"geoportal.cli.{module}"), function)
        return command


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
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
