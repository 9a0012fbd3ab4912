"""Console of a command: JSON on stdout, messages on stderr, exit codes, progress bars."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geoportal.domain.query import DEFAULT_RADIUS_M
from geoportal.errors import GeoportalError, UnreadableSourceError, UsageError
from geoportal.progress import Progress
from geoportal.settings import Settings

if TYPE_CHECKING:
    from tqdm import tqdm

    from geoportal.services.view import View
    from geoportal.store.database import Database

radius_option = click.option(
    "--radius",
    "radius_m",
    type=float,
    default=DEFAULT_RADIUS_M,
    show_default=True,
    metavar="METRES",
)


@dataclass(frozen=True)
class Console:
    """The context of one command: settings with the database chosen by ``--db``.

    ``json`` says whether one JSON document is wanted on stdout, ``rebuild`` that the compiled
    snapshot is known to be damaged.
    """

    settings: Settings
    json: bool = False
    rebuild: bool = False

    def database(self, *, create: bool = False) -> Database:
        """Open the database; without ``create`` a NotFoundError is raised when there is none."""
        from geoportal.store.database import open_database  # takes time to load

        return open_database(self.settings.database, create=create)

    def view(self) -> View:
        """Open the database and load the data a command answers from."""
        from geoportal.cli.opening import open_view  # takes time to load

        return open_view(self.settings, self.database, rebuild=self.rebuild)

    def print(self, document: Any, text: Callable[[], Iterator[str]]) -> None:
        """Print the JSON document, or the text made for people."""
        if self.json:
            import orjson  # takes time to load

            click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
        else:
            for line in text():
                click.echo(line)

    def tell(self, message: str) -> None:
        """Say something to the person, never on stdout."""
        click.echo(message, err=True)


def home_of(near: str | None, address: str | None) -> dict[str, Any]:
    """Return the home of ``--near`` or ``--address`` as requests take it; empty for neither.

    Raises
    ------
    UsageError
        When both are given, or ``--near`` is not two numbers.
    """
    if near and address:
        raise UsageError("give --near or --address, not both", "near")
    if not near:
        return {"near": {"address": address}} if address else {}
    try:
        lon, lat = (float(part) for part in near.split(","))
    except ValueError:
        raise UsageError("--near takes LON,LAT in degrees, for example 130.8751,33.8834") from None
    return {"near": {"lon": lon, "lat": lat}}


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given or have a default, as fields of a request."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value is not None and value is not False and value not in ("", (), [])
    }


def require_writable(path: Path, option: str) -> None:
    """Check, before any work is done, that a file can be written where it is asked for.

    Raises
    ------
    UsageError
        When its folder does not exist or cannot be written to.
    """
    folder = path.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or path.is_dir():
        raise UsageError(f"{option}: {path} cannot be written; give a file in a folder of yours")


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the console, ``--json`` and the handling of errors."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")
    @click.pass_obj
    def wrapped(settings: Settings, /, as_json: bool, **options: Any) -> None:
        try:
            try:
                function(Console(settings, as_json), **options)
            except UnreadableSourceError as error:
                from geoportal.mapped.archive import StaleArchiveError  # takes time to load

                if not isinstance(error, StaleArchiveError):
                    raise
                function(Console(settings, as_json, rebuild=True), **options)
        except GeoportalError as error:
            raise _failure(error) from error
        except ValueError as error:
            from pydantic import ValidationError  # takes time to load

            from geoportal.documents.validation import explain

            if not isinstance(error, ValidationError):
                raise
            raise _failure(UsageError(explain(error))) from None

    wrapped.__name__ = function.__name__
    wrapped.__doc__ = function.__doc__
    return wrapped


def _failure(error: GeoportalError) -> click.ClickException:
    failure = click.ClickException(str(error))
    failure.exit_code = error.exit_code  # type: ignore[misc]
    return failure


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """Yield a progress callback that draws bars on stderr when it is a terminal."""
    from tqdm import tqdm  # takes time to load

    bars: dict[str, tqdm[Any]] = {}

    def report(label: str, done: int, total: int) -> None:
        bar = bars.get(label)
        if bar is None:
            bar = bars[label] = tqdm(total=total, desc=label, file=sys.stderr, disable=None)
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            bars.pop(label, None)

    try:
        yield report
    finally:
        for bar in bars.values():
            bar.close()
