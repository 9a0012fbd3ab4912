"""The same import again reads nothing, where it would change nothing; else everything."""

from __future__ import annotations

import dataclasses
import json
import os
from datetime import date

import pytest

from geoportal.ingest import run as runs
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.ingest.plan import ImportFile
from geoportal.ingest.repetition import _key, comparable
from geoportal.services.portal import shipped_reference
from geoportal.store.database import dataset_version
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    content,
    kaigo_row,
    write_csv,
)

TODAY = date(2026, 11, 24)
ROWS = [kaigo_row(事業所番号=f"40677{i:05}", 事業所名=f"見本{i}") for i in range(4)]


@pytest.fixture
def towns(tmp_path):
    return write_csv(tmp_path / "towns_20250401.csv", TOWNS_HEADER, TOWNS)


@pytest.fixture
def offices(tmp_path):
    rows = [*ROWS, kaigo_row(事業所番号="")]
    return write_csv(tmp_path / "kaigo_20250601.csv", KAIGO_HEADER, rows)


@pytest.fixture
def read(monkeypatch):
    """Names of the files that were planned, that is read."""
    names = []

    class Planner(runs.Planner):
        def plan(self, paths):
            names.extend(one.path.name for one in paths)
            return super().plan(paths)

    monkeypatch.setattr(runs, "Planner", Planner)
    return names


def take(database, *paths, today=TODAY, **options):
    chosen = ImportOptions(**options)
    return import_files(database, shipped_reference(), paths, chosen, today=today)


def counts(report):
    names = ("rows_read", "accepted", "rejected", "created", "updated", "unchanged", "removed")
    return [tuple(getattr(one, name) for name in names) for one in report.files]


def issues(report):
    return [(one.file, one.line, one.code) for file in report.files for one in file.issues]


def test_it_says_what_reading_it_again_would(database, towns, offices, read, monkeypatch):
    first = take(database, towns, offices)
    read.clear()
    again = take(database, towns, offices)
    assert read == []
    monkeypatch.setattr(runs.KeptReports, "recall", lambda *_: None)
    looked = take(database, towns, offices)
    assert read
    assert counts(again) == counts(looked)
    assert again.dataset_version == looked.dataset_version == first.dataset_version
    told = [one.as_dict() for file in again.files for one in file.issues]
    extra = [one for one in told if one["code"] == "not_read_again"]
    assert len(extra) == 2
    rest = [one for one in told if one not in extra]
    assert rest == [one.as_dict() for file in looked.files for one in file.issues]


def test_each_of_several_commands_is_remembered_once_it_changed_nothing(
    database, towns, offices, read
):
    take(database, towns)
    take(database, offices)
    take(database, towns)  # read: the other has changed the data since
    read.clear()
    take(database, towns)
    take(database, offices)
    assert read == []


@pytest.mark.parametrize(
    "change",
    [
        lambda path: {"as_of": "2025-07-01"},
        lambda path: {"max_rejected_percent": 90.0},
        lambda path: {"accept_shrink": True},
        lambda path: path.write_bytes(path.read_bytes() + b"\r\n") and {},
    ],
    ids=["as-of", "max-rejected", "accept-shrink", "bytes"],
)
def test_anything_else_is_read(database, offices, read, change):
    take(database, offices)
    read.clear()
    take(database, offices, **change(offices))
    assert read == [offices.name]


def test_an_edition_in_between_is_not_forgotten(database, tmp_path, offices):
    """A, B, A: the third says again what the first said."""
    take(database, offices)
    before = content(database)
    other = tmp_path / "other" / offices.name
    other.parent.mkdir()
    write_csv(other, KAIGO_HEADER, [dict(row, 事業所名="別") for row in ROWS])
    take(database, other)
    assert content(database) != before
    take(database, offices)
    assert content(database)["facilities"] == before["facilities"]


def test_what_is_dated_by_the_day_of_import_is_read_again(database, tmp_path, read):
    undated = write_csv(tmp_path / "kaigo.csv", KAIGO_HEADER, ROWS)
    take(database, undated)
    read.clear()
    take(database, undated)
    assert read == [undated.name]


def test_what_was_refused_is_read_again(database, offices, read):
    assert take(database, offices, max_rejected_percent=1.0).refused
    read.clear()
    assert take(database, offices, max_rejected_percent=1.0).refused
    assert read == [offices.name]


def test_a_dry_run_remembers_nothing_and_looks(database, offices, read):
    take(database, offices, dry_run=True)
    take(database, offices)
    read.clear()
    take(database, offices, dry_run=True)
    assert read == [offices.name]


def test_a_changed_list_or_program_is_another_question(database, offices, read, monkeypatch):
    take(database, offices)
    read.clear()
    monkeypatch.setattr("geoportal.ingest.repetition.program_digest", lambda *_: "another")
    take(database, offices)
    assert read == [offices.name]


def test_what_is_kept_is_of_the_present_version_alone(database, towns, offices):
    take(database, towns)
    take(database, offices)
    with database.engine.connect() as connection:
        version = dataset_version(connection)
    kept = list(database.derived_directory.glob("import-*.json"))
    assert [path.name.split("-")[1] for path in kept] == [version]


def test_a_damaged_report_is_no_report(database, offices, read):
    take(database, offices)
    (kept,) = database.derived_directory.glob("import-*.json")
    kept.write_bytes(kept.read_bytes()[:-9])
    read.clear()
    take(database, offices)
    assert read == [offices.name]


def test_answers_of_surveys_are_not_kept(database, offices, monkeypatch):
    sources = shipped_reference().sources
    asked = dataclasses.replace(sources["kaigo"], evidence="survey")
    monkeypatch.setitem(sources, "kaigo", asked)
    take(database, offices)
    assert not list(database.derived_directory.glob("import-*.json"))


def test_a_shape_whose_other_part_has_changed_is_another_file(database, tmp_path, read):
    shape, table = tmp_path / "a.shp", tmp_path / "a.dbf"
    shape.write_bytes(b"x")
    keys = []
    for content_of_table in (b"before", b"after", b"before"):
        table.write_bytes(content_of_table)
        keys.append(_key(shipped_reference(), ImportOptions(), [ImportFile(shape)]))
    assert keys[0] == keys[2] != keys[1]


def test_what_no_import_takes_is_not_read_to_be_compared(tmp_path):
    pipe, huge, here = tmp_path / "pipe.csv", tmp_path / "huge.csv", tmp_path / "here.csv"
    os.mkfifo(pipe)
    here.write_bytes(b"x")
    with huge.open("wb") as file:
        file.truncate(10 << 30)
    assert comparable([ImportFile(here)])
    for path in (pipe, huge, tmp_path, tmp_path / "missing.csv"):
        assert not comparable([ImportFile(here), ImportFile(path)])


def test_a_name_that_is_no_text_is_reported_as_text(database, towns):
    named = towns.with_name("町丁目\udcff\u202e.csv")
    os.rename(towns, named)  # noqa: PTH104 - as a disk of another encoding has it
    report = take(database, named)
    assert json.dumps(report.as_dict(), ensure_ascii=False).encode()
    assert report.as_dict()["files"][0]["file"] == "町丁目.csv"
