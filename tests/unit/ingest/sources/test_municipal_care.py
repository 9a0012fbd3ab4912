"""Municipal lists of care services: a facility for each service of an office."""

from __future__ import annotations

from tests.unit.ingest.official import by_name, codes
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
