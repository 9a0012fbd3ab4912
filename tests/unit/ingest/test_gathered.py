"""Folders and globs: data is imported in its own order, what is none is left out and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.errors import NotFoundError
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    codes,
    import_into,
    kaigo_row,
    only,
    write_csv,
)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "data"
    (root / "deep").mkdir(parents=True)
    write_csv(root / "a_jigyosho.csv", KAIGO_HEADER, [kaigo_row()])
    write_csv(root / "deep" / "towns.csv", TOWNS_HEADER, TOWNS)
    write_csv(root / "symbols.csv", ["受理記号", "届出件数"], [["支援診１", "7"]])
    (root / "HEADERS.json").write_text('{"01-1": ["ID"]}', encoding="utf-8")
    (root / "README.md").write_text("about", encoding="utf-8")
    (root / ".hidden.csv").write_text("x", encoding="utf-8")
    return root


def test_a_folder_is_imported_in_an_order_of_its_own(database, folder):
    report = import_into(database, folder)
    assert not report.refused
    assert [item.source for item in report.files if item.source] == ["towns", "kaigo"]
    left_out = {item.file for item in report.files if "left_out" in codes(item)}
    assert left_out == {"symbols.csv", "HEADERS.json", "README.md"}
    graver = {i.code for item in report.files for i in item.issues if i.severity != "info"}
    assert graver == {"date_unknown"}


def test_an_empty_folder_is_told(database, tmp_path):
    (tmp_path / "empty" / ".git").mkdir(parents=True)
    (tmp_path / "empty" / ".git" / "config").write_text("x")
    with pytest.raises(NotFoundError, match="no file in this folder"):
        import_into(database, tmp_path / "empty")


def test_a_device_is_no_file(database):
    report = only(import_into(database, Path("/dev/null")))
    assert report.refused
    assert "no file that can be read" in report.issues[0].message


def test_what_a_glob_names_besides_is_read_once(database, folder):
    paths = [folder, *sorted(folder.rglob("*"))]  # as a shell's ** does
    report = import_into(database, *[path for path in paths if not path.name.startswith(".")])
    assert not report.refused
    assert len(report.files) == 5


def test_a_file_named_by_itself_is_refused(database, folder):
    for name in ("symbols.csv", "HEADERS.json"):
        report = only(import_into(database, folder / name))
        assert report.refused
        assert codes(report) == {"unknown_layout"}


def test_what_looks_like_data_is_refused_in_a_folder_too(database, folder):
    broken = [name for name in KAIGO_HEADER if name not in ("事業所番号", "事業所名")]
    write_csv(folder / "z_jigyosho.csv", broken, [])
    report = import_into(database, folder)
    assert [item.file for item in report.files if item.refused] == ["z_jigyosho.csv"]
