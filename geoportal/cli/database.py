"""``geoportal init``, ``import`` and ``doctor``."""

from __future__ import annotations

import atexit
import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from geoportal.cli.console import Console, command, progress_bar, require_writable
from geoportal.cli.diagnosis import diagnose
from geoportal.domain.dating import day_said
from geoportal.errors import GeoportalError, InputRefusedError, UsageError
from geoportal.ingest.content import MAPPABLE
from geoportal.ingest.files.mapping import read_mapping
from geoportal.ingest.files.report import ImportReport
from geoportal.ingest.pipeline import ImportOptions, import_files, load_sample
from geoportal.progress import Progress
from geoportal.services.portal import Portal, now_in_japan, sample_directory, shipped_reference
from geoportal.store.database import Database, dataset_version, open_database, shown_location
from geoportal.store.reference import Reference
from geoportal.text.spreadsheet import harmless
from geoportal.workers import WorkerDiedError, usable_processes

_REFUSALS = ("unknown_layout", "unreadable", "refused", "wrong_source", "archive_refused")
_ISSUE_COLUMNS = ("file", "sheet", "line", "field", "code", "severity", "value", "message")


@click.command()
@click.option("--sample", is_flag=True, help="Load the fictional sample city (架空のデータ).")
@click.option("--with-staff", is_flag=True, help="Make fictional accounts; printed once.")
@command
def init(console: Console, sample: bool, with_staff: bool) -> None:
    """Make an empty database; does nothing when there is one."""
    if with_staff and not sample:
        raise UsageError("--with-staff goes with --sample: accounts of a city are made one by one")
    database = console.database(create=True)
    reference = shipped_reference()
    if sample:
        centres = reference.cities_directory / "40100" / "centres.csv"
        today = now_in_japan().date()
        with progress_bar() as progress:
            load_sample(
                database, reference, sample_directory(), centres, today=today, progress=progress
            )
            compile_snapshot(database, reference, progress)
    with database.engine.connect() as connection:
        version = dataset_version(connection)
    where = shown_location(console.settings.database)
    document: dict[str, Any] = {"database": where, "dataset_version": version}
    lines = [f"{where} は使えます"]
    if with_staff:
        from geoportal.cli.user import make_sample_staff

        made = make_sample_staff(console, database)
        document["accounts"] = made
        lines += [f"{one['name']}\t{one['password']}" for one in made]
    console.print(document, lambda: iter(lines))


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", default="auto", show_default=True, help="Refuse other layouts.")
@click.option("--as-of", metavar="DATE", default="", help="Date the data refers to.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@click.option("--issues", type=click.Path(path_type=Path), metavar="CSV", help="Write the issues.")
@click.option("--crs", metavar="EPSG:n", default="", help="For map files that declare none.")
@click.option(
    "--map",
    "mapping_file",
    type=click.Path(path_type=Path),
    metavar="TOML",
    help="What the columns are; `describe` writes one to fill in.",
)
@click.option(
    "--accept-shrink", is_flag=True, help="Take a file with far fewer rows than the one before."
)
@click.option(
    "--prefecture",
    "prefectures",
    multiple=True,
    metavar="CODE",
    help="Of lists of all Japan take the rows of this one (43), or of several.",
)
@click.option(
    "--max-rejected",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Refuse a file with more rows that cannot be taken; 20 if not given, of outlines 0.",
)
@command
def import_(
    console: Console,
    files: tuple[Path, ...],
    source: str,
    as_of: str,
    dry_run: bool,
    issues: Path | None,
    crs: str,
    mapping_file: Path | None,
    max_rejected: float | None,
    accept_shrink: bool,
    prefectures: tuple[str, ...],
) -> None:
    """Import official files; the layout is recognised from the header."""
    options = ImportOptions(
        source=source,
        as_of=_iso_date(as_of),
        dry_run=dry_run,
        max_rejected_percent=max_rejected,
        crs=crs,
        accept_shrink=accept_shrink,
        mapping=read_mapping(mapping_file, MAPPABLE) if mapping_file else None,
        processes=usable_processes(console.settings.processes),
        prefectures=tuple(sorted(set(prefectures))),
    )
    if issues is not None:
        require_writable(issues, "--issues")
    database = _open_for_import(console.settings.database, dry_run=dry_run)
    report = run_import(database, files, options)
    document = report.as_dict()
    try:
        if issues is not None:
            _write_issues(issues, document)
        console.print(document, lambda: import_lines(document))
    except OSError as error:  # a full disk, a pipe that nobody reads
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the exit fails, too
        raise GeoportalError(
            f"the import itself is done (data version {report.dataset_version}); only its report "
            f"could not be written: {error.strerror}"
        ) from error
    if report.refused:
        console.tell("geoportal: at least one file was refused and left nothing behind; see above")
        sys.exit(InputRefusedError.exit_code)


def compile_snapshot(
    database: Database, reference: Reference, progress: Progress, processes: int = 1
) -> None:
    """Compile what servers and commands read, so that the first of them need not.

    The data are in already: where the disk or a worker fails, whoever needs it first says so.
    """
    with suppress(OSError, DBAPIError, WorkerDiedError):
        Portal(database, reference, processes=processes, progress=progress).view()


def run_import(database: Database, files: Sequence[Path], options: ImportOptions) -> ImportReport:
    """Import files with a progress bar."""
    today = now_in_japan().date()
    reference = shipped_reference()
    with progress_bar() as progress:
        report = import_files(database, reference, files, options, today=today, progress=progress)
        if not options.dry_run:
            compile_snapshot(database, reference, progress, options.processes)
    return report


def _open_for_import(location: str, *, dry_run: bool) -> Database:
    """Open the database; a dry run where there is none yet works on a passing one."""
    if dry_run and "://" not in location and not Path(location).is_file():
        passing = Path(tempfile.mkdtemp(prefix="geoportal-dry-run-"))
        atexit.register(shutil.rmtree, passing, ignore_errors=True)
        return open_database(passing / "passing.db", create=True)
    return open_database(location, create=True)


def _iso_date(text: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError("--as-of takes a date such as 2026-10-01", "as_of") from None


def _write_issues(path: Path, document: dict[str, Any]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _ISSUE_COLUMNS)
        writer.writeheader()
        for file_report in document["files"]:
            for issue in file_report["issues"]:
                row = {"file": file_report["file"], **issue}
                writer.writerow({key: harmless(row[key]) for key in _ISSUE_COLUMNS})


def import_lines(document: dict[str, Any]) -> Iterator[str]:
    """Return what an import did, for people."""
    for file in document["files"]:
        omissions = [issue["message"] for issue in file["issues"] if issue["code"] == "left_out"]
        if omissions:
            yield f"取り込みません: {omissions[0]}"
            continue
        yield (
            f"{file['file']}: {file['source'] or '?'} {day_said(file)} — "
            f"{file['rows_read']} 行（採用 {file['accepted']}・不採用 {file['rejected']}）"
            f" 新規 {file['created']}・更新 {file['updated']}・変更なし {file['unchanged']}"
            f"・閉鎖 {file['removed']}"
            + (f"・対象外の都道府県 {file['elsewhere']} 行" if "elsewhere" in file else "")
        )
        for issue in file["issues"]:
            if issue["severity"] != "info":
                sheet = f"シート {issue['sheet']} " if issue["sheet"] else ""
                yield f"  {sheet}{issue['line'] or '-'} 行目 {issue['field']}: {_issue_text(issue)}"
    yield f"データの版: {document['dataset_version']}"


def _issue_text(issue: dict[str, Any]) -> str:
    """Return an issue in Japanese; the message of a refusal says more, and follows."""
    said = shipped_reference().labels.get(("issue", issue["code"]), {}).get("ja")
    if said is None:
        return str(issue["message"])
    more = issue["message"] if issue["code"] in _REFUSALS else issue["value"]
    return f"{said}（{more}）" if more else said


@click.command()
@command
def doctor(console: Console) -> None:
    """Say what is wrong with this installation or its data, and how to mend it."""
    with progress_bar() as progress:
        findings = diagnose(console.settings, progress)
    document = {
        "ok": not any(finding.severity == "error" for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }

    def lines() -> Iterator[str]:
        for finding in findings:
            yield f"[{finding.severity}] {finding.message}"
            if finding.mend:
                yield f"    → {finding.mend}"
        if not findings:
            yield "問題は見つかりませんでした"

    console.print(document, lines)
    if not document["ok"]:
        sys.exit(1)
