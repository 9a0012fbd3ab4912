"""Rows of official files that state no municipality: the address decides, else nothing is said."""

from __future__ import annotations

import pytest

from geoportal.ingest.reading.municipalities import municipality_finder
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    NAVII_HEADER,
    REFERENCE,
    by_name,
    import_into,
    kaigo_row,
    navii_row,
    only,
    write_csv,
)

FINDER = municipality_finder(REFERENCE)


@pytest.mark.parametrize(
    ("prefecture", "address", "code"),
    [
        ("", "福岡県北九州市小倉北区浅野1-2", "40106"),
        ("福岡県", "北九州市小倉北区浅野1-2", "40106"),
        ("", "北九州市小倉北区浅野1-2", "40106"),
        ("福岡県", "浅野1-2", ""),
        ("福岡県", "北九州市浅野1-2", ""),
        ("", "府中市宮西町2-24", ""),  # of two prefectures
        ("広島県", "府中市府川町315", "34208"),
        ("茨城県", "茨城県龍ヶ崎市愛戸55", "08208"),
        ("青森県", "青森県〒030-0846青森県青森市青葉3-9-8", "02201"),
        ("北海道", "北海道豊平区平岸6条17丁目1-2", ""),
        ("福岡県", "", ""),
        ("", "東京都八丈島八丈町三根26-11", "13401"),
        ("", "東京都三宅島三宅村神着240", "13381"),
    ],
)
def test_the_address_decides_with_the_prefecture_of_its_row(prefecture, address, code):
    assert FINDER.by_row(address, prefecture) == code


def test_a_care_office_without_a_code_is_where_its_address_is(database, tmp_path):
    blank = {"都道府県コード又は市町村コード": "", "市区町村名": ""}
    path = write_csv(tmp_path / "k.csv", KAIGO_HEADER, [kaigo_row(**blank)])
    report = only(import_into(database, path, as_of="2025-06-01"))
    assert (report.accepted, report.rejected) == (1, 0)
    assert [one.municipality_code for one in by_name(database).values()] == ["40106"]


def test_a_place_without_position_keeps_the_municipality_that_a_list_states(database, tmp_path):
    """Hours say no municipality; the clinic whose hours they are says it."""
    address = {"所在地": "どこか1-1", "所在地座標（緯度）": "", "所在地座標（経度）": ""}
    stated = {"都道府県コード": "40", "市区町村コード": "106", **address}
    clinic = hospital("4011010990001", "位置のない病院", **stated)
    hours = {
        "ID": "4011010990001",
        "診療科目コード": "01001",
        "診療科目名": "内科",
        "診療時間帯": "1",
    }
    paths = [
        write_csv(tmp_path / "01-1_20250601.csv", NAVII_HEADER, [clinic]),
        write_csv(tmp_path / "01-2_20250601.csv", list(hours), [hours]),
    ]
    import_into(database, *paths)
    assert [one.municipality_code for one in by_name(database).values()] == ["40106"]


def hospital(number: str, name: str, **values: str) -> dict[str, str]:
    return navii_row(ID=number, 正式名称=name, **values)


def test_a_hospital_whose_municipality_is_unknown_closes_no_other(database, tmp_path):
    """One row without municipality says nothing of the others in its prefecture."""
    known = hospital("4011010990001", "既知", 都道府県コード="40", 市区町村コード="106")
    lost = hospital("4011010990002", "不明", 市区町村コード="", 所在地="どこか1-1")
    elsewhere = hospital("4010210990003", "別区", 都道府県コード="40", 市区町村コード="103")
    for day, rows in (("2025-06-01", [known, lost]), ("2025-12-01", [lost, elsewhere])):
        path = write_csv(tmp_path / f"01-1_{day}.csv", NAVII_HEADER, rows)
        import_into(database, path, as_of=day)
    third = hospital("4011010990004", "同区", 都道府県コード="40", 市区町村コード="106")
    path = write_csv(tmp_path / "01-1_2025-09-01.csv", NAVII_HEADER, [known, third])
    import_into(database, path, as_of="2025-09-01")
    assert {one.status for one in by_name(database).values()} == {"open"}
