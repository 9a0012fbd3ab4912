"""Municipal lists of medical institutions: the standard in its editions, and a city without."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.domain.hours import Session
from geoportal.ingest.files.layouts import Record, fold_header
from geoportal.ingest.reading.municipal_lists import read_days
from geoportal.ingest.reading.rows import RowNotes
from geoportal.ingest.sources.municipal_medical import LAYOUT
from geoportal.store.facilities import read_records
from tests.unit.ingest.official import by_name, codes, import_into, only, write_csv

MEDICAL = [
    *["都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名", "名称", "名称_カナ"],
    *["医療機関の種類", "住所", "方書", "緯度", "経度", "電話番号", "内線番号", "FAX番号"],
    *["法人番号", "法人の名称", "医療機関コード", "診療曜日", "診療開始時間", "診療終了時間"],
    *["診療日時特記事項", "時間外における対応", "診療科目", "病床数", "URL", "備考"],
]
KUMAMOTO = Path(__file__).resolve().parents[5] / "shared/data/municipal/kumamoto_pharmacies.csv"


def medical(**overrides):
    return (
        dict.fromkeys(MEDICAL, "")
        | {
            "都道府県コード又は市区町村コード": "401005",
            "NO": "1",
            "都道府県名": "福岡県",
            "市区町村名": "北九州市",
            "名称": "見本クリニック",
            "医療機関の種類": "無床診療所",
            "住所": "北九州市小倉北区浅野1丁目1-1",
            "方書": "見本ビル2階",
            "緯度": "33.8852",
            "経度": "130.8802",
            "電話番号": "093-000-0001",
            "医療機関コード": "7612345",
            "診療曜日": "月火水木金",
            "診療開始時間": "09:00",
            "診療終了時間": "18:00",
            "診療科目": "内科;外科",
            "病床数": "0",
        }
        | overrides
    )


def imported(database, tmp_path, header, *rows):
    path = write_csv(tmp_path / "list_20260401.csv", header, rows)
    report = only(import_into(database, path))
    with database.engine.connect() as connection:
        return report, [item.record for item in read_records(connection)]


def test_the_standard_list_of_medical_institutions(database, tmp_path):
    report, (record,) = imported(database, tmp_path, MEDICAL, medical())
    assert (report.source, report.as_of) == ("municipal-medical", "2026-04-01")
    assert record.identifiers == {"medical_institution_code": "4017612345"}
    assert (record.kind, record.municipality_code) == ("clinic", "40106")
    assert record.address == "福岡県北九州市小倉北区浅野1丁目1-1　見本ビル2階"
    assert record.departments == ("内科", "外科")
    assert record.hours.open_days == (0, 1, 2, 3, 4)
    assert record.hours.closed_days == (5, 6)
    assert Session(4, "09:00", "18:00") in record.hours.sessions
    assert record.beds == 0


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("9:00", "09:00"),
        ("９：３０", "09:30"),
        ("9時ごろ", ""),
        ("09:60", ""),
        ("25:00", ""),
        ("", ""),
    ],
)
def test_a_time_that_is_none_is_told_and_not_used(database, tmp_path, text, opens):
    report, (record,) = imported(database, tmp_path, MEDICAL, medical(診療開始時間=text))
    assert {session.opens for session in record.hours.sessions} == ({opens} if opens else set())
    assert record.hours.open_days == (0, 1, 2, 3, 4)
    issues = [(issue.line, issue.value) for issue in report.issues if issue.code == "bad_time"]
    assert issues == ([(2, text)] if text and not opens else [])


@pytest.mark.parametrize(
    ("overrides", "kind"),
    [
        ({"医療機関の種類": "病院"}, "hospital"),
        ({"診療科目": "歯科;小児歯科"}, "dental_clinic"),
        ({"診療科目": "", "名称": "見本歯科医院"}, "dental_clinic"),
        ({"医療機関の種類": "薬局", "診療科目": ""}, "pharmacy"),
    ],
)
def test_kinds(database, tmp_path, overrides, kind):
    _, (record,) = imported(database, tmp_path, MEDICAL, medical(**overrides))
    assert record.kind == kind


def test_the_later_edition_with_other_headers(database, tmp_path):
    header = [
        *["全国地方公共団体コード", "ID", "地方公共団体名", "名称", "名称_カナ", "名称_英字"],
        *["医療機関の種類", "町字ID", "所在地_連結表記", "所在地_都道府県", "所在地_市区町村"],
        *["所在地_町字", "所在地_番地以下", "建物名等（方書）", "緯度", "経度", "電話番号"],
        *["法人番号", "団体名", "医療機関コード", "診療曜日", "診療開始時間", "診療終了時間"],
        *["診療科目", "病床数", "URL", "備考"],
    ]
    row = dict.fromkeys(header, "") | {
        "全国地方公共団体コード": "401064",
        "ID": "0000000001",
        "名称": "見本病院",
        "医療機関の種類": "病院",
        "所在地_連結表記": "福岡県北九州市小倉北区浅野一丁目1番1号",
        "病床数": "200",
        "団体名": "医療法人見本会",
    }
    report, (record,) = imported(database, tmp_path, header, row)
    assert not codes(report) & {"unknown_column", "missing_column"}
    assert (record.beds, record.operator) == (200, "医療法人見本会")
    assert record.municipality_code == "40106"


def test_a_list_of_a_city_that_follows_no_standard(database, tmp_path):
    header = ["業務種別", "許可番号", "名称", "所在地", "開設者氏名", "有効期間"]
    span = "令和6年1月1日～令和11年12月31日"
    rows = [
        ["薬局", "351", "見本薬局", "熊本市中央区下通1丁目６‐１３", "有限会社見本", span],
        [
            "薬局",
            "352",
            "古い薬局",
            "熊本市東区",
            "有限会社見本",
            "令和元年1月1日～令和6年12月31日",
        ],
        ["店舗販売業", "9", "見本ドラッグ", "熊本市北区", "株式会社見本", span],
    ]
    report, found = imported(database, tmp_path, header, *rows)
    assert (report.rows_read, report.accepted, report.rejected) == (3, 3, 0)
    assert len(found) == 2
    pharmacy = next(record for record in found if record.name == "見本薬局")
    assert (pharmacy.kind, pharmacy.municipality_code) == ("pharmacy", "43101")
    assert pharmacy.address == "熊本県熊本市中央区下通1丁目６‐１３"
    assert pharmacy.record_id == "pharmacy-43101-351"
    assert {"licence_expired", "other_trade"} <= codes(report)


def test_running_numbers_are_no_keys(database, tmp_path):
    one = medical(名称="甲医院", 医療機関コード="")
    two = medical(名称="乙医院", 医療機関コード="", NO="2")
    imported(database, tmp_path, MEDICAL, one, two)
    ids = {name: facility.id for name, facility in by_name(database).items()}
    imported(database, tmp_path, MEDICAL, two | {"NO": "1"}, one | {"NO": "2"})
    assert {name: facility.id for name, facility in by_name(database).items()} == ids


def test_bad_rows_are_issues(database, tmp_path):
    sound = [medical(医療機関コード="", 名称=f"第{i}医院", NO=str(i)) for i in range(12)]
    bad = [medical(医療機関の種類="寺院"), medical(名称="")]
    report, found = imported(database, tmp_path, MEDICAL, *sound, *bad)
    assert (report.accepted, report.rejected, len(found)) == (12, 2, 12)
    errors = {(issue.line, issue.code) for issue in report.issues if issue.severity == "error"}
    assert errors == {(14, "unknown_kind"), (15, "no_name")}


@given(st.text(alphabet="月火水木金土日祝曜平毎 ;・、,x1", max_size=20))
def test_days_are_days_or_nothing(text):
    header = [fold_header(name) for name in MEDICAL]
    record = Record(2, tuple(medical(診療曜日=text).values()), LAYOUT.matches(header), {})
    days = read_days(RowNotes(record, LAYOUT), "days")
    assert list(days) == sorted(set(days))
    assert all(0 <= day <= 7 for day in days)


@pytest.mark.shared
@pytest.mark.skipif(not KUMAMOTO.exists(), reason="no official files in ../shared/data")
def test_the_pharmacies_of_kumamoto(database):
    report = only(import_into(database, KUMAMOTO))
    assert (report.source, report.rows_read, report.created) == ("municipal-medical", 400, 400)
    with database.engine.connect() as connection:
        records = [item.record for item in read_records(connection)]
    assert {r.municipality_code for r in records} == {f"4310{i}" for i in range(1, 6)}


@pytest.mark.parametrize(
    ("published", "code"),
    [
        ("7612345", "4017612345"),
        ("437612345", "4317612345"),
        ("43-1-7612345", "4317612345"),
        ("４０１７６１２３４５", "4017612345"),
        ("4037612345", ""),
        ("76123", ""),
        ("40761234", ""),
        ("40,1,7612,34,5", "4017612345"),
        ("医科4017612345", "4017612345"),
        ("93-600-4000", ""),
        ("03-1234-5678", ""),
        ("2026-10-1", ""),
        ("2026/10/1", ""),
        ("4.011223E+09", ""),
        ("4.01E+09", ""),
        ("1.112345", ""),
        ("", ""),
    ],
)
def test_codes_of_seven_nine_and_ten_digits(database, tmp_path, published, code):
    report, (record,) = imported(database, tmp_path, MEDICAL, medical(医療機関コード=published))
    assert record.identifiers.get("medical_institution_code", "") == code
    assert ("bad_institution_number" in codes(report)) is (bool(published) and not code)


@pytest.mark.parametrize(
    ("header", "row", "kind"),
    [
        (["診療所名称", "所在地", "診療科目"], ["見本内科", "浅野2-14-1", "内科"], "clinic"),
        (["薬局名称", "所在地", "開設者"], ["見本", "浅野2-14-1", "見本会"], "pharmacy"),
        (["医療機関名", "住所", "往診"], ["見本病院", "浅野2-14-1", "○"], "hospital"),
        (["医療機関名", "住所", "往診"], ["見本医院", "浅野2-14-1", "○"], "clinic"),
        (["医療機関名", "住所", "往診"], ["見本デンタル", "浅野2-14-1", "○"], "dental_clinic"),
        (["施設名", "住所", "診療科目"], ["見本", "浅野2-14-1", "歯科"], "dental_clinic"),
    ],
)
def test_a_list_without_kinds_says_them_in_its_columns_or_names(
    database, tmp_path, header, row, kind
):
    cells = dict(zip(header, row, strict=True))
    report, (found,) = imported(database, tmp_path, header, cells)
    assert (report.source, report.rejected, found.kind) == ("municipal-medical", 0, kind)


def test_marks_in_columns_of_departments(database, tmp_path):
    header = ["名称", "医療機関の種類", "住所", "内科", "外科", "皮膚科"]
    cells = dict(zip(header, ["見本", "診療所", "浅野2-14-1", "○", "", "○"], strict=True))
    _, (found,) = imported(database, tmp_path, header, cells)
    assert found.departments == ("内科", "皮膚科")


def test_hours_in_words_are_read_or_kept_as_text(database, tmp_path):
    rows = [
        medical(
            名称="甲",
            診療曜日="月曜日～土曜日（木曜日除く）",
            診療開始時間="午前9時",
            診療終了時間="午後5時",
        ),
        medical(
            名称="乙",
            診療曜日="平日・土",
            診療開始時間="0.375",
            診療終了時間="0.75",
            医療機関コード="",
        ),
        medical(
            名称="丙",
            診療曜日="月～金（隔週）",
            診療開始時間="朝から",
            診療終了時間="夕方",
            医療機関コード="",
        ),
    ]
    report, found = imported(database, tmp_path, MEDICAL, *rows)
    hours = {record.name: record.hours for record in found}
    assert (report.accepted, report.rejected) == (3, 0)
    assert hours["甲"].open_days == (0, 1, 2, 4, 5)
    assert hours["甲"].sessions[0] == Session(0, "09:00", "17:00")
    assert hours["乙"].sessions[-1] == Session(5, "09:00", "18:00")
    assert hours["丙"].sessions == ()
    assert hours["丙"].note == "診療曜日：月～金（隔週）\n診療開始時間：朝から\n診療終了時間：夕方"


def test_a_remark_that_contradicts_changes_the_sessions_or_makes_them_unclear(database, tmp_path):
    remark = "昼休み12:30～14:00。木は午前のみ。年末年始（12/29～1/3）休診。水は変更あり"
    _, (found,) = imported(database, tmp_path, MEDICAL, medical(診療日時特記事項=remark))
    spans = [(s.day, s.opens, s.closes) for s in found.hours.sessions]
    assert (1, "09:00", "12:30") in spans
    assert (1, "14:00", "18:00") in spans
    assert [span for span in spans if span[0] == 3] == [(3, "09:00", "12:30")]
    assert found.hours.unclear_days == (2,)
    assert found.hours.closed_dates[0] == "01-01"


def test_a_list_of_all_resources_has_offices_of_care_among_the_institutions(database, tmp_path):
    header = ["名称", "種別", "住所", "電話番号"]
    kinds = ["病院", "訪問看護ｽﾃｰｼｮﾝ", "居宅介護支援", "地域包括支援センター", "接骨院"]
    rows = [
        dict(zip(header, [f"見本{kind}", kind, "小倉北区城内1-1", ""], strict=True))
        for kind in kinds
    ]
    report, found = imported(database, tmp_path, header, *rows)
    assert (report.accepted, report.rejected) == (5, 0)
    assert {record.kind for record in found} == {
        *("hospital", "visiting_nursing", "care_management", "community_support_centre"),
    }
    assert [i.value for i in report.issues if i.code == "other_trade"] == ["接骨院"]


def test_marks_in_columns_of_needs_are_facts_of_the_list(database, tmp_path):
    header = ["医療機関名", "住所", "訪問診療", "往診", "看取り", "胃ろう"]
    cells = ["見本内科", "小倉北区城内1-1", "○", "×", "", "要相談"]
    _, (found,) = imported(database, tmp_path, header, dict(zip(header, cells, strict=True)))
    said = {(claim.code, claim.value, claim.evidence) for claim in found.claims}
    assert said == {
        ("FT.CLIN", "yes", "registry"),
        ("VM.REG", "yes", "registry"),
        ("VM.URG", "no", "registry"),
    }


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["かかりつけ医機能報告 一覧"],
            ["医療機関名", "所在地", "電話番号"],
            ["見本", "城内1-1", ""],
        ],
        [["医療機関名", "所在地", "1号機能の有無", "2号機能の内容"], ["見本", "城内1-1", "有", ""]],
    ],
)
def test_a_layout_known_by_name_alone_is_refused_by_its_name(database, tmp_path, rows):
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", padded[0], padded[1:])))
    assert report.refused
    assert "かかりつけ医機能報告" in report.issues[0].message
