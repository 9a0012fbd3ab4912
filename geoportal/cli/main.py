"""``geoportal``: the command line. Thin: every command calls a service and prints its answer."""

from __future__ import annotations

import atexit
import dataclasses
import gc
import json
import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import Final, NoReturn

import click

from geoportal.errors import GeoportalError
from geoportal.settings import Settings

_COMMANDS: Final = {
    "backup": "backup:backup",
    "changes": "changes:changes",
    "coverage": "coverage:coverage",
    "describe": "describe:describe",
    "desk": "desk:desk",
    "districts": "search:districts",
    "doctor": "database:doctor",
    "export": "export:export",
    "exposure": "team:exposure",
    "facility": "search:facility",
    "fetch": "fetch:fetch",
    "geocode": "search:geocode",
    "import": "database:import_",
    "init": "database:init",
    "interpret": "interpret:interpret",
    "links": "links:links",
    "mcp": "mcp:mcp",
    "restore": "backup:restore",
    "search": "search:search",
    "serve": "serve:serve",
    "survey": "survey:survey",
    "team": "team:team",
    "user": "user:user",
}
"""Module and function of every command."""
_WITHOUT: Final = {"OPENBLAS_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""What libraries would do when they are loaded, and nothing here needs: start threads for large
matrices, look through all installed packages for plugins."""
_COLLECTED_AFTER: Final = 50_000
"""New objects before unreachable cycles are looked for: loading modules makes no cycles to free."""
_SUMMARIES: Final = {
    "backup": "Copy the database while it is in use, and check the copy.",
    "changes": "Compare two editions: opened, closed, moved, renamed, filings, telephone.",
    "coverage": "Write the coverage pack of a district: maps, tables, method.",
    "describe": "Say what a file is taken for; write a mapping to fill in for `import --map`.",
    "desk": "Erase what is over on the staff side; write its audit trail.",
    "districts": "List the districts held.",
    "doctor": "Say what is wrong with this installation or its data, and how to mend it.",
    "export": "Write facilities to a file; all of them when no filter is given.",
    "exposure": "Show how often each facility is shown to a grid of homes over some days.",
    "facility": "Show one facility, every fact with its source and date.",
    "fetch": "Get official files for a city, check them, import them; "
    "data/sources.toml lists them.",
    "geocode": "Turn addresses into positions, with a level and an uncertainty.",
    "import": "Import official files; the layout is recognised from the header.",
    "init": "Make an empty database; does nothing when there is one.",
    "interpret": "Read a consultation text from FILE or stdin: needs and kinds, to be confirmed.",
    "links": "Which records of different sources are one place, and why.",
    "mcp": "Serve the search to an assistant on this machine, over stdin and stdout (MCP).",
    "restore": "Put a copy made by `backup` in place of the database; a running server follows.",
    "search": "Search around a home, in districts, or by words.",
    "serve": "Serve the map, the pages and the API.",
    "survey": "Ask facilities what they really do (在宅医療資源調査); "
    "answers come back by `import`.",
    "team": "Fill several roles around one home: candidates for each, and the best teams.",
    "user": "Accounts of staff: add, list, disable, reset.",
}
"""First sentence of the help of every command: the list of commands imports none of them."""


class Commands(click.Group):
    """Imports a command when it is asked for: to start a server needs no importer of files."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names."""
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Return a command by its name, None when there is no such command."""
        if name not in _COMMANDS:
            return None
        module, _, function = _COMMANDS[name].partition(":")
        command: click.Command = getattr(import_module(f"geoportal.cli.{module}"), function)
        return command

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the help page."""
        width = formatter.width - 6 - max(map(len, _SUMMARIES))
        commands = [click.Command(name, help=text) for name, text in _SUMMARIES.items()]
        with formatter.section("Commands"):
            formatter.write_dl([(str(c.name), c.get_short_help_str(width)) for c in commands])


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


def main() -> NoReturn:
    """Run the command line as all that this process does, and end it.

    Taking down what is loaded, piece by piece, takes longer than some answers. It is left to the
    system where no database was opened, whose connections have to be closed, and no thread runs.
    """
    gc.set_threshold(_COLLECTED_AFTER)
    try:
        run()
    except SystemExit as ended:
        if "sqlalchemy" in sys.modules or threading.active_count() > 1:
            raise
        atexit._run_exitfuncs()
        with suppress(OSError):  # else the ordinary end says what is wrong
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code if isinstance(ended.code, int) else 1)
        raise


def run() -> NoReturn:
    """Run the command line; a fault of ours ends with exit code 1 and one line.

    With ``--json`` every ending prints one JSON document on stdout, errors too.
    """
    for name, value in _WITHOUT.items():
        os.environ.setdefault(name, value)
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
        import sqlite3  # these take time to load

        from sqlalchemy.exc import DBAPIError

        from geoportal.store.faults import database_fault, disk_fault

        if isinstance(error, sqlite3.Error):  # of a copy, which is read without SQLAlchemy
            error = DBAPIError(None, None, error)
        known = database_fault(error) if isinstance(error, DBAPIError) else disk_fault(error)
        known = known or GeoportalError(
            f"a fault of ours ({type(error).__name__}), or damaged data, which geoportal doctor "
            "finds; set GEOPORTAL_DEBUG=1 for the details"
        )
        _end(str(known), known.exit_code)
    sys.exit(ended if isinstance(ended, int) else 0)


def _end(message: str, exit_code: int) -> NoReturn:
    if "--json" in sys.argv:
        document = {"error": {"message": message, "exit_code": exit_code}}
        click.echo(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
    click.echo(f"geoportal: {message}", err=True)
    sys.exit(exit_code)
