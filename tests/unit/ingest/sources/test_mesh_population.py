"""Census cells: recognised, counted, suppressed figures kept as such."""

from datetime import date
from pathlib import Path

import pytest

from geoportal.ingest.pipeline import ImportOptions, import_files
from geoportal.services.portal import shipped_reference
from geoportal.store.database import Database
from geoportal.store.population import (
    MeshCell,
    read_mesh_cells,
    read_mesh_sets,
)

CODES = ("T001101001", "T001101019", "T001101022", "T001101025", "T001101049")
HEADER = "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN," + ",".join(CODES)
LABELS = ",,,," + ",".join(("　人口（総数）", "６５歳以上", "７５歳以上", "８５歳以上", "高齢単身"))
ROWS = (
    "503000011,1,,503000012,52,15,8,2,3",
    "503000012,2,503000011,,2,*,*,*,*",
    "503000013,0,,,132,30,12,7,2",
)


def imported(database: Database, folder: Path, name: str, text: str, encoding: str) -> dict:
    path = folder / name
    path.write_text(text, encoding=encoding)
    report = import_files(
        database, shipped_reference(), [path], ImportOptions(), today=date(2026, 11, 24)
    )
    return report.as_dict()["files"][0]


def mesh_file(*rows: str) -> str:
    return "\n".join((HEADER, LABELS, *rows)) + "\n"


def test_the_row_of_labels_is_no_data(database, tmp_path):
    report = imported(database, tmp_path, "H5030.txt", mesh_file(*ROWS), "cp932")
    assert (report["source"], report["as_of"]) == ("mesh-population", "2020-10-01")
    assert (report["rows_read"], report["accepted"], report["created"]) == (3, 3, 3)


def test_suppressed_figures_are_kept_as_suppressed(database, tmp_path):
    imported(database, tmp_path, "H5030.txt", mesh_file(*ROWS), "cp932")
    with database.engine.connect() as connection:
        cells = read_mesh_cells(connection)
    assert cells[1] == MeshCell(503000012, 2, None, None, None, None, 503000011)
    assert cells[0] == MeshCell(503000011, 52, 15, 8, 2, 3)


def test_importing_the_same_again_changes_nothing(database, tmp_path):
    imported(database, tmp_path, "H5030.txt", mesh_file(*ROWS), "cp932")
    again = imported(database, tmp_path, "H5030.txt", mesh_file(*ROWS), "cp932")
    assert [again[key] for key in ("created", "updated", "removed", "unchanged")] == [0, 0, 0, 3]


def test_bad_cells_are_rejected_by_line(database, tmp_path):
    rows = (
        *ROWS,
        "503000013,0,,,1,1,1,1,1",
        "50300001,0,,,1,1,1,1,1",
        *(f"5030001{n}{m},0,,,9,1,1,1,1" for n in range(5) for m in range(1, 5)),
        "503000024,0,,,many,1,1,1,1",
        "503000023,0,,,5,*,*,*,*",
    )
    report = imported(database, tmp_path, "H5030.txt", mesh_file(*rows), "cp932")
    errors = [(i["line"], i["code"]) for i in report["issues"] if i["severity"] == "error"]
    assert errors == [
        (6, "duplicate_key"),
        (7, "bad_mesh_code"),
        (28, "bad_number"),
        (29, "inconsistent_suppression"),
    ]
    assert report["rows_read"] == report["accepted"] + report["rejected"] == 27


def test_a_receiver_in_another_file_is_said(database, tmp_path):
    report = imported(database, tmp_path, "H5030.txt", mesh_file(ROWS[1], ROWS[2]), "cp932")
    assert "receiver_missing" in {issue["code"] for issue in report["issues"]}


def test_a_newer_edition_replaces_its_mesh_only(database, tmp_path):
    imported(database, tmp_path, "H5030.txt", mesh_file(*ROWS), "cp932")
    imported(database, tmp_path, "H5031.txt", mesh_file("503100011,0,,,7,1,1,1,1"), "cp932")
    with database.engine.connect() as connection:
        held = [(item.first_mesh, item.row_count) for item in read_mesh_sets(connection)]
    assert held == [("5030", 3), ("5031", 1)]


def test_the_samples_people_give_way_to_real_ones(database, tmp_path):
    path = tmp_path / "mesh.txt"
    path.write_text(mesh_file(*ROWS), encoding="utf-8")
    import_files(
        database,
        shipped_reference(),
        [path],
        ImportOptions(fictional=frozenset([path])),
        today=date(2026, 11, 24),
    )
    imported(database, tmp_path, "H5030.txt", mesh_file("503000091,0,,,7,1,1,1,1"), "cp932")
    with database.engine.connect() as connection:
        (held,) = read_mesh_sets(connection)
        cells = read_mesh_cells(connection)
    assert (held.source, held.row_count) == ("mesh-population", 1)
    assert [cell.pop for cell in cells] == [7]


@pytest.mark.parametrize(
    ("row", "sound"),
    [
        ("503000013,0,,,132,30,12,7,2,60,72", True),
        ("503000013,1,,503000021,2,30,12,7,2,1,1", True),  # the old of others are merged in
        ("503000013,0,,,132,30,12,7,2,60,71", False),
        ("503000013,0,,,2,30,12,7,2,1,1", False),
        ("503000013,0,,,132,12,30,7,2,60,72", False),
        ("503000013,0,,,132,30,7,12,2,60,72", False),
        ("503000013,0,,,132,30,12,7,31,60,72", False),
        ("503000013,0,,,132,30,12,7,2,,60", False),  # hidden figures have a mark
    ],
)
def test_figures_that_do_not_add_up_are_of_a_shifted_row(database, tmp_path, row, sound):
    header = f"{HEADER},T001101002,T001101003\n{LABELS},男,女\n"
    rows = "\n".join(f"50300010{n},0,,,9,1,1,1,1,4,5" for n in (1, 2, 3, 4))
    report = imported(database, tmp_path, "H5030.txt", f"{header}{rows}\n{row}\n", "cp932")
    errors = [(i["line"], i["code"]) for i in report["issues"] if i["severity"] == "error"]
    assert errors == ([] if sound else [(7, "shifted_row")])
