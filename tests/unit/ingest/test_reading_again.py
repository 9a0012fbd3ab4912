"""Files too large to be kept while others are looked at are read again when their turn comes."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from geoportal.ingest import plan
from geoportal.ingest import run as runs
from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import shipped_reference
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    content,
    kaigo_row,
    write_csv,
)


@pytest.fixture
def no_room(monkeypatch):
    monkeypatch.setattr(plan, "_MEMORY_BYTES", 0)


@pytest.fixture
def paths(tmp_path):
    rows = [kaigo_row(事業所番号=f"40677{i:05}", 事業所名=f"見本{i}") for i in range(3)]
    towns = write_csv(tmp_path / "towns_20250401.csv", TOWNS_HEADER, TOWNS)
    offices = write_csv(tmp_path / "kaigo_20250601.csv", KAIGO_HEADER, rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in (towns, offices):
            archive.write(path, path.name)
    offices.unlink()
    archive_path = tmp_path / "both.zip"
    archive_path.write_bytes(packed.getvalue())
    return [towns, archive_path]


def take(database, paths):
    return import_files(
        database, shipped_reference(), paths, ImportOptions(), today=date(2026, 11, 30)
    )


def test_it_makes_no_difference(database, tmp_path, paths, monkeypatch):
    kept = take(database, paths).as_dict()
    before = content(database)
    assert len(before["records"]) == 3
    monkeypatch.setattr(plan, "_MEMORY_BYTES", 0)
    monkeypatch.setattr(runs.KeptReports, "recall", lambda *_: None)
    again = take(database, paths).as_dict()
    assert content(database) == before
    assert [one["issues"] for one in again["files"]] == [one["issues"] for one in kept["files"]]
    assert [one["unchanged"] for one in again["files"]] == [
        one["created"] + one["unchanged"] for one in kept["files"]
    ]


@pytest.mark.usefixtures("no_room")
@pytest.mark.parametrize("change", ["rewritten", "removed"])
def test_a_file_that_is_not_what_it_was_is_refused(database, paths, monkeypatch, change):
    towns = paths[0]

    class Planner(runs.Planner):
        def plan(self, files):
            plans = super().plan(files)
            towns.write_bytes(towns.read_bytes()[:-20]) if change == "rewritten" else towns.unlink()
            return plans

    monkeypatch.setattr(runs, "Planner", Planner)
    report = take(database, paths[:1])
    assert report.refused
    assert not any(content(database).values())
