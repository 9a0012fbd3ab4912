"""``geoportal export``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from geoportal.cli.console import Console, command, require_writable
from geoportal.cli.filters import filters, search_question
from geoportal.cli.text_output import gap_text
from geoportal.documents.search import export_feature, search_document
from geoportal.export.facilities import ENDINGS, TABLE_LANGUAGES, export_facilities
from geoportal.mapped.whole_file import whole_path


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help=ENDINGS)
@click.option(
    "--lang",
    type=click.Choice(TABLE_LANGUAGES),
    default="ja",
    show_default=True,
    help="Language of the words in tables.",
)
@filters
@command
def export(console: Console, out: Path, lang: str, **options: Any) -> None:
    """Write facilities to a file; all of them when no filter is given."""
    require_writable(out, "--out")
    view = console.view()
    question = search_question(options)
    query = replace(question.to_query(view, whole_allowed=True), limit=len(view.snapshot))
    answer = search_document(view, view.search(query))
    results = answer["features"]
    features = [export_feature(view, result) for result in results]
    with whole_path(out) as path:
        export_facilities(path, features, view.reference, needs=query.needs, language=lang)
    document = {"out": str(out), "facilities": len(features)}
    written = f"{len(features)} 件を {out} に書きました"
    gaps = (gap_text(view, line) for line in answer["completeness"] if line["gap"])
    console.print(document, lambda: iter([written, *gaps]))
