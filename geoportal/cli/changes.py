"""``geoportal changes``: what has changed between two editions of a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from geoportal.cli.console import Console, command
from geoportal.documents.changes import (
    CHANGE_COLUMNS,
    CHANGE_LABELS_JA,
    changes_document,
    changes_rows,
)
from geoportal.domain.dating import day_words, inward_day, stated_date
from geoportal.errors import UsageError
from geoportal.export.table import write_xlsx
from geoportal.mapped.whole_file import whole_path
from geoportal.text.wareki import parse_date


@click.command()
@click.option("--source", default="", metavar="NAME", help="kaigo, bureau …; default: any.")
@click.option("--from", "from_date", default="", metavar="DATE", help="Default: the one before.")
@click.option("--to", "to_date", default="", metavar="DATE", help="Default: newest change.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.xlsx", help="Write Excel.")
@command
def changes(console: Console, source: str, from_date: str, to_date: str, out: Path | None) -> None:
    """Compare two editions: opened, closed, moved, renamed, filings, telephone."""
    if out is not None and out.suffix.lower() != ".xlsx":
        raise UsageError("--out takes a name that ends in .xlsx", "out")
    view = console.view()
    document = changes_document(view.changes(source, _day(from_date, "from"), _day(to_date, "to")))
    if out is not None:
        with whole_path(out) as path:
            write_xlsx(path, changes_rows(view, document), CHANGE_COLUMNS)
        console.tell(f"{len(document['changes'])} 件を {out} に書きました")
    console.print(document, lambda: _lines(document))


def _day(text: str, name: str) -> str:
    if not text:
        return ""
    if stated_date(inward_day(text)) is None:
        return text  # checked where it is looked up
    day = parse_date(text)
    if day is None:
        raise UsageError(f"--{name} takes a date such as 2026-10-01", name)
    return day.isoformat()


def _lines(document: dict[str, Any]) -> Iterator[str]:
    first, last = (day_words(inward_day(document[end])) for end in ("from", "to"))
    yield f"{document['source']}: {first} → {last}"
    for kind, count in document["counts"].items():
        if count:
            yield f"  {CHANGE_LABELS_JA[kind]} {count}"
    for change in document["changes"]:
        moved = "" if change["distance_m"] is None else f"（{change['distance_m']:,.0f} m）"
        before, after = change["before"], change["after"]
        difference = f" {before} → {after}" if before or after else ""
        day = day_words(inward_day(change["on"]))
        yield (
            f"{day} {CHANGE_LABELS_JA[change['kind']]} {change['name']}"
            f"［{change['facility_id']}］{difference}{moved}"
        )
    if not document["changes"]:
        yield "変わったところはありません"
