"""``geoportal fetch``: official files for a city, got, checked and imported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from geoportal.cli.console import Console, command, progress_bar
from geoportal.cli.database import import_lines, run_import
from geoportal.errors import InputRefusedError
from geoportal.ingest.fetching.datasets import read_catalogue
from geoportal.ingest.fetching.fetch import Fetcher, not_understood
from geoportal.ingest.pipeline import ImportOptions
from geoportal.services.portal import shipped_reference
from geoportal.settings import shipped_directory
from geoportal.workers import usable_processes

_NAMED = 40
"""Files not understood are named up to so many."""


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--city", required=True, metavar="CODE", help="Five digits, for example 40100.")
@click.option(
    "--from",
    "origins",
    multiple=True,
    metavar="DIR_OR_BASE_URL",
    help="Read a copy; several folders are read together.",
)
@click.option("--to", type=click.Path(path_type=Path), metavar="DIR", help="Keep the files here.")
@click.option("--no-import", is_flag=True, help="Only get the files.")
@click.option(
    "--nationwide",
    is_flag=True,
    help="Take all rows of lists of all Japan, not those of the city's prefectures only.",
)
@command
def fetch(
    console: Console,
    names: tuple[str, ...],
    city: str,
    origins: tuple[str, ...],
    to: Path | None,
    no_import: bool,
    nationwide: bool,
) -> None:
    """Get official files for a city, check them, import them; data/sources.toml lists them."""
    catalogue = read_catalogue(shipped_directory("data") / "sources.toml", shipped_reference())
    place = catalogue.city(city)
    datasets = catalogue.chosen(names)
    with progress_bar() as progress:
        fetcher = Fetcher(to or _directory(console.settings.database), progress=progress)
        fetched = fetcher.fetch(datasets, place, origins)
    document: dict[str, Any] = {"fetched": [file.as_dict() for file in fetched]}
    folders = [origin for origin in origins if not origin.startswith(("http://", "https://"))]
    if folders:
        document["not_understood"] = not_understood(catalogue.datasets, place, folders)
    paths = [file.path for file in fetched if file.path is not None]
    statuses = {file.status for file in fetched}
    refused = "failed" in statuses or ("missing" in statuses and bool(names or not paths))
    if paths and not no_import:
        options = ImportOptions(
            prefectures=() if nationwide else place.prefectures,
            processes=usable_processes(console.settings.processes),
        )
        report = run_import(console.database(create=True), paths, options)
        document |= report.as_dict()
        refused = refused or report.refused
    console.print(document, lambda: _lines(document))
    if refused:
        console.tell("geoportal: at least one file could not be got or was refused; see above")
        sys.exit(InputRefusedError.exit_code)


def _directory(database: str) -> Path:
    """Return where files are kept: beside the database, or in var for a server's."""
    return Path("var" if "://" in database else Path(database).parent) / "official"


def _lines(document: dict[str, Any]) -> Iterator[str]:
    words = {
        "fetched": "取得",
        "unchanged": "変更なし",
        "missing": "見つかりません",
        "incomplete": "一部が見つかりません",
        "failed": "取得できません",
    }
    for file in document["fetched"]:
        status = words[file["status"]]
        yield f"{file['dataset']} {file['file']}: {status} {file['message']}".rstrip()
    unread = document.get("not_understood", [])
    if unread:
        yield f"名前からわからない、またはこの市のものではないファイル: {len(unread)} 件"
        yield from (f"  {path}" for path in unread[:_NAMED])
    if "files" in document:
        yield from import_lines(document)
