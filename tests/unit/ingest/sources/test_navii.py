"""医療情報ネット: hospitals, clinics, maternity homes, pharmacies; trimmed and damaged files."""

from __future__ import annotations

import pytest

from geoportal.domain.hours import HOLIDAY, Session
from tests.unit.ingest.official import (
    NAVII_HEADER,
    PHARMACY_HEADER,
    by_name,
    codes,
    import_into,
    navii_row,
    only,
    write_csv,
)


def imported(database, tmp_path, rows, header=NAVII_HEADER):
    path = write_csv(tmp_path / "facility_info_20250601.csv", header, rows)
    report = only(import_into(database, path))
    return report, list(by_name(database).values())


def test_a_hospital_with_beds_and_closing_days(database, tmp_path):
    weekly = {f"毎週決まった曜日に休診（{day}）": "1" for day in "月火水木金"}
    weekly |= {"毎週決まった曜日に休診（土）": "1", "毎週決まった曜日に休診（日）": "0"}
    monthly = {
        "決まった週に休診（定期週）第2週（土）": "0",
        "決まった週に休診（定期週）第3週（土）": "1",
    }
    row = navii_row(
        **weekly,
        **monthly,
        **{"その他の休診日（gw、お盆等）": "1月1日 12月31日（改行）4月第2水曜日"},
        祝日に休診="0",
        合計病床数="199",
    )
    report, (facility,) = imported(database, tmp_path, [row])
    assert (report.source, report.as_of) == ("navii-facility", "2025-06-01")
    assert (facility.id, facility.kind, facility.beds) == ("n4011400009990", "hospital", 199)
    hours = facility.hours
    assert hours.closed_days == (6, HOLIDAY)  # 0 = closed, 1 = open in this source
    assert hours.open_days == (0, 1, 2, 3, 4, 5)
    assert hours.closed_weeks == ((2, 5),)
    assert hours.closed_dates == ("01-01", "12-31")
    assert hours.note == "1月1日 12月31日\n4月第2水曜日"
    assert [claim.code for claim in facility.claims] == ["FT.HOSP"]


@pytest.mark.parametrize(
    ("number", "category", "kind"),
    [
        ("4022400025670", "2", "clinic"),
        ("4030006431171", "3", "dental_clinic"),
        ("4040008400015", "", "maternity_home"),
    ],
)
def test_the_kind_is_in_the_category_and_in_the_id(database, tmp_path, number, category, kind):
    header = [name for name in NAVII_HEADER if name != "合計病床数"]
    row = navii_row(header, ID=number, 機関区分=category)
    _, (facility,) = imported(database, tmp_path, [row], header)
    assert facility.kind == kind


def test_blank_flags_mean_unknown_hours(database, tmp_path):
    _, (facility,) = imported(database, tmp_path, [navii_row()])
    assert not facility.hours.known


def test_a_pharmacy_has_its_own_columns_hours_and_short_ids(database, tmp_path):
    row = navii_row(
        PHARMACY_HEADER,
        **{"ID": "40510028", "営業日（月）": "1", "営業日（日）": "0"},
        月_開店時間帯1_開始時間="9:00",
        月_開店時間帯1_終了時間="18:30",
    )
    _, (facility,) = imported(database, tmp_path, [row], PHARMACY_HEADER)
    assert (facility.id, facility.kind) == ("n40510028", "pharmacy")
    assert facility.hours.sessions == (Session(0, "09:00", "18:30"),)
    assert facility.hours.closed_days == (6,)


def test_a_trimmed_file_is_read_and_says_what_is_missing(database, tmp_path):
    header = NAVII_HEADER[:3] + NAVII_HEADER[9:13]
    report, (facility,) = imported(database, tmp_path, [navii_row(header)], header)
    assert facility.kind == "hospital"
    assert facility.municipality_code == "40106"  # from the address
    missing = {issue.field for issue in report.issues if issue.code == "missing_column"}
    assert {"都道府県コード", "市区町村コード", "機関区分", "祝日に休診"} <= missing


def test_ids_damaged_by_excel(database, tmp_path):
    sapporo = {"都道府県コード": "1", "市区町村コード": "101", "所在地": "北海道札幌市中央区北１条"}
    rows = [navii_row(ID=f"40114000099{i:02}", 正式名称=f"第{i}病院") for i in range(8)]
    rows.append(navii_row(ID="111010000020", 正式名称="零落ち", **sapporo))
    rows.append(navii_row(ID="4.0114E+12", 正式名称="指数"))
    report, found = imported(database, tmp_path, rows)
    assert {facility.name for facility in found} >= {"零落ち"}
    assert by_name(database)["零落ち"].id == "n0111010000020"
    assert "指数" not in by_name(database)
    assert (report.accepted, report.rejected) == (9, 1)
    assert {"number_mended", "number_damaged_by_excel"} <= codes(report)


@pytest.mark.parametrize(
    ("prefecture", "published", "id_"),
    [
        ("40", "4012345", "n4012345"),
        ("4", "412345", "n0412345"),  # 宮城県, the zero lost in both columns
        ("04", "0412345", "n0412345"),
        ("", "412345", "n0412345"),  # by the address
        ("", "512345", "n512345"),  # nothing tells of a zero
    ],
)
def test_pharmacy_ids_get_a_zero_back_only_where_one_was_lost(
    database, tmp_path, prefecture, published, id_
):
    place = {"都道府県コード": prefecture, "市区町村コード": "", "所在地": "宮城県仙台市青葉区"}
    row = navii_row(PHARMACY_HEADER, ID=published, **place)
    _, (facility,) = imported(database, tmp_path, [row], PHARMACY_HEADER)
    assert facility.id == id_


@pytest.mark.parametrize("position", [0, 5, 10])
def test_a_shifted_table_is_refused(database, tmp_path, position):
    rows = []
    for i in range(10):
        cells = list(navii_row(ID=f"40114000099{i:02}", 合計病床数="20").values())
        rows.append([*cells[:position], "", *cells[position:-1]])
    report, found = imported(database, tmp_path, rows)
    assert report.refused
    assert found == []


@pytest.mark.parametrize("lost", [10, 11])
@pytest.mark.parametrize("position", [("33.8801", "130.8801"), ("0.0", "0.0")])
def test_rows_that_have_lost_a_cell_are_not_read_one_day_off(database, tmp_path, lost, position):
    """Whoever deletes a cell in a spreadsheet moves the rest of the row."""
    rows = []
    for i in range(20):
        weekly = {f"毎週決まった曜日に休診（{day}）": "01"[day == "土"] for day in "月火水木金土日"}
        row = navii_row(ID=f"40114000099{i:02}", 正式名称=f"第{i}病院", **weekly)
        row["案内用ホームページアドレス"] = "https://a.jp"
        row |= dict(zip(("所在地座標（緯度）", "所在地座標（経度）"), position, strict=True))
        cells = list(row.values())
        rows.append([*cells[:lost], *cells[lost + 1 :], ""] if i > 16 else cells)
    report, found = imported(database, tmp_path, rows)
    assert (len(found), report.rejected) == (17, 3)


def test_flags_moved_by_one_day_are_noticed(database, tmp_path):
    rows = []
    for i in range(10):
        weekly = {f"毎週決まった曜日に休診（{day}）": "1" for day in "月火水木金土日"}
        row = navii_row(
            ID=f"40114000099{i:02}",
            **weekly,
            **{"その他の休診日（gw、お盆等）": "1月1日"},
            祝日に休診="0",
            一般病床="20",
        )
        cells = list(row.values())
        rows.append([*cells[:13], "", *cells[13:-1]])
    report, found = imported(database, tmp_path, rows)
    assert report.refused
    assert found == []


def test_the_national_file_of_pharmacies_calls_its_columns_otherwise(database, tmp_path):
    names = {"正式名称": "名称", "正式名称（フリガナ）": "フリガナ"}
    weeks = [f"定期閉店第{week}週（{day}）" for week in "１２３４５" for day in "月火水木金土日"]
    header = [names.get(name, name) for name in PHARMACY_HEADER]
    header += ["ローマ字", *(f"定期閉店毎週（{day}）" for day in "月火水木金土日"), *weeks]
    row = navii_row(
        header,
        **{
            "ID": "40510028",
            "名称": "見本薬局",
            "フリガナ": "ミホンヤッキョク",
            "営業日（月）": "1",
        },
        **{"定期閉店毎週（木）": "0", "定期閉店第１週（火）": "0", "定期閉店第２週（火）": "1"},
        月_開店時間帯1_開始時間="9:00",
        月_開店時間帯1_終了時間="18:30",
    )
    report, (facility,) = imported(database, tmp_path, [row], header)
    assert [issue.code for issue in report.issues] == ["unverified"]  # of the position
    assert (facility.kind, facility.name, facility.kana) == (
        "pharmacy",
        "見本薬局",
        "ミホンヤッキョク",
    )
    assert facility.hours.closed_days == (3,)
    assert facility.hours.closed_weeks == ((1, 1),)


def test_a_maternity_home_says_when_it_is_closed(database, tmp_path):
    closings = [f"毎週決まった曜日に休業（{day}）" for day in "月火水木金土日"]
    other = "その他の休業日（gw、お盆等）"
    header = [name for name in NAVII_HEADER if "休診" not in name and "病床" not in name]
    header += [*closings, "祝日に休業", "決まった週に休業（定期週）第3週（水）", other]
    header += ["月_就業時間帯1_開始時間", "月_就業時間帯1_終了時間"]
    row = navii_row(
        header,
        **{"ID": "4041010990011", "機関区分": "4", "祝日に休業": "0", other: "12/30～1/2"},
        **dict.fromkeys(closings[:5], "1"),
        **dict.fromkeys(closings[5:], "0"),
        **{"決まった週に休業（定期週）第3週（水）": "0"},
        月_就業時間帯1_開始時間="09:00",
        月_就業時間帯1_終了時間="17:00",
    )
    _, (facility,) = imported(database, tmp_path, [row], header)
    assert facility.kind == "maternity_home"
    assert facility.hours.closed_days == (5, 6, HOLIDAY)
    assert facility.hours.open_days == (0, 1, 2, 3, 4)
    assert facility.hours.closed_weeks == ((3, 2),)
    assert facility.hours.closed_dates == ("01-01", "01-02", "12-30", "12-31")


def test_a_season_named_without_days_is_unclear(database, tmp_path):
    row = navii_row(**{"その他の休診日（gw、お盆等）": "お盆"})
    _, (facility,) = imported(database, tmp_path, [row])
    assert "08-14" in facility.hours.unclear_dates
    assert facility.hours.closed_dates == ()


@pytest.mark.parametrize(
    ("prefecture", "number", "category", "kind"),
    [
        ("46", "46110002", "1", "hospital"),
        ("47", "47111", "1", "hospital"),
        ("42", "421hgo0001", "1", "hospital"),
        ("15", "152BYJTX00001", "2", "clinic"),
        ("06", "061106520017", "1", "hospital"),
        ("40", "40X6R045001", "3", "dental_clinic"),
        ("47", "471e0008", "1", "hospital"),  # no scientific notation
    ],
)
def test_ids_are_text_of_any_shape(database, tmp_path, prefecture, number, category, kind):
    row = navii_row(ID=number, 都道府県コード=prefecture, 機関区分=category)
    report, (facility,) = imported(database, tmp_path, [row])
    assert (facility.id, facility.kind, report.rejected) == (f"n{number}", kind, 0)
    assert facility.identifiers == {"navii_id": number}
    assert "number_mended" not in codes(report)


@pytest.mark.parametrize("flag", ["0", "1"])
def test_a_flag_in_place_of_the_dates_leaves_no_days_of_a_shifted_row(database, tmp_path, flag):
    shifted = {f"毎週決まった曜日に休診（{day}）": "1" for day in "月火水木金"}
    row = navii_row(**shifted, 祝日に休診="0", **{"その他の休診日（gw、お盆等）": flag})
    report = only(
        import_into(database, write_csv(tmp_path / "01-1_20250601.csv", NAVII_HEADER, [row]))
    )
    assert "bad_text" in codes(report)
    (facility,) = by_name(database).values()
    assert not facility.hours.known
