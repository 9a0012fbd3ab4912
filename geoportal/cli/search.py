"""``geoportal search``, ``facility``, ``districts`` and ``geocode``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from geoportal.cli.console import Console, command, progress_bar
from geoportal.cli.filters import filters, search_question
from geoportal.domain.district import LEVELS, LOCAL
from geoportal.domain.query import DEFAULT_LIMIT, OPEN_USES, SORTS
from geoportal.errors import UsageError


@click.command()
@filters
@click.option("--open-use", type=click.Choice(OPEN_USES), help="Open for what, with --open-at.")
@click.option("--facets", is_flag=True, help="Count what each other choice of a filter would give.")
@click.option("--visits-home", is_flag=True, help="Count what each says of its visiting area.")
@click.option("--explain", is_flag=True, help="Say why each result stands where it stands.")
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    help="Metres (default), or minutes by road where a road map is held.",
)
@click.option("--limit", type=int, default=DEFAULT_LIMIT, show_default=True)
@click.option("--offset", type=int, default=0, show_default=True)
@command
def search(console: Console, **options: Any) -> None:
    """Search around a home, in districts, or by words."""
    from geoportal.documents.search import search_document  # takes time to load

    view = console.view()
    question = search_question(options)
    document = search_document(view, view.search(question.to_query(view)))

    def lines() -> Iterator[str]:
        from geoportal.cli.text_output import search_lines  # takes time to load

        return search_lines(view, document)

    console.print(document, lines)


@click.command()
@click.argument("number", metavar="ID_OR_OFFICIAL_NUMBER")
@command
def facility(console: Console, number: str) -> None:
    """Show one facility, every fact with its source and date."""
    from geoportal.cli.text_output import facility_lines  # takes time to load
    from geoportal.documents.facility import find_facilities, full_feature

    view = console.view()
    documents = [full_feature(view, match) for match in find_facilities(view, number)]
    collection = {"type": "FeatureCollection", "features": documents}
    document = documents[0] if len(documents) == 1 else collection
    console.print(document, lambda: facility_lines(view, documents))


@click.command()
@click.option(
    "--level",
    metavar="LEVEL",
    help=f"Only this level: {', '.join(LEVELS)}, {LOCAL}, or a local one by its name.",
)
@command
def districts(console: Console, level: str | None) -> None:
    """List the districts held."""
    from geoportal.cli.text_output import district_lines  # takes time to load
    from geoportal.documents.reference import districts_document

    document = districts_document(console.view(), geometry=False, level=level)
    console.print(document, lambda: district_lines(document))


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="A table of addresses (CSV, Excel)."
)
@click.option("--column", help="The column that holds the address.")
@click.option("--hint", help="The column that holds the city or ward.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write the result.")
@click.option("--on", default="", metavar="DATE", help="Day of asking: who answers for the place.")
@command
def geocode(
    console: Console,
    addresses: tuple[str, ...],
    csv_file: Path | None,
    column: str | None,
    hint: str | None,
    out: Path | None,
    on: str,
) -> None:
    """Turn addresses into positions, with a level and an uncertainty."""
    from geoportal.cli.text_output import place_lines  # takes time to load
    from geoportal.documents.search import locate_document
    from geoportal.text.wareki import parse_date

    day = parse_date(on)
    if on and day is None:
        raise UsageError("--on takes a date such as 2026-04-01", "on")
    if csv_file is not None:
        if column is None or out is None or addresses:
            raise UsageError("--csv needs --column and --out, and no addresses beside it")
        from geoportal.export.geocoded import geocode_csv  # takes time to load

        geocoder = console.view().geocoder
        with progress_bar() as progress:
            report = geocode_csv(
                geocoder, csv_file, out, column=column, hint_column=hint or "", progress=progress
            )
        for old, new in report["renamed"].items():
            console.tell(f"元の列「{old}」は「{new}」という名前にしました")
        if report["sheets_not_read"]:
            console.tell(f"読んでいないシート: {'、'.join(report['sheets_not_read'])}")
        console.print(report, lambda: iter([f"{report['rows']} 行を {out} に書きました"]))
        return
    if not addresses:
        raise UsageError("give an address, or --csv with --column and --out")
    view = console.view()
    asked = day.isoformat() if day else ""
    documents = [locate_document(view.locate(text, asked)) for text in addresses]
    console.print(documents, lambda: place_lines(documents))
