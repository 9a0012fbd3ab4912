"""jigyosho_*.csv: what is read of a row, what is mended, what is refused."""

from __future__ import annotations

import pytest

from geoportal.domain.facility import CARE_OFFICE_NUMBER
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    by_name,
    codes,
    import_into,
    kaigo_row,
    only,
    write_csv,
)


def imported(database, tmp_path, *rows, **options):
    path = write_csv(tmp_path / "jigyosho_130.csv", KAIGO_HEADER, rows)
    report = only(import_into(database, path, as_of="2025-06-01", **options))
    return report, list(by_name(database).values())


def test_a_row_becomes_a_facility_with_dated_claims(database, tmp_path):
    report, (facility,) = imported(database, tmp_path, kaigo_row())
    assert (report.source, report.as_of) == ("kaigo", "2025-06-01")
    assert (report.rows_read, report.accepted, report.rejected, report.created) == (1, 1, 0, 1)
    assert facility.id == "k130-4067790001"
    assert facility.kind == "visiting_nursing"
    assert facility.municipality_code == "40106"
    assert facility.identifiers == {CARE_OFFICE_NUMBER: "4067790001"}
    assert facility.services == ("訪問看護",)
    assert facility.capacity is None  # 定員 0 = unknown
    assert facility.hours.open_days == (0, 1, 2, 3, 4, 5)
    assert [(c.code, c.value, c.evidence, c.as_of) for c in facility.claims] == [
        ("FT.VN", "yes", "registry", "2025-06-01"),
        ("VM.WEEKEND", "yes", "registry", "2025-06-01"),
    ]
    assert (facility.location.lon, facility.location.lat) == (130.8801, 33.8851)
    assert [(m.source, m.record_id) for m in facility.sources] == [("kaigo", "130-4067790001")]


@pytest.mark.parametrize(
    ("days", "weekend"),
    [("平日", "no"), ("平日,祝日", "no"), ("日曜日", "yes"), ("", None), ("月,火", "no")],
)
def test_weekend_follows_the_days_and_is_unknown_without_any(database, tmp_path, days, weekend):
    _, (facility,) = imported(database, tmp_path, kaigo_row(利用可能曜日=days))
    found = {claim.code: claim.value for claim in facility.claims}
    assert found.get("VM.WEEKEND") == weekend


@pytest.mark.parametrize(
    ("days", "remark", "weekend"),
    [
        ("平日", "土、日、祝日対応可能", "yes"),
        ("平日", "24時間電話対応。（改行）土、日、祝日（緊急時対応可能）", "unknown"),
        ("平日", "土曜に関しては事前連絡により対応可。", "unknown"),
        ("平日", "祝日は営業しています。", "no"),
        ("平日", "日曜日、12月30日～1月3日は休業", "no"),
        ("平日,土曜日", "水曜日、日曜日、年末年始（12/30～1/3）は定休日", "yes"),
        ("平日,土曜日", "土曜日不定期定休", "unknown"),
        ("", "年中無休", "yes"),
        ("", "土日は休業", "no"),
        ("", "8月13日～15日は休業", None),
    ],
)
def test_days_and_their_remark_are_one_answer_about_weekends(
    database, tmp_path, days, remark, weekend
):
    row = kaigo_row(利用可能曜日=days, 利用可能曜日特記事項=remark)
    _, (facility,) = imported(database, tmp_path, row)
    claims = [claim for claim in facility.claims if claim.code == "VM.WEEKEND"]
    assert [claim.value for claim in claims] == ([] if weekend is None else [weekend])
    assert all(bool(claim.note) == (weekend == "unknown") for claim in claims)


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("福岡県北九州市小倉北区浅野1-2", "福岡県北九州市小倉北区浅野1-2"),
        ("北九州市小倉北区浅野1-2", "福岡県北九州市小倉北区浅野1-2"),
        ("小倉北区浅野1-2", "福岡県北九州市小倉北区浅野1-2"),
        ("浅野1-2", "福岡県北九州市小倉北区浅野1-2"),
        ("北九州市浅野1-2", "福岡県北九州市小倉北区浅野1-2"),
        ("福岡県　北九州市　小倉北区浅野1-2", "福岡県　北九州市　小倉北区浅野1-2"),
        ("北九州市門司区清滝1-2", "福岡県北九州市門司区清滝1-2"),
    ],
)
def test_prefecture_and_city_are_put_in_front_once(database, tmp_path, published, shown):
    _, (facility,) = imported(database, tmp_path, kaigo_row(住所=published))
    assert facility.address == shown


def test_a_town_in_a_county_keeps_its_county(database, tmp_path):
    row = kaigo_row(
        都道府県コード又は市町村コード="406210",
        市区町村名="苅田町",
        住所="京都郡苅田町大字新津1597番地",
    )
    _, (facility,) = imported(database, tmp_path, row)
    assert facility.municipality_code == "40621"
    assert facility.address == "福岡県京都郡苅田町大字新津1597番地"


@pytest.mark.parametrize(
    "label",
    ["看護小規模多機能型居宅介護（複合型サービス）", "看護小規模多機能型居宅介護(複合型ｻｰﾋﾞｽ)"],
)
def test_services_are_known_in_half_and_full_width(database, tmp_path, label):
    _, (facility,) = imported(database, tmp_path, kaigo_row(サービスの種類=label))
    assert (facility.id, facility.kind) == (
        "k770-4067790001",
        "nursing_small_multifunctional",
    )


def test_contact_details_are_mended_with_a_note(database, tmp_path):
    row = kaigo_row(電話番号="（０９３）０００－０００１", URL="hp@example.jp", FAX番号="931110001")
    report, (facility,) = imported(database, tmp_path, row)
    assert (facility.phone, facility.fax, facility.url) == ("093-000-0001", "0931110001", "")
    assert "email_as_url" in codes(report)


def test_a_number_with_a_letter_and_one_in_full_width_are_read(database, tmp_path):
    rows = [
        kaigo_row(事業所番号="40B0100048", 事業所名="甲"),
        kaigo_row(事業所番号="４０６７７９０００２ ", 事業所名="乙"),
    ]
    _, found = imported(database, tmp_path, *rows)
    assert {facility.identifiers[CARE_OFFICE_NUMBER] for facility in found} == {
        "40B0100048",
        "4067790002",
    }


def test_a_number_destroyed_by_excel_is_a_rejected_row_that_closes_nothing(database, tmp_path):
    rows = [kaigo_row(事業所番号=f"40677900{i:02}", 事業所名=f"第{i}") for i in range(10)]
    imported(database, tmp_path, *rows)
    damaged = [rows[0] | {"事業所番号": "4.06779E+09"}, *rows[1:]]
    path = write_csv(tmp_path / "later.csv", KAIGO_HEADER, damaged)
    report = only(import_into(database, path, as_of="2026-01-01"))
    assert (report.accepted, report.rejected, report.removed) == (9, 1, 0)
    issue = next(i for i in report.issues if i.code == "number_damaged_by_excel")
    assert (issue.line, issue.field, issue.value) == (2, "事業所番号", "4.06779E+09")
    assert by_name(database)["第0"].status == "open"


def test_a_lost_leading_zero_is_put_back_where_the_area_tells(database, tmp_path):
    row = kaigo_row(
        都道府県コード又は市町村コード="11011",
        市区町村名="札幌市中央区",
        都道府県名="北海道",
        事業所番号="160190001",
        住所="北一条西1",
    )
    report, (facility,) = imported(database, tmp_path, row)
    assert facility.id == "k130-0160190001"
    assert facility.municipality_code == "01101"
    assert "number_mended" in codes(report)


def test_no_zero_is_put_back_where_none_was_lost(database, tmp_path):
    rows = [kaigo_row(事業所番号=f"40677900{i:02}", 事業所名=f"第{i}") for i in range(8)]
    report, found = imported(database, tmp_path, *rows, kaigo_row(事業所番号="406779001"))
    assert (len(found), report.rejected) == (8, 1)
    assert "number_mended" not in codes(report)
    assert "bad_office_number" in codes(report)


def test_the_second_of_a_double_key_is_rejected_unless_it_is_the_same(database, tmp_path):
    rows = [kaigo_row(事業所番号=f"40677900{i:02}", 事業所名=f"第{i}") for i in range(8)]
    report, found = imported(database, tmp_path, *rows, rows[0], rows[1] | {"事業所名": "別名"})
    assert (report.rows_read, report.accepted, report.rejected) == (10, 9, 1)
    assert len(found) == 8
    assert {(i.line, i.code) for i in report.issues} >= {
        (10, "repeated_row"),
        (11, "duplicate_key"),
    }


def test_lines_count_quoted_line_breaks(database, tmp_path):
    rows = [
        kaigo_row(利用可能曜日特記事項="一行目\n二行目", 事業所名="甲"),
        *(kaigo_row(事業所番号=f"406779000{i}", 事業所名=f"第{i}") for i in range(2, 8)),
        kaigo_row(サービスの種類="知らない", 事業所番号="4067790009"),
    ]
    report, _ = imported(database, tmp_path, *rows)
    assert [i.line for i in report.issues if i.code == "unknown_service"] == [10]
    assert by_name(database)["甲"].hours.note == "一行目\n二行目"


@pytest.mark.parametrize("shift", [1, -1])
def test_a_shifted_table_is_refused_and_changes_nothing(database, tmp_path, shift):
    rows = []
    for i in range(10):
        cells = list(kaigo_row(事業所番号=f"406779000{i}").values())
        rows.append([*cells[-shift:], *cells[:-shift]] if shift > 0 else [*cells[1:], cells[0]])
    report, found = imported(database, tmp_path, *rows)
    assert report.refused
    assert found == []
    assert (report.created, report.accepted, report.rejected) == (0, 0, 10)


@pytest.mark.parametrize("name", ["方書（ビル名等）", "事業所名カナ", "緯度", "FAX番号"])
def test_data_moved_left_from_any_column_on_is_noticed(database, tmp_path, name):
    position = KAIGO_HEADER.index(name)
    rows = []
    for i in range(10):
        cells = list(kaigo_row(事業所番号=f"406779000{i}").values())
        rows.append([*cells[:position], *cells[position + 1 :], ""])
    report, found = imported(database, tmp_path, *rows)
    assert report.refused
    assert found == []


def test_one_bad_row_in_many_is_left_out_and_told(database, tmp_path):
    rows = [kaigo_row(事業所番号=f"406779000{i}", 事業所名=f"第{i}") for i in range(9)]
    bad = list(kaigo_row(事業所番号="4067790009").values())
    report, found = imported(database, tmp_path, *rows, ["", *bad[:-1]])
    assert (report.rows_read, report.accepted, report.rejected) == (10, 9, 1)
    assert len(found) == 9
    assert [i.line for i in report.issues if i.severity == "error"] == [11]


@pytest.mark.parametrize(
    ("service", "published", "capacity"),
    [
        ("通所介護", "30", 30),
        ("通所介護", "99999", None),
        ("介護老人福祉施設", "480", 480),
        ("訪問看護", "360", None),
        ("訪問入浴介護", "130", None),
        ("居宅介護支援", "35", None),
    ],
)
def test_only_kinds_with_places_have_a_capacity(database, tmp_path, service, published, capacity):
    row = kaigo_row(サービスの種類=service, 定員=published)
    report, (facility,) = imported(database, tmp_path, row)
    assert (facility.capacity, report.rejected) == (capacity, 0)
    assert ("no_capacity" in codes(report)) == (capacity is None)


def test_a_code_that_lost_its_zero_and_became_anothers_is_known_by_the_name(database, tmp_path):
    row = kaigo_row(事業所番号="155780018", 都道府県名="北海道", 市区町村名="岩見沢市")
    row |= {KAIGO_HEADER[0]: "12106", "住所": "北海道岩見沢市1条1丁目", "緯度": "", "経度": ""}
    report, (facility,) = imported(database, tmp_path, row)
    assert (report.rejected, facility.municipality_code) == (0, "01210")
    assert facility.id == "k130-0155780018"


@pytest.mark.parametrize("number", ["4070000000", "4.07E+09", "４．０７e＋０９", "4016000000"])
def test_a_number_of_which_excel_has_left_the_first_digits_is_refused(database, tmp_path, number):
    sound = [kaigo_row(事業所番号=f"40699{n:05}", 事業所名=f"甲{n}") for n in range(5)]
    report, found = imported(database, tmp_path, *sound, kaigo_row(事業所番号=number))
    assert (len(found), report.rejected) == (5, 1)
    assert "number_damaged_by_excel" in codes(report)


@pytest.mark.parametrize("number", ["093-541-2100", "0935412100", "０９３（５４１）２１００"])
def test_a_telephone_number_is_no_office_number(database, tmp_path, number):
    sound = [kaigo_row(事業所番号=f"40699{n:05}", 事業所名=f"甲{n}") for n in range(5)]
    report, found = imported(database, tmp_path, *sound, kaigo_row(事業所番号=number))
    assert (len(found), report.rejected) == (5, 1)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("北九州市小倉北区浅野1-1", "40106"),
        ("中津口1-1", "40107"),
        ("北九州市小倉南区北方1", "40107"),
    ],
)
def test_a_code_that_name_and_address_contradict_is_not_used(database, tmp_path, address, code):
    row = kaigo_row(都道府県コード又は市町村コード="401072", 住所=address)
    report, (facility,) = imported(database, tmp_path, row)
    assert (facility.municipality_code, "code_contradicts_name" in codes(report)) == (code, True)
