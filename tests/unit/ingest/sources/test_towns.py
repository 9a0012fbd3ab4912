"""町丁目 points in both layouts, and the gazetteer compiled from them."""

from __future__ import annotations

import pytest

from geoportal.ingest.revise.gazetteer import open_geocoder
from geoportal.store.places import read_place_sets, read_places
from tests.unit.ingest.official import (
    COMPACT_TOWNS_HEADER,
    REFERENCE,
    TOWNS,
    TOWNS_HEADER,
    import_into,
    only,
    write_csv,
)


def places(database, code=""):
    with database.engine.connect() as connection:
        return list(read_places(connection, municipality_code=code))


def test_both_layouts_give_the_same_places(database, tmp_path):
    full = write_csv(tmp_path / "a_20250101.csv", TOWNS_HEADER, TOWNS)
    compact = write_csv(tmp_path / "b_20250101.csv", COMPACT_TOWNS_HEADER, [r[1:] for r in TOWNS])
    assert only(import_into(database, full)).created == len(TOWNS)
    report = only(import_into(database, compact))
    assert (report.source, report.unchanged, report.created) == ("towns", len(TOWNS), 0)


@pytest.mark.parametrize(
    ("prefecture", "name", "code"),
    [
        ("福岡県", "京都郡苅田町", "40621"),
        ("福岡県", "苅田町", "40621"),
        ("千葉県", "袖ヶ浦市", "12229"),
        ("東京都", "千代田区", "13101"),
        ("北海道", "札幌市中央区", "01101"),
    ],
)
def test_codes_come_from_prefecture_and_name(database, tmp_path, prefecture, name, code):
    row = (prefecture, name, "見本町", "", "35.0", "139.0")
    import_into(database, write_csv(tmp_path / "a.csv", COMPACT_TOWNS_HEADER, [row]))
    (place,) = places(database)
    assert (place.municipality_code, place.municipality) == (code, name)


def test_a_town_without_position_is_kept_by_name(database, tmp_path):
    rows = [*TOWNS, ("40106", "福岡県", "北九州市小倉北区", "見本町", "", "", "")]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", TOWNS_HEADER, rows)))
    assert (report.accepted, report.rejected) == (7, 0)
    assert [i.code for i in report.issues if i.line == 8] == ["no_position", "no_line_end"][:1]
    assert next(p for p in places(database) if p.town == "見本町").lon is None


def test_bad_rows_are_left_out_with_their_line(database, tmp_path):
    rows = [
        *TOWNS,
        ("40106", "福岡県", "北九州市小倉北区", "見本町", "", "130.88", "33.88"),
    ]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", TOWNS_HEADER, rows)))
    assert (report.accepted, report.rejected) == (6, 1)
    issue = next(i for i in report.issues if i.severity == "error")
    assert (issue.line, issue.code, issue.value) == (8, "bad_coordinate", "130.88, 33.88")


def test_unknown_municipalities_refuse_the_file(database, tmp_path):
    rows = [("どこか県", "ない市", "町", "", "35.0", "139.0")]
    assert only(
        import_into(database, write_csv(tmp_path / "a.csv", COMPACT_TOWNS_HEADER, rows))
    ).refused
    assert places(database) == []


def test_a_newer_edition_replaces_its_municipalities_only(database, tmp_path):
    import_into(database, write_csv(tmp_path / "a_20240101.csv", TOWNS_HEADER, TOWNS))
    newer = [TOWNS[0], (*TOWNS[1][:5], "33.8871", "130.8831")]
    report = only(
        import_into(database, write_csv(tmp_path / "b_20250101.csv", TOWNS_HEADER, newer))
    )
    assert (report.created, report.updated, report.unchanged, report.removed) == (0, 1, 1, 2)
    assert len(places(database, "40106")) == 2
    assert len(places(database, "40107")) == 2
    older = only(import_into(database, tmp_path / "a_20240101.csv"))
    assert (older.created, older.removed) == (0, 0)
    with database.engine.connect() as connection:
        dates = {item.municipality_code: item.as_of for item in read_place_sets(connection)}
    assert dates == {"40106": "2025-01-01", "40107": "2024-01-01"}


def test_the_gazetteer_is_compiled_once_and_again_when_places_change(database, tmp_path):
    def compiled():
        return {path.name for path in database.derived_directory.glob("gazetteer-*")}

    with database.engine.connect() as connection:
        assert open_geocoder(database, connection, REFERENCE).geocode("浅野").status != "ok"
    assert compiled() == set()
    import_into(database, write_csv(tmp_path / "a_20240101.csv", TOWNS_HEADER, TOWNS))
    first = compiled()
    assert len(first) == 1
    with database.engine.connect() as connection:
        found = open_geocoder(database, connection, REFERENCE).geocode(
            "北九州市小倉北区魚町1丁目2-3"
        )
    assert (found.status, found.municipality_code, found.town) == ("ok", "40106", "魚町一丁目")
    assert compiled() == first
    import_into(database, write_csv(tmp_path / "b_20250101.csv", TOWNS_HEADER, TOWNS[:3]))
    assert compiled() - first


def test_a_half_deleted_gazetteer_is_made_again(database, tmp_path):
    import_into(database, write_csv(tmp_path / "a_20240101.csv", TOWNS_HEADER, TOWNS))
    (directory,) = database.derived_directory.glob("gazetteer-*")
    for path in directory.iterdir():
        path.unlink()
    with database.engine.connect() as connection:
        assert open_geocoder(database, connection, REFERENCE).gazetteer.town_count > 0


@pytest.mark.parametrize("decimals", [1, 3])
def test_positions_that_were_rounded_are_no_places(database, tmp_path, decimals):
    rows = [[*TOWNS[0][:3], f"見本{n}", "", *(33.8, 130.8)] for n in range(120)]
    for number, row in enumerate(rows):
        row[5:] = [f"{base + number / 1000:.{decimals}f}" for base in (33.8, 130.8)]
    path = write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, rows)
    assert only(import_into(database, path)).refused is (decimals == 1)
