"""``geoportal survey``: our own survey of home-care resources (在宅医療資源調査)."""

from __future__ import annotations

from pathlib import Path

import click

from geoportal.cli.console import Console, command
from geoportal.domain.facility import KINDS
from geoportal.errors import NotFoundError, UsageError
from geoportal.export.survey_workbook import write_survey
from geoportal.mapped.whole_file import whole_path


@click.group()
def survey() -> None:
    """Ask facilities what they really do (在宅医療資源調査); answers come back by `import`."""


@survey.command()
@click.option("--kind", type=click.Choice(KINDS), required=True, metavar="KIND")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.xlsx")
@click.option("--district", metavar="CODE", help="Only facilities of this district.")
@command
def template(console: Console, kind: str, out: Path, district: str | None) -> None:
    """Write an Excel file for a kind of facility, prefilled with what is known."""
    if out.suffix.lower() != ".xlsx":
        raise UsageError("--out must end in .xlsx", "out")
    view = console.view()
    snapshot = view.snapshot
    if district is not None and not snapshot.knows_district(district):
        raise NotFoundError(f"there is no district {district[:20]!r}; see geoportal districts")
    rows = snapshot.rows() if district is None else snapshot.in_district(district)
    chosen = [snapshot.facilities[row] for row in rows]
    facilities = sorted(
        (facility for facility in chosen if facility.kind == kind),
        key=lambda f: (f.municipality_code, f.kana or f.name, f.id),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_path(out) as path:
        questions = write_survey(
            path, facilities, kind=kind, reference=view.reference, today=snapshot.today
        )
    document = {
        "file": str(out),
        "kind": kind,
        "district": district,
        "facilities": len(facilities),
        "questions": questions,
    }
    label = view.reference.kinds[kind].label_ja
    line = f"{out}: {label} {len(facilities)} 件、設問 {questions}"
    console.print(document, lambda: iter([line]))
