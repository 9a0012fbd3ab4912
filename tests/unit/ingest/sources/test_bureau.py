"""届出受理医療機関名簿: filings put together by institution, and what they say."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from unicodedata import normalize

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from geoportal.ingest.reading.beds import count_beds
from geoportal.ingest.reading.institution_codes import (
    check_digit_fits,
    institution_code,
    named_hospital,
    table_of,
)
from geoportal.store.facilities import iter_facilities, read_records
from tests.unit.ingest.official import REFERENCE, by_name, codes, import_into, only, write_csv

BUREAU_HEADER = [
    *["項番", "都道府県コード", "都道府県名", "区分", "医療機関番号", "併設医療機関番号"],
    *["医療機関記号番号", "医療機関名称", "医療機関所在地（郵便番号）", "医療機関所在地（住所）"],
    *["電話番号", "FAX番号", "病床数", "受理届出名称", "受理記号", "受理番号"],
    *["算定開始年月日", "個別有効開始年月日", "備考（見出し）", "備考（データ）"],
    *["市町村コード", "市町村名", "種別コード", "種別"],
]
SHARED = Path(__file__).resolve().parents[5] / "shared"
YAMAGUCHI = SHARED / "data" / "bureau" / "35_yamaguchi_todokede_2025-10.xlsx"


def bureau_row(**overrides):
    """Return a sound row of a clinic's filing."""
    row = dict.fromkeys(BUREAU_HEADER, "") | {
        "項番": "1",
        "都道府県コード": "40",
        "都道府県名": "福岡県",
        "区分": "医科",
        "医療機関番号": "7612345",
        "医療機関名称": "医療法人社団　見本会　見本クリニック",
        "医療機関所在地（郵便番号）": "802-0001",
        "医療機関所在地（住所）": "北九州市小倉北区浅野１丁目１番１号",
        "電話番号": "093-000-0001",
        "FAX番号": "093-000-0002",
        "病床数": "一般　　19",
        "受理届出名称": "別添１の「第９」の１の(２)に規定する在宅療養支援診療所",
        "受理記号": "支援診２",
        "受理番号": "第16号",
        "算定開始年月日": "令和 7年 6月 1日",
        "種別コード": "23",
        "種別": "診療所",
    }
    return row | overrides


def write_list(path, rows, *, title="[令和７年１０月１日 現在 ]令和７年１０月２２日作成"):
    """Write the workbook as the bureau does: a title in row 2, the header in row 4."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_string(1, 0, title)
        for line, cells in enumerate([BUREAU_HEADER, *(r.values() for r in rows)], start=3):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
    return path


def imported(database, tmp_path, rows, **options):
    report = only(import_into(database, write_list(tmp_path / "list.xlsx", rows), **options))
    with database.engine.connect() as connection:
        return report, [item.record for item in read_records(connection, source="bureau")]


def test_the_filings_of_an_institution_become_one_record(database, tmp_path):
    rows = [
        bureau_row(),
        bureau_row(受理記号="在医総管１", 受理届出名称="在宅時医学総合管理料", 受理番号="第3号"),
        bureau_row(受理記号="謎の記号", 受理届出名称="新しい届出", 受理番号="第1号"),
    ]
    report, (record,) = imported(database, tmp_path, rows)
    assert (report.source, report.as_of) == ("bureau", "2025-10-01")
    assert (report.rows_read, report.accepted, report.created) == (3, 3, 1)
    assert record.record_id == "4017612345"
    assert record.identifiers == {"medical_institution_code": "4017612345"}
    assert record.kind == "clinic"
    assert record.address == "福岡県北九州市小倉北区浅野１丁目１番１号"
    assert record.municipality_code == "40106"
    assert (record.postal_code, record.phone, record.fax) == (
        "802-0001",
        "093-000-0001",
        "093-000-0002",
    )
    assert (record.beds, record.note) == (19, "病床：一般19")
    assert record.filings == ("支援診２", "在医総管１", "謎の記号")  # the unknown one is kept
    first = record.filing_details[0]
    assert (first.number, first.since) == ("第16号", "2025-06-01")
    assert {claim.code for claim in record.claims} == {"FT.CLIN", "ST.ZS2", "ST.ZAISO"}


def test_remarks_in_rows_of_their_own_are_merged_and_symbols_listed_once(database, tmp_path):
    rows = [
        bureau_row(**{"備考（見出し）": "対象", "備考（データ）": "一病棟"}),
        bureau_row(**{"備考（見出し）": "対象", "備考（データ）": "二病棟"}),
        bureau_row(受理番号="第17号", 算定開始年月日="令和元年5月1日"),
    ]
    _, (record,) = imported(database, tmp_path, rows)
    assert record.filings == ("支援診２",)
    assert [item.remarks for item in record.filing_details] == ["対象 一病棟\n対象 二病棟", ""]
    assert record.filing_details[1].since == "2019-05-01"


def test_a_group_of_clinics_is_not_a_clinic_alone(database, tmp_path):
    _, (record,) = imported(database, tmp_path, [bureau_row()])
    claim = next(claim for claim in record.claims if claim.code == "ST.ZS2")
    assert (claim.value, claim.evidence, claim.as_of) == ("yes", "filed", "2025-10-01")
    assert "グループ" in claim.note
    assert "第16号" in claim.note


@pytest.mark.parametrize(
    ("table", "number", "category", "kind", "code"),
    [
        ("医科", "0111242", "病院", "hospital", "4010111242"),
        ("医科", "0110202", "診療所", "clinic", "4010110202"),
        ("歯科", "0131147", "診療所", "dental_clinic", "4030131147"),
        ("歯科", "0131147", "病院", "dental_clinic", "4030131147"),
        ("薬局", "0140001", "薬局", "pharmacy", "4040140001"),
    ],
)
def test_the_code_and_the_kind(database, tmp_path, table, number, category, kind, code):
    row = bureau_row(区分=table, 医療機関番号=number, 種別=category)
    _, (record,) = imported(database, tmp_path, [row])
    assert (record.kind, record.record_id) == (kind, code)


def test_the_institution_in_the_same_place_is_named_by_its_code(database, tmp_path):
    _, (record,) = imported(database, tmp_path, [bureau_row(併設医療機関番号="0131147")])
    assert record.identifiers == {"medical_institution_code": "4017612345"}


def test_bad_rows_are_issues_with_their_row(database, tmp_path):
    sound = [bureau_row(受理番号=f"第{i}号") for i in range(20)]
    bad = [bureau_row(区分="柔整"), bureau_row(医療機関番号="12"), bureau_row(受理記号="")]
    report, records = imported(database, tmp_path, [*sound, *bad])
    assert (report.accepted, report.rejected, len(records)) == (20, 3, 1)
    errors = {(issue.line, issue.code) for issue in report.issues if issue.severity == "error"}
    assert errors == {
        (25, "unknown_table"),
        (26, "bad_institution_number"),
        (27, "no_symbol"),
    }


def test_numbers_that_lost_their_zero_in_excel(database, tmp_path):
    row = bureau_row(医療機関番号="111242", 都道府県コード="1", 都道府県名="北海道")
    report, (record,) = imported(database, tmp_path, [row])
    assert record.record_id == "0110111242"
    assert "number_mended" in codes(report)


def test_a_csv_edition_is_read_alike_and_an_extract_closes_nothing(database, tmp_path):
    other = bureau_row(項番="2", 医療機関番号="7612346", 医療機関名称="別の医院")
    imported(database, tmp_path, [bureau_row(), other])
    path = write_csv(tmp_path / "part_2025-11.csv", BUREAU_HEADER, [other])
    report = only(import_into(database, path))
    assert (report.source, report.as_of, report.removed) == ("bureau", "2025-11-01", 0)
    assert "extract" in codes(report)
    whole = write_list(
        tmp_path / "whole.xlsx", [other | {"項番": "1"}], title="[令和７年１２月１日 現在 ]"
    )
    assert only(import_into(database, whole)).removed == 1


def test_an_extract_of_the_same_day_takes_no_filing_away(database, tmp_path):
    rows = [bureau_row(), bureau_row(受理記号="在総"), bureau_row(受理記号="がん疼")]
    whole = write_list(tmp_path / "whole.xlsx", rows)
    part = write_csv(tmp_path / "part_2025-10.csv", BUREAU_HEADER, [bureau_row(受理記号="在総")])
    for files in ((whole, part), (part, whole)):
        import_into(database, *files)
        (facility,) = by_name(database).values()
        assert set(facility.filings) == {"支援診２", "在総", "がん疼"}


def test_a_rule_holds_between_its_fee_revisions(database, tmp_path):
    row = bureau_row(受理記号="時間外２")
    title = "[令和６年４月１日 現在 ]"
    report = only(import_into(database, write_list(tmp_path / "a.xlsx", [row], title=title)))
    assert report.as_of == "2024-04-01"
    (before,) = by_name(database).values()
    assert "VM.24TEL" not in {claim.code for claim in before.claims}
    import_into(database, write_list(tmp_path / "b.xlsx", [row]))
    (after,) = by_name(database).values()
    assert "VM.24TEL" in {claim.code for claim in after.claims}


@pytest.mark.parametrize(
    ("text", "total", "unread"),
    [
        ("", 0, ""),
        ("一般　　187／療養　　120", 307, ""),
        ("一般　一般　19", 19, ""),
        ("一般　　", 0, ""),
        ("一般　感染　6／結核　　30", 36, ""),
        ("なし", 0, "なし"),
    ],
)
def test_beds(text, total, unread):
    counts, rest = count_beds(text)
    assert (sum(counts.values()), rest) == (total, unread)


@given(st.text(max_size=40))
def test_no_text_of_beds_breaks_the_reader(text):
    counts, _ = count_beds(text)
    assert all(count >= 0 for count in counts.values())


@given(st.text(max_size=12), st.text(max_size=4), st.text(max_size=4))
def test_no_number_breaks_the_code(number, table, prefecture):
    assert institution_code(prefecture, table, number) == ""
    assert table_of(prefecture, number) in ("", "医科", "歯科", "薬局")


def test_the_check_digit_of_real_codes():
    assert check_digit_fits("4016411466")
    assert check_digit_fits("3510110202")
    assert not check_digit_fits("3510110203")
    assert not check_digit_fits("3510111202")


@pytest.mark.parametrize(
    ("name", "hospital"),
    [
        ("社会医療法人共愛会 戸畑共立病院", True),
        ("北九州市立医療センター", True),
        ("下関病院附属地域診療クリニック", False),
        ("小倉医師会健診センター", False),
    ],
)
def test_hospitals_by_their_name(name, hospital):
    assert named_hospital(name) is hospital


def test_the_rules_cover_the_symbols_of_home_care_and_know_their_terms():
    rules = REFERENCE.filing_rules
    for rule in (rule for group in rules.values() for rule in group):
        assert rule.source, rule
        assert rule.note, rule
        assert (rule.code == "") == (rule.value == "") == (rule.evidence == ""), rule
        assert not rule.code or rule.code in REFERENCE.vocabulary
        assert rule.value in ("", "yes", "no", "unknown")
        assert rule.evidence in ("", "filed")
    symbols = {symbol for _table, symbol in rules}
    assert {"支援診1", "支援病3", "在医総管1", "歯援診2", "在薬総2", "訪看DX"} <= symbols


@pytest.mark.shared
@pytest.mark.skipif(not YAMAGUCHI.exists(), reason="no official files in ../shared/data")
def test_every_symbol_of_the_vocabulary_has_a_rule():
    symbols = {symbol for _table, symbol in REFERENCE.filing_rules}
    known = SHARED / "vocabulary" / "bureau_filing_symbols.csv"
    juri = SHARED / "data" / "bureau" / "juri_kigou_vocabulary.csv"
    with known.open(encoding="utf-8-sig", newline="") as file:
        assert {normalize("NFKC", row["受理記号"]) for row in csv.DictReader(file)} <= symbols
    with juri.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        about_home = (row["受理記号"] for row in rows if row["在宅関連"] == "1")
        assert {normalize("NFKC", symbol) for symbol in about_home} <= symbols


@pytest.mark.shared
@pytest.mark.skipif(not YAMAGUCHI.exists(), reason="no official files in ../shared/data")
@pytest.mark.long
def test_the_symbols_of_every_institution_equal_the_file(database):
    """Read by calamine alone, by position: nothing of ours."""
    rows = python_calamine.CalamineWorkbook.from_path(str(YAMAGUCHI)).get_sheet_by_index(0)
    expected = defaultdict(set)
    for row in rows.to_python(skip_empty_area=False)[4:]:
        digit = {"医科": "1", "歯科": "3", "薬局": "4"}[row[3]]
        expected[f"{row[1]}{digit}{row[4]}"].add(row[14])
    report = only(import_into(database, YAMAGUCHI))
    assert (report.rows_read, report.accepted, report.created) == (21_938, 21_938, 2_382)
    with database.engine.connect() as connection:
        found = {
            f.identifiers["medical_institution_code"]: f.filings
            for f in iter_facilities(connection)
        }
    assert {code: set(symbols) for code, symbols in found.items()} == expected
    assert all(len(symbols) == len(set(symbols)) for symbols in found.values())
    assert all(f.startswith("35") for f in found)


@pytest.mark.parametrize(
    ("beds", "kind"),
    [
        ("一般　　19", "clinic"),
        ("一般　　20", "hospital"),
        ("一般　　10／療養　　10", "hospital"),
        ("", "clinic"),
    ],
)
def test_without_a_category_twenty_beds_make_a_hospital(database, tmp_path, beds, kind):
    report, (record,) = imported(database, tmp_path, [bureau_row(病床数=beds, 種別="")])
    assert record.kind == kind
    assert "kind_from_beds" in codes(report)


def test_a_category_decides_whatever_the_beds(database, tmp_path):
    _, (record,) = imported(database, tmp_path, [bureau_row(病床数="一般　　20", 種別="診療所")])
    assert record.kind == "clinic"


def test_an_institution_without_filings_is_an_institution(database, tmp_path):
    blank = {"受理届出名称": "", "受理記号": "", "受理番号": "", "算定開始年月日": ""}
    rows = [
        bureau_row(),
        bureau_row(項番="2", 医療機関番号="7612346", 医療機関名称="見本", **blank),
    ]
    report, records = imported(database, tmp_path, rows)
    assert (report.accepted, report.rejected) == (2, 0)
    assert {record.name: record.filings for record in records}["見本"] == ()
    report, _ = imported(database, tmp_path, rows[:1], as_of="2026-10-01")
    assert report.removed == 1
    report, _ = imported(
        database, tmp_path, [bureau_row(受理記号="")] * 2, max_rejected_percent=100
    )
    assert "no_symbol" in codes(report)


def write_sheets(path, sheets, header):
    with xlsxwriter.Workbook(str(path)) as book:
        for title, above, rows in sheets:
            sheet = book.add_worksheet(title)
            sheet.write_string(1, 0, above)
            for line, cells in enumerate([header, *rows], start=3):
                for place, cell in enumerate(cells):
                    sheet.write_string(line, place, cell)
    return path


def test_a_sheet_for_each_prefecture_and_the_table_in_the_title(database, tmp_path):
    lacking = ("都道府県コード", "都道府県名", "区分", "種別コード", "種別")
    header = [name for name in BUREAU_HEADER if name not in lacking]
    sheets = [
        (
            title,
            "[令和８年７月１日 現在 届出受理医療機関名簿（医科）]",
            [[bureau_row(医療機関番号=number, 医療機関名称=title)[name] for name in header]],
        )
        for title, number in (("福岡県", "7612345"), ("13 東京", "0312345"))
    ]
    report = only(import_into(database, write_sheets(tmp_path / "a.xlsx", sheets, header)))
    assert (report.accepted, report.rejected, report.as_of) == (2, 0, "2026-07-01")
    with database.engine.connect() as connection:
        found = {item.record.record_id for item in read_records(connection, source="bureau")}
    assert found == {"4017612345", "1310312345"}


def test_stations_of_visiting_nursing_file_their_readiness(database, tmp_path):
    header = [
        *["項番", "都道府県コード", "都道府県名", "ステーションコード", "ステーション名称"],
        *[
            "郵便番号",
            "所在地",
            "電話番号",
            "受理届出名称",
            "受理記号",
            "受理番号",
            "算定開始年月日",
        ],
    ]
    station = [
        "1",
        "40",
        "福岡県",
        "6990001",
        "見本訪問看護",
        "802-0001",
        "北九州市小倉北区浅野1-1",
    ]
    names = ["24時間対応体制加算", "特別管理加算", "機能強化型訪問看護管理療養費１", "精神科の何か"]
    rows = [[*station, "", name, f"訪看{i}", f"第{i}号"] for i, name in enumerate(names)]
    title = "[令和７年１０月１日 現在 訪問看護療養費に係る届出受理事業所名簿]"
    path = write_sheets(tmp_path / "a.xlsx", [("Sheet1", title, rows)], header)
    report = only(import_into(database, path))
    (facility,) = by_name(database).values()
    assert (report.source, facility.kind) == ("bureau", "visiting_nursing")
    claims = {(claim.code, claim.value, claim.evidence) for claim in facility.claims}
    assert claims >= {("VM.24VN", "yes", "filed"), ("ST.VNPLUS", "yes", "filed")}
    assert "medical_institution_code" not in facility.identifiers
    assert [i.value for i in report.issues if i.code == "unknown_symbol"] == ["訪看3"]


def test_unknown_symbols_are_listed_with_how_many_filed_them(database, tmp_path):
    rows = [
        bureau_row(受理記号="支援診2"),  # as its full-width form
        bureau_row(受理記号="謎の記号"),
        bureau_row(項番="2", 医療機関番号="7612346", 受理記号="謎の記号"),
    ]
    report, records = imported(database, tmp_path, rows)
    (issue,) = (issue for issue in report.issues if issue.code == "unknown_symbol")
    assert (issue.value, issue.message.split(";")[0]) == ("謎の記号", "filed by 2")
    assert "ST.ZS2" in {claim.code for claim in records[0].claims}


@pytest.mark.parametrize(
    ("symbol", "table", "day", "values"),
    [
        ("支援診２ア", "医科", "2026-06-01", {"ST.ZS2": "yes"}),
        ("支援診２イ", "医科", "2026-05-31", {}),
        ("在医総管３", "医科", "2026-07-01", {"ST.ZAISO": "yes"}),
        ("地包医２", "医科", "2026-07-01", {"BK.CCW": "yes"}),
        ("在充診", "医科", "2026-07-01", {}),
        ("地支体１", "薬局", "2026-05-31", {"ST.PHC": "yes"}),
        ("地支体１", "薬局", "2026-06-01", {"ST.PHC": "unknown"}),
        ("支援診３", "医科", "2026-07-01", {"ST.ZS3": "yes"}),
    ],
)
def test_the_fee_revision_of_june_2026(symbol, table, day, values):
    rules = REFERENCE.filing_rules[(table, normalize("NFKC", symbol))]
    assert {r.code: r.value for r in rules if r.code and r.in_force_on(day)} == values


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "more").exists(), reason="no files in ../shared/more")
def test_every_symbol_of_the_revision_has_a_rule():
    symbols = {symbol for _table, symbol in REFERENCE.filing_rules}
    path = SHARED / "more" / "r8_homecare_symbols_2026-09.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert {row["symbol_nfkc"] for row in csv.DictReader(file)} <= symbols


@pytest.mark.parametrize(
    ("prefecture", "number", "table"),
    [
        ("40", "6411466", "医科"),  # real codes, by their check digits
        ("26", "0100261", "医科"),
        ("31", "0110750", "医科"),
        ("13", "0312345", ""),  # 東京: 医科 has 3 there, and there is no check digit
    ],
)
def test_the_table_of_a_number(prefecture, number, table):
    assert table_of(prefecture, number) == table


def test_check_digits_count_only_where_the_prefecture_has_them(database, tmp_path):
    chiba = {"都道府県コード": "12", "都道府県名": "千葉県"}
    rows = [
        bureau_row(項番=str(i), 医療機関番号=f"01019{i:02}", 医療機関名称=f"第{i}", **chiba)
        for i in range(1, 9)
    ]
    report, _ = imported(database, tmp_path, rows)
    assert (report.accepted, "unusual_number" in codes(report)) == (8, False)


@pytest.mark.parametrize(
    ("published", "since"),
    [
        ("43132", "2018-02-01"),
        ("45931", "2025-10-01"),  # the day of the list
        ("45932", "45932"),  # none lies behind it
        ("1234", "1234"),
        ("H30.2.1", "2018-02-01"),
        ("2018-02-01", "2018-02-01"),
    ],
)
def test_days_that_excel_counts_are_dates(database, tmp_path, published, since):
    _, (record,) = imported(database, tmp_path, [bureau_row(算定開始年月日=published)])
    assert record.filing_details[0].since == since


@pytest.mark.parametrize(
    ("published", "code"),
    [
        *(("76,1234,5", "4017612345"), ("76.1234.5", "4017612345"), ("7,612,345", "4017612345")),
        *(("7.612345", ""), ("76123.45", ""), ("7612345.0", "4017612345")),
    ],
)
def test_numbers_are_grouped_or_none(database, tmp_path, published, code):
    sound = [bureau_row(医療機関番号=f"76000{n}{n}") for n in range(5)]
    rows = [*sound, bureau_row(医療機関番号=published)]
    _, records = imported(database, tmp_path, rows)
    assert {record.record_id for record in records[5:]} == ({code} if code else set())


@pytest.mark.parametrize("lost", ["電話番号", "FAX番号", "病床数", "受理届出名称", "受理記号"])
def test_rows_that_have_lost_a_cell_are_rejected(database, tmp_path, lost):
    """The fax would stand for the telephone, the number of acceptance for the symbol."""
    rows = [bureau_row(医療機関番号=f"76000{n}{n}") for n in range(9)]
    place = BUREAU_HEADER.index(lost)
    cells = list(rows[-1].values())
    rows[-1] = dict(zip(BUREAU_HEADER, [*cells[:place], *cells[place + 1 :], ""], strict=True))
    report, records = imported(database, tmp_path, rows)
    assert (len(records), report.rejected) == (8, 1)
    assert "shifted_row" in {issue.code for issue in report.issues}
