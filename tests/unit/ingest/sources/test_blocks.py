"""Blocks of 街区レベル位置参照情報: rows to places, and answers at block level."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from geoportal.ingest.revise.gazetteer import open_geocoder
from geoportal.store.places import read_places
from tests.unit.ingest.official import (
    REFERENCE,
    TOWNS,
    TOWNS_HEADER,
    import_into,
    only,
    write_csv,
)

HEADER = [
    "都道府県名",
    "市区町村名",
    "大字・丁目名",
    "小字・通称名",
    "街区符号・地番",
    "座標系番号",
    "Ｘ座標",
    "Ｙ座標",
    "緯度",
    "経度",
    "住居表示フラグ",
    "代表フラグ",
    "更新前履歴フラグ",
    "更新後履歴フラグ",
]
KITA = ("福岡県", "北九州市小倉北区")


def block(
    number,
    lat="33.8851",
    lon="130.8801",
    *,
    town="浅野一丁目",
    koaza="",
    where=KITA,
    representative="1",
    before="0",
    after="0",
):
    return (
        *where,
        town,
        koaza,
        number,
        "2",
        "0.0",
        "0.0",
        lat,
        lon,
        "1",
        representative,
        before,
        after,
    )


def isj(tmp_path, rows, name="40000-24.0a.zip", header=HEADER):
    """Write a prefecture's file as it is published: CP932, everything quoted, zipped."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("40000/40_2025.csv", text.getvalue().encode("cp932"))
        archive.writestr("40000/format.html", "<html></html>")
    return path


def held(database, source="blocks"):
    with database.engine.connect() as connection:
        return list(read_places(connection, source=source))


def geocoder(database):
    with database.engine.connect() as connection:
        return open_geocoder(database, connection, REFERENCE)


@pytest.fixture
def towns(database, tmp_path):
    import_into(database, write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, TOWNS))


def test_a_block_is_found_at_its_own_point(database, tmp_path, towns):
    report = only(import_into(database, isj(tmp_path, [block("1"), block("2", "33.8853")])))
    assert (report.source, report.accepted, report.created) == ("blocks", 2, 2)
    answer = geocoder(database).geocode("福岡県北九州市小倉北区浅野1丁目2-3")
    assert (answer.match_level, answer.coordinate_level) == ("block", "block")
    assert (answer.lat, answer.remainder, answer.town) == (33.8853, "3", "浅野一丁目")
    assert "街区レベル位置参照情報" in answer.source


def test_only_representative_points_of_this_edition_are_taken(database, tmp_path):
    rows = [
        block("1", "33.8850"),
        block("1", "33.8860", representative="0"),
        block("7", after="3"),
        block("8", before="3"),
        block("9", before="1", after="2"),
    ]
    report = only(import_into(database, isj(tmp_path, rows)))
    assert (report.rows_read, report.rejected, report.created) == (5, 0, 2)
    assert {(p.block, p.lat) for p in held(database)} == {("1", 33.8850), ("9", 33.8851)}


def test_an_older_edition_has_no_koaza(database, tmp_path):
    at = HEADER.index("小字・通称名")
    rows = [(*row[:at], *row[at + 1 :]) for row in [block("1"), block("甲12", town="大字今津")]]
    header = [name for name in HEADER if name != "小字・通称名"]
    report = only(import_into(database, isj(tmp_path, rows, header=header)))
    assert (report.created, [i for i in report.issues if i.code == "missing_column"]) == (2, [])
    assert {(p.town, p.block) for p in held(database)} == {
        ("浅野一丁目", "1"),
        ("大字今津", "甲12"),
    }


def test_a_point_far_from_its_town_falls_back_to_the_town(database, tmp_path, towns):
    rows = [block("1"), block("2", "33.8853"), block("3", "33.1000", "131.6000")]
    import_into(database, isj(tmp_path, rows))
    answer = geocoder(database).geocode("福岡県北九州市小倉北区浅野一丁目3番5号")
    assert (answer.match_level, answer.coordinate_level) == ("block", "chome")
    assert (answer.lat, answer.lon) == (33.885, 130.88)
    assert "coordinate_implausible" in answer.warnings
    assert answer.needs_confirmation


def test_a_point_far_from_its_neighbours_falls_back_without_any_town(database, tmp_path):
    near = [block(str(n), f"33.88{n:02}") for n in range(10, 30)]
    import_into(database, isj(tmp_path, [*near, block("99", "35.0000", "135.0000")]))
    answer = geocoder(database).geocode("北九州市小倉北区浅野1-99")
    assert answer.match_level == "block"
    assert answer.coordinate_level == "chome"
    assert abs(answer.lat - 33.882) < 0.01
    assert answer.uncertainty_m < 2_000


def test_spellings_of_both_sources_are_one_town(database, tmp_path, towns):
    known = (*TOWNS[3][:3], "澤ヶ谷", *TOWNS[3][4:])
    import_into(database, write_csv(tmp_path / "t_20260101.csv", TOWNS_HEADER, [*TOWNS, known]))
    rows = [block("5", town="沢ケ谷", lat="33.9401", lon="130.8101")]
    import_into(database, isj(tmp_path, rows))
    answer = geocoder(database).geocode("北九州市小倉北区澤が谷5")
    assert (answer.status, answer.town, answer.match_level) == ("ok", "澤ヶ谷", "block")


def test_the_same_file_again_changes_nothing_in_any_order_of_rows(database, tmp_path):
    rows = [
        block("1"),
        block("1", "33.8502", "131.0001", town="北方一丁目", where=("福岡県", "北九州市小倉南区")),
        block("2", "33.8853"),
    ]
    first = import_into(database, isj(tmp_path, rows), as_of="2025-04-01")
    again = import_into(
        database,
        isj(tmp_path, rows[::-1], "b.zip"),
        as_of="2025-04-01",
    )
    report = only(again)
    assert (report.created, report.updated, report.removed, report.unchanged) == (0, 0, 0, 3)
    assert only(first).created == 3


def test_a_newer_edition_replaces_its_municipalities_only(database, tmp_path):
    south = block(
        "1", "33.8502", "131.0001", town="北方一丁目", where=("福岡県", "北九州市小倉南区")
    )
    import_into(database, isj(tmp_path, [block("1"), south]), as_of="2024-04-01")
    report = only(
        import_into(
            database,
            isj(tmp_path, [block("1", "33.8859"), block("2")]),
            as_of="2025-04-01",
        )
    )
    assert (report.created, report.updated, report.removed) == (1, 1, 0)
    assert len(held(database)) == 3
    older = only(import_into(database, isj(tmp_path, [block("7")]), as_of="2023-04-01"))
    assert [i.code for i in older.issues if i.code == "older_edition"] == ["older_edition"]
    assert len(held(database)) == 3


def test_bad_rows_are_named_and_the_rest_is_taken(database, tmp_path):
    rows = [
        *(block(str(n)) for n in range(1, 40)),
        block("40", "130.88", "33.88"),
        block("41", where=("福岡県", "ない市")),
        block("", "33.885"),
        ("福岡県", "北九州市小倉北区", "short"),
        block("42", "33.9", "130.88"),  # rounded to kilometres
    ]
    report = only(import_into(database, isj(tmp_path, rows)))
    assert (report.rows_read, report.accepted, report.rejected) == (44, 39, 5)
    assert {(i.line, i.code) for i in report.issues if i.severity == "error"} == {
        (41, "bad_coordinate"),
        (42, "unknown_municipality"),
        (43, "no_block"),
        (44, "wrong_field_count"),
        (45, "bad_coordinate"),
    }


def test_a_file_cut_off_is_refused_whole(database, tmp_path):
    path = write_csv(tmp_path / "a.csv", HEADER, [block("1"), block("2")], encoding="cp932")
    path.write_bytes(path.read_bytes()[:-30])
    assert only(import_into(database, path)).refused
    assert held(database) == []


def test_towns_of_the_town_level_file_are_towns(database, tmp_path):
    header = [
        "都道府県コード",
        "都道府県名",
        "市区町村コード",
        "市区町村名",
        "大字町丁目コード",
        "大字町丁目名",
        "緯度",
        "経度",
        "原典資料コード",
        "大字・字・丁目区分コード",
    ]
    row = ["40", *KITA[:1], "40106", KITA[1], "401060001001", "浅野一丁目", "33.885", "130.880"]
    path = write_csv(tmp_path / "40_2025.csv", header, [[*row, "1", "3"]], encoding="cp932")
    report = only(import_into(database, path))
    assert (report.source, report.created) == ("towns", 1)
    assert not [i for i in report.issues if i.code in {"missing_column", "unknown_column"}]
