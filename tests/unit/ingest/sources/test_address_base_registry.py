"""アドレス・ベース・レジストリ: masters and positions in files of their own, joined by id."""

from __future__ import annotations

import pytest

from geoportal.ingest.revise.gazetteer import open_geocoder
from geoportal.ingest.sources.address_base_registry import chome_name
from geoportal.store.places import read_places
from tests.unit.ingest.official import (
    REFERENCE,
    TOWNS,
    TOWNS_HEADER,
    import_into,
    only,
    write_csv,
)

# As published in 2025 (mt_town_pref40.csv and so on).
TOWN_HEADER = [
    "lg_code",
    "machiaza_id",
    "machiaza_type",
    "pref",
    "pref_kana",
    "pref_roma",
    "county",
    "county_kana",
    "county_roma",
    "city",
    "city_kana",
    "city_roma",
    "ward",
    "ward_kana",
    "ward_roma",
    "oaza_cho",
    "oaza_cho_kana",
    "oaza_cho_roma",
    "chome",
    "chome_kana",
    "chome_number",
    "koaza",
    "koaza_kana",
    "koaza_roma",
    "machiaza_dist",
    "rsdt_addr_flg",
    "rsdt_addr_mtd_code",
    "oaza_cho_aka_flg",
    "koaza_aka_code",
    "oaza_cho_gsi_uncmn",
    "koaza_gsi_uncmn",
    "status_flg",
    "wake_num_flg",
    "efct_date",
    "ablt_date",
    "src_code",
    "post_code",
    "remarks",
]
TOWN_POS_HEADER = [
    "lg_code",
    "machiaza_id",
    "rsdt_addr_flg",
    "rep_lon",
    "rep_lat",
    "rep_srid",
    "rep_scale",
    "rep_src_code",
    "plygn_fname",
    "plygn_kcode",
    "plygn_fmt",
    "plygn_srid",
    "plygn_scale",
    "plygn_src_code",
    "pos_oaza_cho_chome_code",
    "pos_data_mnt_year",
    "cns_bnd_s_area_kcode",
    "cns_bnd_year",
]
BLOCK_HEADER = [
    "lg_code",
    "machiaza_id",
    "blk_id",
    "city",
    "ward",
    "oaza_cho",
    "chome",
    "koaza",
    "machiaza_dist",
    "blk_num",
    "rsdt_addr_flg",
    "rsdt_addr_mtd_code",
    "status_flg",
    "efct_date",
    "ablt_date",
    "src_code",
    "remarks",
]
BLOCK_POS_HEADER = [
    "lg_code",
    "machiaza_id",
    "blk_id",
    "rsdt_addr_flg",
    "rsdt_addr_mtd_code",
    "rep_lon",
    "rep_lat",
    "rep_srid",
    "rep_scale",
    "rep_src_code",
    "plygn_fname",
    "plygn_kcode",
    "plygn_fmt",
    "plygn_srid",
    "plygn_scale",
    "plygn_src_code",
    "pos_pref",
    "pos_city",
    "pos_oaza_cho_chome",
    "pos_koaza_aka",
    "pos_blk_prc_num",
    "pos_data_mnt_year",
    "rsdt_addr_code_rdbl",
    "rsdt_addr_data_mnt_date",
]
HOUSE_HEADER = [
    "lg_code",
    "machiaza_id",
    "blk_id",
    "rsdt_id",
    "rsdt2_id",
    "city",
    "ward",
    "oaza_cho",
    "chome",
    "koaza",
    "machiaza_dist",
    "blk_num",
    "rsdt_num",
    "rsdt_num2",
    "basic_rsdt_div",
    "rsdt_addr_flg",
    "rsdt_addr_mtd_code",
    "status_flg",
    "efct_date",
    "ablt_date",
    "src_code",
    "remarks",
]
HOUSE_POS_HEADER = [
    "lg_code",
    "machiaza_id",
    "blk_id",
    "rsdt_id",
    "rsdt2_id",
    "rsdt_addr_flg",
    "rsdt_addr_mtd_code",
    "rep_lon",
    "rep_lat",
    "rep_srid",
    "rep_scale",
    "rep_src_code",
    "rsdt_addr_code_rdbl",
    "rsdt_addr_data_mnt_date",
    "basic_rsdt_div",
]

ASANO = {
    "lg_code": "401064",
    "machiaza_id": "0001001",
    "city": "北九州市",
    "ward": "小倉北区",
    "oaza_cho": "浅野",
    "oaza_cho_kana": "アサノ",
    "chome": "１丁目",
    "rsdt_addr_flg": "1",
}
BLOCK_2 = ASANO | {"blk_id": "002", "blk_num": "2"}
HOUSE_3 = BLOCK_2 | {"rsdt_id": "003", "rsdt_num": "3"}
FLAT_3_4 = HOUSE_3 | {"rsdt2_id": "00004", "rsdt_num2": "4"}


def at(row, lon, lat, srid="EPSG:6668"):
    return row | {"rep_lon": lon, "rep_lat": lat, "rep_srid": srid}


def write(path, header, *rows):
    return write_csv(path, header, [{name: row.get(name, "") for name in header} for row in rows])


@pytest.fixture
def files(tmp_path):
    """A prefecture's six files."""
    return [
        write(tmp_path / "mt_town_pref40.csv", TOWN_HEADER, ASANO, ASANO | {"rsdt_addr_flg": "0"}),
        write(
            tmp_path / "mt_town_pos_pref40.csv", TOWN_POS_HEADER, at(ASANO, "130.8802", "33.8852")
        ),
        write(tmp_path / "mt_rsdtdsp_blk_pref40.csv", BLOCK_HEADER, BLOCK_2),
        write(
            tmp_path / "mt_rsdtdsp_blk_pos_pref40.csv",
            BLOCK_POS_HEADER,
            at(BLOCK_2, "130.8811", "33.8861"),
        ),
        write(tmp_path / "mt_rsdtdsp_rsdt_pref40.csv", HOUSE_HEADER, HOUSE_3, FLAT_3_4),
        write(
            tmp_path / "mt_rsdtdsp_rsdt_pos_pref40.csv",
            HOUSE_POS_HEADER,
            at(HOUSE_3, "130.88121", "33.88621", "EPSG:4612"),
            at(FLAT_3_4, "130.88122", "33.88622"),
        ),
    ]


def geocoder(database):
    with database.engine.connect() as connection:
        return open_geocoder(database, connection, REFERENCE)


def held(database):
    with database.engine.connect() as connection:
        return list(read_places(connection))


@pytest.mark.parametrize(
    ("tail", "level", "lon", "remainder"),
    [
        ("", "chome", 130.8802, ""),
        ("9", "chome", 130.8802, "9"),
        ("2番", "block", 130.8811, ""),
        ("2-9", "block", 130.8811, "9"),
        ("2番3号", "house", 130.88121, ""),
        ("2-3-4", "house", 130.88122, ""),
        ("2-3-9", "house", 130.88121, "9"),
    ],
)
def test_every_level_is_reached(database, files, tail, level, lon, remainder):
    report = import_into(database, *files)
    assert {file.source for file in report.files} == {
        "address-base-registry",
        "address-base-registry-positions",
    }
    assert all(not file.rejected and not file.refused for file in report.files)
    answer = geocoder(database).geocode(f"福岡県北九州市小倉北区浅野1丁目{tail}")
    assert (answer.status, answer.match_level, answer.coordinate_level) == ("ok", level, level)
    assert (answer.lon, answer.remainder, answer.town) == (lon, remainder, "浅野一丁目")


def test_again_in_another_order_changes_nothing(database, files):
    import_into(database, *files, as_of="2025-04-01")
    before = sorted(held(database), key=lambda place: place.registry_id)
    again = import_into(database, *files[::-1], as_of="2025-04-01")
    assert all((f.created, f.updated, f.removed) == (0, 0, 0) for f in again.files)
    assert sorted(held(database), key=lambda place: place.registry_id) == before


def test_a_newer_master_keeps_the_positions_it_has_no_news_of(database, files, tmp_path):
    import_into(database, *files, as_of="2025-04-01")
    more = BLOCK_2 | {"blk_id": "005", "blk_num": "5"}
    newer = write(tmp_path / "newer.csv", BLOCK_HEADER, BLOCK_2, more)
    report = only(import_into(database, newer, as_of="2026-04-01"))
    assert (report.created, report.unchanged, report.removed) == (1, 1, 0)
    assert {p.block: p.lon for p in held(database) if p.block and not p.house} == {
        "2": 130.8811,
        "5": None,
    }


def test_what_is_abolished_or_a_street_name_is_no_place(database, tmp_path):
    rows = [
        ASANO | {"ablt_date": "2020-01-01"},
        ASANO | {"machiaza_id": "0001002", "chome": "２丁目", "ablt_date": "2099-01-01"},
        ASANO | {"machiaza_id": "0009001", "koaza": "寺町通御池上る", "koaza_aka_code": "2"},
        ASANO | {"machiaza_id": "0000000", "oaza_cho": "", "chome": "", "oaza_cho_kana": ""},
    ]
    report = only(import_into(database, write(tmp_path / "mt_town.csv", TOWN_HEADER, *rows)))
    assert (report.rows_read, report.rejected) == (4, 0)
    assert [place.town for place in held(database)] == ["浅野二丁目"]


def test_a_position_far_from_its_town_is_not_used(database, files, tmp_path):
    towns = write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, TOWNS)
    import_into(database, towns, files[0], files[2], files[4])
    far = write(
        tmp_path / "rsdt_pos.csv",
        HOUSE_POS_HEADER,
        at(HOUSE_3, "131.8", "33.8"),
        at(FLAT_3_4, "", ""),
    )
    import_into(database, far)
    answer = geocoder(database).geocode("福岡県北九州市小倉北区浅野一丁目2番3号")
    assert (answer.match_level, answer.coordinate_level) == ("house", "chome")
    assert "coordinate_implausible" in answer.warnings


def test_calibrated_points_stay_and_names_too(database, files, tmp_path):
    towns = write_csv(tmp_path / "towns_20250101.csv", TOWNS_HEADER, TOWNS)
    import_into(database, *files, towns)
    answer = geocoder(database).geocode("福岡県北九州市小倉北区浅野一丁目")
    assert (answer.lon, answer.town) == (130.880, "浅野一丁目")


def test_readings_are_for_suggestions(database, files):
    import_into(database, *files)
    assert [one.town for one in geocoder(database).suggest("あさ")] == ["浅野"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("１丁目", "一丁目"),
        ("10丁目", "十丁目"),
        ("２１丁目", "二十一丁目"),
        ("三丁目", "三丁目"),
        ("", ""),
        ("四丁", "四丁"),
    ],
)
def test_chome_are_written_as_towns_are_published(text, name):
    assert chome_name(text) == name
