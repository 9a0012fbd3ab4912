"""``geoportal coverage``: the figures of a district or a city, and the pack to hand out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from geoportal.cli.console import Console, command, progress_bar
from geoportal.coverage.baseline import baseline_document, compare, compare_studies, read_baseline
from geoportal.coverage.cluster import workers
from geoportal.coverage.criteria import EVIDENCE_LEVELS, TIMES, CoverageCriteria
from geoportal.coverage.demand import MESH, UNITS
from geoportal.coverage.figures import DistrictFigures, round_significant
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.service import WhatIf
from geoportal.coverage.study import Study
from geoportal.coverage.supply import PlannedFacility
from geoportal.coverage.tables import Row, district_rows
from geoportal.coverage.wording import road_line, road_sentence, sentence
from geoportal.documents.question import require_kinds
from geoportal.domain.district import LOCAL
from geoportal.errors import InputRefusedError, UnreadableSourceError, UsageError
from geoportal.export.pack_files import PACK_FORMATS
from geoportal.geo.polygons import in_japan
from geoportal.services.view import View

_DEFAULT_FORMATS = ",".join(PACK_FORMATS)


@click.command()
@click.option("--district", metavar="CODE", help="One district of any level.")
@click.option("--city", metavar="CODE", help="A city, medical area or prefecture by its parts.")
@click.option("--need", multiple=True, metavar="CODE", help="Repeatable: all of them.")
@click.option("--kind", multiple=True, metavar="KIND", help="Repeatable: any of them.")
@click.option("--time", type=click.Choice(TIMES), default="any", show_default=True)
@click.option(
    "--evidence", type=click.Choice(list(EVIDENCE_LEVELS)), default="any", show_default=True
)
@click.option(
    "--demand",
    type=click.Choice(UNITS),
    default=MESH,
    show_default=True,
    help="Count people by 500 m census mesh, or by town (町丁目) where imported.",
)
@click.option(
    "--local",
    is_flag=False,
    flag_value=LOCAL,
    default="",
    metavar="[LEVEL]",
    help="By local districts (日常生活圏域, 中学校区); name the level where several are held.",
)
@click.option("--remove", multiple=True, metavar="ID", help="What if this facility closed?")
@click.option(
    "--add", multiple=True, metavar="LON,LAT[,CAPACITY]", help="What if there were one here?"
)
@click.option(
    "--baseline", type=click.Path(path_type=Path), help="baseline.json of an earlier pack."
)
@click.option(
    "--scheduler",
    default="",
    metavar="ADDRESS",
    help="Dask scheduler that shares out the work: tcp://HOST:8786, or threads, processes.",
)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "formats", default=_DEFAULT_FORMATS, show_default=True, metavar="LIST")
@command
def coverage(console: Console, out: Path, **options: Any) -> None:
    """Write the coverage pack of a district: maps, tables, method."""
    from geoportal.export.pack import write_pack  # GIS and drawing libraries take time to load

    formats = _formats(options["formats"])
    code = _code(options["district"], options["city"])
    baseline = options["baseline"] and read_baseline(_read(options["baseline"]))
    existing = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise UsageError(f"--out {out}: cannot be written", "out")  # before minutes are spent
    view = console.view()
    question = _question(view, options)
    changes = WhatIf(tuple(options["remove"]), tuple(_planned(text) for text in options["add"]))
    with progress_bar() as progress, workers(options["scheduler"]) as executor:
        service = replace(view.coverage_service(), executor=executor)
        editions, snapshot = view.editions, view.snapshot
        local = options["local"]
        present = service.study(snapshot, code, question, local=local) if changes.any else None
        report = service.report(
            snapshot, editions, code, question, changes, local=local, progress=progress
        )
        if not report.study.has_cells:
            raise InputRefusedError(service.missing_cells(report.study))
        for warning in _warnings(report.study):
            console.tell(f"geoportal: {warning}; see README.txt")
        comparison: list[Row] = []
        if present is not None:
            comparison = compare_studies(present, report.study)
            for facility_id in changes.remove:
                if not present.supply.includes(facility_id):
                    console.tell(
                        f"geoportal: {facility_id} is not counted here: nothing is lost with it"
                    )
        if baseline is not None:
            comparison += compare(baseline, baseline_document(report))
        files = write_pack(out, report, formats, comparison, progress)
    study = report.study
    document = {
        "out": str(out),
        "files": files,
        "title": report.title,
        "dataset_version": report.dataset_version,
        "as_of": report.as_of,
        "demand": question.demand,
        "cells": len(study.cells),
        "facilities": {"sure": int(study.supply.certain.sum()), "possible": len(study.supply)},
        "districts": [
            {**row, **_sentences(figures, report)}
            for row, figures in zip(
                district_rows(study), (*study.districts, study.total), strict=True
            )
        ],
    }
    console.print(document, lambda: _lines(report, files, out))


def _warnings(study: Study) -> Iterator[str]:
    """Yield whose people are not counted."""
    if study.missing_meshes:
        yield f"no census cells of mesh {', '.join(study.missing_meshes)} are held"
    if study.missing_towns:
        yield f"no people by town are held of {'、'.join(study.missing_towns)}"
    if study.unplaced:
        yield f"{len(study.unplaced)} towns have no position"


def _code(district: str | None, city: str | None) -> str:
    if (district is None) == (city is None):
        raise UsageError("give --district CODE or --city CODE", "district")
    return district or city or ""


def _formats(text: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    known = ", ".join(PACK_FORMATS)
    if not chosen:
        raise UsageError(f"--format names none; expected some of {known}", "format")
    for name in chosen:
        if name not in PACK_FORMATS:
            raise UsageError(f"--format {name!r}: expected {known}", "format")
    return chosen


def _question(view: View, options: dict[str, Any]) -> CoverageCriteria:
    return CoverageCriteria(
        kinds=require_kinds(options["kind"], "kind"),
        needs=view.reference.vocabulary.require_needs(options["need"], "need"),
        **{name: options[name] for name in ("time", "evidence", "demand")},
    )


def _planned(text: str) -> PlannedFacility:
    try:
        lon, lat, *rest = (float(part) for part in text.split(","))
        capacity = rest[0] if rest else 1.0
    except ValueError:
        raise UsageError("--add takes LON,LAT or LON,LAT,CAPACITY in degrees", "add") from None
    sane = -180 <= lon <= 180 and -90 <= lat <= 90 and round_significant(capacity) and capacity > 0
    if not sane or len(rest) > 1:
        raise UsageError("--add takes LON,LAT or LON,LAT,CAPACITY, longitude first", "add")
    if not in_japan(lon, lat):
        raise UsageError(f"--add {text!r} does not lie in Japan; give LON,LAT in degrees", "add")
    return PlannedFacility("仮の施設", lon, lat, capacity)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise UnreadableSourceError(f"{path}: cannot be read") from None


def _sentences(figures: DistrictFigures, report: CoverageReport) -> dict[str, str]:
    """Return what is said of a district: on distances, and on minutes where roads are held."""
    by_road = road_sentence(figures, report.subject)
    said = {"sentence": sentence(figures, report.subject)}
    return said | ({"sentence_by_road": by_road} if by_road else {})


def _lines(report: CoverageReport, files: list[str], out: Path) -> Iterator[str]:
    yield report.title
    study = report.study
    whole = (study.total,) if len(study.districts) > 1 else ()
    for figures in (*study.districts, *whole):
        yield f"  {figures.name}: {''.join(_sentences(figures, report).values())}"
    if report.across:
        yield report.across_text
    if study.roads is not None:
        yield road_line(study)
        yield "".join(line.cited for line in report.sources if line.name == "roads")
    yield f"{out} に書きました: {', '.join(files)}"
