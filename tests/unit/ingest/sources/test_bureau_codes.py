"""コード内容別医療機関一覧表: institutions by code; the rest follows from number and name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ingest.official import by_name, codes, import_into, only, write_csv

HEADER = ["医療機関コード(9)", "医療機関コード(7)", "医療機関名称", "郵便番号", "住所"]
SHARED = Path(__file__).resolve().parents[5] / "shared" / "data" / "bureau"


def imported(database, tmp_path, *rows):
    report = only(import_into(database, write_csv(tmp_path / "codes_2025-08.csv", HEADER, rows)))
    return report, by_name(database)


def test_the_table_follows_from_the_number(database, tmp_path):
    rows = [
        ["406411466", "6411466", "見本内科クリニック", "8040062", "福岡県北九州市戸畑区浅生３丁目"],
        ["406419139", "6419139", "見本病院", "8040093", "北九州市戸畑区沢見二丁目５番１号"],
        ["350131147", "0131147", "見本歯科", "7500061", "山口県下関市上新地町３丁目"],
    ]
    _, found = imported(database, tmp_path, *rows)
    clinic, hospital = found["見本内科クリニック"], found["見本病院"]
    assert clinic.identifiers == {"medical_institution_code": "4016411466"}
    assert (clinic.kind, clinic.postal_code) == ("clinic", "804-0062")
    assert (hospital.kind, hospital.address[:3]) == ("hospital", "福岡県")
    assert hospital.municipality_code == "40105"
    assert "名称から判断" in hospital.claims[0].note
    dentist = found["見本歯科"]
    assert (dentist.kind, dentist.claims[0].note) == ("dental_clinic", "")


def test_damaged_codes(database, tmp_path):
    sound = [[f"40641{i:04}", f"641{i:04}", f"第{i}医院", "", "福岡県"] for i in range(1000, 1012)]
    rows = [
        *sound,
        ["11112345", "1112345", "零落ち医院", "", "北海道札幌市中央区"],
        ["4.06411E+8", "", "指数医院", "", "福岡県"],
        ["406451466", "", "番号違い医院", "", "福岡県"],
    ]
    report, found = imported(database, tmp_path, *rows)
    assert report.rejected == 1
    assert found["零落ち医院"].identifiers == {"medical_institution_code": "0111112345"}
    assert {"number_mended", "number_damaged_by_excel"} <= codes(report)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="no official files in ../shared/data")
def test_the_list_of_kitakyushu(database):
    report = only(import_into(database, SHARED / "code_list_kitakyushu_2025-08.csv"))
    assert (report.rows_read, report.accepted, report.created) == (896, 896, 896)
    assert report.as_of == "2025-08-01"
    assert "unusual_number" not in codes(report)  # every check digit fits a code of 医科


def test_where_the_number_does_not_tell_the_table_the_name_does(database, tmp_path):
    rows = [
        ["130312345", "0312345", "見本内科", "", "東京都千代田区"],
        ["130312346", "0312346", "見本歯科", "", "東京都千代田区"],
    ]
    report, found = imported(database, tmp_path, *rows)
    assert (report.accepted, "unusual_number" in codes(report)) == (2, False)
    clinic, dentist = found["見本内科"], found["見本歯科"]
    assert (clinic.kind, dentist.kind) == ("clinic", "dental_clinic")
    assert clinic.identifiers == {"medical_institution_code": "1310312345"}
    assert "名称から判断" in dentist.claims[0].note
