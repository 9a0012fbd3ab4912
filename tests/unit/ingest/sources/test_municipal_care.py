"""Municipal lists of care services: a facility for each service of an office."""

from __future__ import annotations

import pytest

from geoportal.store.facilities import read_records
from tests.unit.ingest.official import by_name, codes, import_into, only, write_csv
from tests.unit.ingest.sources.test_municipal_medical import imported

CARE = [
    *["都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名"],
    *["介護サービス事業所名称", "介護サービス事業所名称_カナ", "実施サービス", "住所", "方書"],
    *["緯度", "経度", "電話番号", "内線番号", "FAX番号", "法人番号", "法人の名称", "事業所番号"],
    *["利用可能曜日", "利用可能曜日特記事項", "定員", "URL", "備考"],
]


def care(**overrides):
    return (
        dict.fromkeys(CARE, "")
        | {
            "都道府県コード又は市区町村コード": "401064",
            "NO": "1",
            "都道府県名": "福岡県",
            "市区町村名": "北九州市小倉北区",
            "介護サービス事業所名称": "見本ケア",
            "実施サービス": "訪問介護;介護予防訪問介護;通所介護",
            "住所": "浅野1丁目1-1",
            "電話番号": "093-000-0002",
            "事業所番号": "4070300001",
            "利用可能曜日": "平日;土",
            "定員": "10",
        }
        | overrides
    )


def test_an_office_is_a_facility_for_each_service(database, tmp_path):
    report, found = imported(database, tmp_path, CARE, care())
    assert (report.source, report.rows_read, report.accepted) == ("municipal-care", 1, 1)
    assert {record.record_id: record.kind for record in found} == {
        "110-4070300001": "home_help",
        "150-4070300001": "day_service",
    }
    assert found[0].address == "福岡県北九州市小倉北区浅野1丁目1-1"
    assert found[0].hours.open_days == (0, 1, 2, 3, 4, 5)
    assert {f.id for f in by_name(database).values()} <= {"k110-4070300001", "k150-4070300001"}


def test_unknown_services_and_days_are_noted(database, tmp_path):
    rows = [
        care(),
        care(実施サービス="訪問介護;配食", 事業所番号="4070300002", 利用可能曜日="随時"),
    ]
    report, found = imported(database, tmp_path, CARE, *rows)
    assert len(found) == 3
    assert {"unknown_service", "unknown_day"} <= codes(report)


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("訪問介護・訪問看護", {"home_help", "visiting_nursing"}),
        ("訪問介護 訪問看護", {"home_help", "visiting_nursing"}),
        ("訪問介護\n訪問看護", {"home_help", "visiting_nursing"}),
        ("訪問介護＋訪看", {"home_help", "visiting_nursing"}),
        ("訪問介護・定期巡回・随時対応型訪問介護看護", {"home_help", "regular_visiting"}),
        ("（予防）訪問看護", {"visiting_nursing"}),
        ("訪問看護（医療機関）", {"visiting_nursing"}),
        ("居宅介護支援事業所", {"care_management"}),
        ("小多機", {"small_multifunctional"}),
        ("介護予防・日常生活支援総合事業　訪問型サービス", set()),
    ],
)
def test_services_as_they_are_spoken_of(database, tmp_path, cell, kinds):
    report, found = imported(database, tmp_path, CARE, care(実施サービス=cell))
    assert ({record.kind for record in found}, report.rejected) == (kinds, 0)


def test_columns_of_marks_are_services(database, tmp_path):
    header = ["事業所名", "所在地", "TEL", "事業者名", "訪問看護", "訪問介護", "居宅介護支援"]
    row = dict(
        zip(
            header,
            ["見本", "北九州市小倉北区浅野1-1-1", "", "見本会", "○", "×", "H30.4.1"],
            strict=True,
        )
    )
    report, found = imported(database, tmp_path, header, row)
    assert report.source == "municipal-care"
    assert {record.kind for record in found} == {"visiting_nursing", "care_management"}
    assert {record.operator for record in found} == {"見本会"}


def test_a_list_in_english_columns(database, tmp_path):
    header = ["latitude", "longitude", "name", "address", "telephoneNumber", "service", "capacity"]
    row = dict(
        zip(header, ["33.88", "130.87", "見本苑", "小倉北区城内1-1", "", "特養", "70"], strict=True)
    )
    _, (found,) = imported(database, tmp_path, header, row)
    assert (found.kind, found.capacity, found.lon, found.lat) == (
        "care_facility",
        70,
        130.87,
        33.88,
    )


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("33°53′00.24″", "130°52′30.36″"),
        ("北緯33.8834", "東経130.8751"),
        ("33.8834度", "130.8751度"),
        ("33度53分0.24秒", "130度52分30.36秒"),
    ],
)
def test_positions_in_degrees_minutes_and_seconds(database, tmp_path, lat, lon):
    _, (found, _) = imported(database, tmp_path, CARE, care(緯度=lat, 経度=lon))
    assert (found.lat, found.lon) == (pytest.approx(33.8834), pytest.approx(130.8751))


def test_latitude_and_longitude_in_one_column(database, tmp_path):
    header = ["事業所名称", "実施サービス", "住所", "緯度経度"]
    row = dict(
        zip(header, ["見本", "訪問看護", "小倉北区城内1-1", "33.8834, 130.8751"], strict=True)
    )
    _, (found,) = imported(database, tmp_path, header, row)
    assert (found.lat, found.lon) == (33.8834, 130.8751)


def test_a_list_whose_column_of_kinds_names_services_is_of_care(database, tmp_path):
    header = ["名称", "種別", "住所", "電話番号"]
    row = dict(zip(header, ["見本", "訪問看護ステーション", "小倉北区城内1-1", ""], strict=True))
    report, _ = imported(database, tmp_path, header, row)
    assert report.source == "municipal-care"


@pytest.mark.parametrize(
    ("title", "address", "whole", "code"),
    [
        ("小倉北区 介護サービス事業所", "城内1-1", "福岡県北九州市小倉北区城内1-1", "40106"),
        ("令和7年度小倉北区の事業所", "小倉南区若園5", "福岡県北九州市小倉南区若園5", "40107"),
        ("事業所一覧（八幡西区）", "黒崎3-15", "福岡県北九州市八幡西区黒崎3-15", "40109"),
        ("北九州市介護サービス事業所一覧", "城内1-1", "福岡県北九州市城内1-1", ""),
        ("北九州市介護サービス事業所一覧", "苅田町富久町1", "福岡県苅田町富久町1", "40621"),
        ("中央区の事業所", "本町1-1", "本町1-1", ""),  # which of ten is not said
        ("一覧", "中央区本町1-1", "中央区本町1-1", ""),
        ("大阪市の事業所", "中央区本町1-1", "大阪府大阪市中央区本町1-1", "27128"),
        ("町丁別の事業所", "本町1-1", "本町1-1", ""),
    ],
)
def test_the_title_says_the_municipality_where_no_column_does(
    database, tmp_path, title, address, whole, code
):
    header = ["事業所名称", "実施サービス", "住所"]
    path = write_csv(tmp_path / "a.csv", [title, "", ""], [header, ["見本", "訪問看護", address]])
    report = only(import_into(database, path))
    with database.engine.connect() as connection:
        (found,) = (item.record for item in read_records(connection))
    assert report.accepted == 1
    assert (found.address, found.municipality_code) == (whole, code)


@pytest.mark.parametrize(
    ("remark", "kept"),
    [
        ("休止中", 0),
        ("※現在休止中。", 0),
        ("（廃止）", 0),
        ("令和8年4月から休止予定", 1),
        ("土日休業", 1),
    ],
)
def test_an_office_that_is_not_open_by_its_remark_is_left_out(database, tmp_path, remark, kept):
    report, found = imported(database, tmp_path, CARE, care(備考=remark))
    assert (report.accepted, report.rejected, len(found)) == (1, 0, 2 * kept)
    assert ("out_of_service" in codes(report)) is not bool(kept)


def test_english_headers_and_services_are_read(database, tmp_path):
    header = ["Facility Name", "Service Type", "Address", "Phone"]
    row = ["見本ケア", "Home-visit nursing", "北九州市小倉北区浅野1丁目1-1", "093-000-0001"]
    report, (found,) = imported(database, tmp_path, header, row)
    assert (report.source, found.kind) == ("municipal-care", "visiting_nursing")


def test_a_number_with_a_note_or_a_second_one_is_the_first(database, tmp_path):
    row = care(電話番号="０９３－０００－０００１（代表） 内線12")
    report, found = imported(database, tmp_path, CARE, row)
    assert {record.phone for record in found} == {"093-000-0001"}
    assert "phone_with_more" in codes(report)
