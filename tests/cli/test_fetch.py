"""``geoportal fetch`` with a copy of the files; the publishers are never asked in a test."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from unittest import mock

import pytest

from geoportal.cli import main as command_line
from geoportal.ingest.files.report import ImportReport
from tests.unit.ingest.official import KAIGO_HEADER, TOWNS, TOWNS_HEADER, kaigo_row, write_csv


def run(db: Path, *arguments: str, ok: int = 0):
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["geoportal", "--db", str(db), *arguments, "--json"]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        command_line.run()
    assert (ended.value.code or 0) == ok, err.getvalue()
    return json.loads(out.getvalue())


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    write_csv(folder / "jigyosho_130.csv", KAIGO_HEADER, [kaigo_row()])
    write_csv(folder / "towns.csv", TOWNS_HEADER, TOWNS)
    (folder / "README.md").write_text("about", encoding="utf-8")
    return folder


def test_a_copy_is_fetched_and_imported_and_the_second_time_changes_nothing(copy, tmp_path):
    db = tmp_path / "city.db"
    said = run(db, "fetch", "--city", "40100", "--from", str(copy))
    fetched = {item["file"]: item["status"] for item in said["fetched"] if item["file"]}
    assert fetched == {"jigyosho_130.csv": "fetched", "towns.csv": "fetched"}
    assert {item["status"] for item in said["fetched"]} == {"fetched", "incomplete", "missing"}
    assert [item["source"] for item in said["files"]] == ["towns", "kaigo"]
    assert (tmp_path / "official" / "kaigo" / "jigyosho_130.csv").is_file()
    again = run(db, "fetch", "--city", "40100", "--from", str(copy))
    assert {item["status"] for item in again["fetched"]} == {"unchanged", "incomplete", "missing"}
    assert again["dataset_version"] == said["dataset_version"]


def test_what_was_asked_for_by_name_must_be_there(copy, tmp_path):
    db = tmp_path / "city.db"
    said = run(db, "fetch", "kaigo", "bureau", "--city", "40100", "--from", str(copy), ok=3)
    assert "missing" in {item["status"] for item in said["fetched"]}
    assert [item["accepted"] for item in said["files"]] == [1]
    run(db, "fetch", "nothing", "--city", "40100", "--from", str(copy), ok=4)
    run(db, "fetch", "kaigo", "--city", "4", "--from", str(copy), ok=2)
    run(db, "fetch", "kaigo", "--city", "40100", "--from", str(copy / "nowhere"), ok=4)


def test_files_can_be_got_without_importing_them(copy, tmp_path):
    db, to = tmp_path / "city.db", tmp_path / "kept"
    options = ("--city", "40100", "--from", str(copy), "--to", str(to), "--no-import")
    said = run(db, "fetch", "kaigo", *options)
    assert "files" not in said
    assert (to / "kaigo" / "jigyosho_130.csv").is_file()
    assert not db.exists()


def test_it_imports_in_as_many_processes_as_import_does(copy, tmp_path, monkeypatch):
    monkeypatch.setenv("GEOPORTAL_PROCESSES", "3")
    asked = []
    with mock.patch("geoportal.cli.fetch.run_import") as imported:
        imported.side_effect = lambda _database, _paths, options: (
            asked.append(options.processes) or ImportReport((), "")
        )
        run(tmp_path / "city.db", "fetch", "--city", "40100", "--from", str(copy))
    assert asked == [3]


def test_of_a_list_of_all_japan_the_rows_of_the_citys_prefectures_are_taken(tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    tokyo = kaigo_row(
        都道府県コード又は市町村コード="131016",
        都道府県名="東京都",
        市区町村名="千代田区",
        住所="東京都千代田区見本町1-1",
        事業所番号="1370000001",
    )
    write_csv(folder / "jigyosho_130.csv", KAIGO_HEADER, [kaigo_row(), tokyo])
    db, options = tmp_path / "city.db", ("fetch", "kaigo", "--city", "40100", "--from", str(folder))
    (file,) = run(db, *options)["files"]
    assert (file["rows_read"], file["elsewhere"], file["created"]) == (1, 1, 1)
    (file,) = run(db, *options, "--nationwide")["files"]
    assert (file["rows_read"], file["created"], file["unchanged"]) == (2, 1, 1)
    (file,) = run(db, "import", str(folder / "jigyosho_130.csv"), "--prefecture", "40")["files"]
    assert (file["rows_read"], file["elsewhere"], file["removed"]) == (1, 1, 0)
