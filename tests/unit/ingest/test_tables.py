"""Tables as people have them: titles, footnotes, joined headers, merged cells, several sheets."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import xlsxwriter

from geoportal.errors import UnreadableSourceError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.header_rows import join_rows
from geoportal.ingest.files.tables import Row, find_delimiter, read_text, require_lines
from tests.unit.ingest.official import by_name, codes, import_into, names, only

HEADER = ["事業所番号", "事業所名称", "実施サービス", "住所", "電話番号"]


def office(number, service="訪問看護", address="北九州市小倉北区浅野2-14-1"):
    return [f"40699000{number:02}", f"見本{number}", service, address, "093-000-0000"]


def workbook(path, **sheets):
    """Write sheets of rows; a cell (text, down) is merged with the cells below it."""
    with xlsxwriter.Workbook(path) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, tuple):
                        sheet.merge_range(line, column, line + cell[1], column, cell[0])
                    elif cell:
                        sheet.write_string(line, column, cell)
    return path


def text(path, *rows, separator=",", end="\r\n"):
    path.write_text("".join(separator.join(row) + end for row in rows), "utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "note",
    [
        "※令和7年4月1日現在。最新の情報は各事業所へ。",
        "* 休止中を含む",
        "注1) 北九州市内のみ",
        "注：休止中を含む",
        "出典：北九州市",
        "合計,2件",
        "計 2",
        "令和7年4月1日現在",
        "【小倉北区】",
        "問い合わせ 介護保険課,,,,093-000-0000",
        "最新の情報は各事業所にお尋ねください",
    ],
)
def test_a_footnote_is_passed_over_and_said(database, tmp_path, note):
    path = text(tmp_path / "a.csv", HEADER, office(1), office(2), note.split(","))
    report = only(import_into(database, path))
    assert (report.rows_read, report.accepted, report.rejected) == (2, 2, 0)
    (issue,) = (issue for issue in report.issues if issue.code == "footnote")
    assert (issue.line, issue.value) == (4, note.replace(",,,,", " ").replace(",", " "))


def test_a_footnote_does_not_keep_a_closed_office_open(database, tmp_path):
    note = ["※ 令和7年4月1日現在"]
    old = text(tmp_path / "a.csv", HEADER, office(1), office(2), note)
    import_into(database, old, as_of="2025-04-01")
    new = text(tmp_path / "b.csv", HEADER, office(2), note)
    report = only(import_into(database, new, as_of="2026-04-01"))
    assert (report.unchanged, report.removed) == (1, 1)
    assert by_name(database)["見本1"].status == "closed"


@pytest.mark.parametrize(
    "row",
    [
        ["", "", "訪問看護", "北九州市小倉北区浅野2-14-1", "093-000-0000"],  # the name is missing
        ["4069900003", "見本3"],  # a separator is missing
        ["見本3", "093-000-0000"],
    ],
)
def test_a_damaged_row_among_the_data_is_no_footnote(database, tmp_path, row):
    rows = [office(number) for number in range(10)]
    path = text(tmp_path / "a.csv", HEADER, *rows[:5], row, *rows[5:])
    report = only(import_into(database, path))
    assert (report.rows_read, report.rejected) == (11, 1)


def test_a_name_that_begins_like_a_note_is_a_name(database, tmp_path):
    row = office(1)
    row[1] = "※見本（休止中）"
    report = only(import_into(database, text(tmp_path / "a.csv", HEADER, row, office(2))))
    assert report.accepted == 2


def test_notes_beside_a_sheet_and_columns_without_a_name_are_told_once(database, tmp_path):
    rows = [[*HEADER, "", ""], [*office(1), "", ""], [*office(2), "", "休止"], office(3)]
    report = only(import_into(database, workbook(tmp_path / "a.xlsx", 一覧=rows)))
    assert (report.accepted, report.rejected) == (3, 0)
    (issue,) = (issue for issue in report.issues if issue.code == "beside_table")
    assert (issue.line, issue.value, issue.sheet) == (3, "休止", "一覧")
    path = text(tmp_path / "b.csv", *([*row, "", ""][:7] for row in rows))
    assert only(import_into(database, path)).accepted == 3


def test_a_text_row_with_more_fields_than_the_header_is_damaged(database, tmp_path):
    rows = [office(number) for number in range(9)]
    path = text(tmp_path / "a.csv", HEADER, *rows, [*office(10), "休止"])
    report = only(import_into(database, path))
    assert (report.accepted, report.rejected) == (9, 1)


def test_a_header_of_two_lines_is_joined(database, tmp_path):
    rows = [
        ["市内の事業所（令和7年4月1日現在）"],
        ["事業所番号", "事業所名称", "サービスの種類", "所在地", "", "運営法人", "連絡先", ""],
        ["", "", "", "郵便番号", "住所", "名称", "電話番号", "FAX番号"],
        [*office(1)[:3], "802-0001", "北九州市小倉北区浅野2-14-1", "見本会", "093-000-0000", ""],
    ]
    report = only(import_into(database, workbook(tmp_path / "a.xlsx", 一覧=rows)))
    facility = by_name(database)["見本1"]
    assert (report.accepted, facility.phone, facility.postal_code) == (
        1,
        "093-000-0000",
        "802-0001",
    )
    assert (facility.name, facility.operator) == ("見本1", "見本会")


def test_names_of_joined_rows_tell_repeated_columns_apart():
    rows = [
        Row(1, ("法人", "", "事業所", "")),
        Row(2, ("名称", "住所", "名称", "住所")),
    ]
    assert join_rows(rows, 0, 1).names == ("法人名称", "法人住所", "事業所名称", "事業所住所")


def test_a_header_far_down_with_line_breaks_is_found(database, tmp_path):
    header = [*HEADER[:1], "事業所\n名称", "実施\nサービス", *HEADER[3:]]
    rows = [["一覧"], *([f"注意書き{i}"] for i in range(20)), header, office(1)]
    report = only(import_into(database, workbook(tmp_path / "a.xlsx", 一覧=rows)))
    assert report.accepted == 1


def test_cells_merged_over_rows_hold_in_each_row(database, tmp_path):
    rows = [HEADER, office(1), office(2)]
    rows[1] = [(cell, 1) if column != 2 else cell for column, cell in enumerate(rows[1])]
    rows[2] = ["", "", "訪問介護", "", ""]
    report = only(import_into(database, workbook(tmp_path / "a.xlsx", 一覧=rows)))
    assert (report.accepted, report.created) == (2, 2)


def test_a_row_with_only_a_service_is_a_further_line_of_the_row_above(database, tmp_path):
    path = text(tmp_path / "a.csv", HEADER, office(1), ["", "", "訪問介護", "", ""], office(2))
    report = only(import_into(database, path))
    assert (report.rows_read, report.accepted, report.created) == (3, 3, 3)
    assert "continued_row" in codes(report)


@pytest.mark.parametrize(("separator", "end"), [(";", "\r\n"), ("\t", "\n"), (",", "\r")])
def test_other_separators_and_line_ends(database, tmp_path, separator, end):
    path = text(tmp_path / "a.csv", HEADER, office(1), separator=separator, end=end)
    assert only(import_into(database, path)).accepted == 1


def test_every_sheet_is_read_and_lines_name_theirs(database, tmp_path):
    bad = office(3)
    bad[1] = ""
    rows = [office(i, address="浅野2-14-1") for i in range(10)]
    path = workbook(
        tmp_path / "a.xlsx",
        小倉北区=[HEADER, *rows],
        小倉南区=[["一覧"], HEADER, office(11, address="若園5-1-2"), bad],
        説明=[["この一覧は見本です"]],
    )
    report = only(import_into(database, path))
    assert (report.rows_read, report.accepted, report.rejected) == (12, 11, 1)
    assert by_name(database)["見本11"].address == "福岡県北九州市小倉南区若園5-1-2"
    (issue,) = (issue for issue in report.issues if issue.severity == "error")
    assert (issue.sheet, issue.line) == ("小倉南区", 4)
    (issue,) = (issue for issue in report.issues if issue.code == "sheet_left_out")
    assert (issue.value, issue.severity) == ("説明", "info")


def test_the_title_of_a_sheet_is_the_service_where_the_column_is_missing(database, tmp_path):
    header = [name for name in HEADER if name != "実施サービス"]
    rows = {
        title: [header, [cell for column, cell in enumerate(office(i)) if column != 2]]
        for i, title in enumerate(["訪問看護", "居宅介護支援事業所"])
    }
    report = only(import_into(database, workbook(tmp_path / "a.xlsx", **rows)))
    assert (report.accepted, "stated_once" in codes(report)) == (2, True)
    kinds = {name: facility.kind for name, facility in by_name(database).items()}
    assert kinds == {"見本0": "visiting_nursing", "見本1": "care_management"}


def test_of_sheets_named_after_years_the_newest_is_read(database, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", **{"令和6年4月": [HEADER, office(1)], "R7.4.1": [HEADER, office(2)]}
    )
    report = only(import_into(database, path))
    assert names(database) == {"見本2"}
    assert ("令和6年4月", "info") in {(i.value, i.severity) for i in report.issues}


def test_a_sheet_of_ended_offices_is_left_out_with_a_warning(database, tmp_path):
    path = workbook(tmp_path / "a.xlsx", 一覧=[HEADER, office(1)], 廃止=[HEADER, office(2)])
    report = only(import_into(database, path))
    assert names(database) == {"見本1"}
    assert ("廃止", "warning") in {(i.value, i.severity) for i in report.issues}


def test_sheets_of_different_lists_are_files_of_their_own_in_one_transaction(database, tmp_path):
    medical = [
        ["名称", "医療機関の種類", "住所"],
        ["見本病院", "病院", "北九州市小倉北区浅野2-14-1"],
    ]
    path = workbook(tmp_path / "a.xlsx", 事業所=[HEADER, office(1)], 病院=medical)
    reports = import_into(database, path).files
    assert {(report.file, report.source, report.accepted) for report in reports} == {
        ("a.xlsx/事業所", "municipal-care", 1),
        ("a.xlsx/病院", "municipal-medical", 1),
    }
    damaged = [medical[0], ["", "?", "?"]]
    bad = workbook(tmp_path / "b.xlsx", 事業所=[HEADER, office(2)], 病院=damaged)
    assert import_into(database, bad).refused
    assert names(database) == {"見本1", "見本病院"}


@pytest.mark.parametrize(
    ("above", "below", "day"),
    [
        ("事業所一覧（令和7年4月1日現在）", "", "2025-04-01"),
        ("", "※ 令和7年10月1日現在", "2025-10-01"),
        ("", "※ 2025年10月1日更新", "2025-10-01"),
    ],
)
def test_the_date_of_a_title_or_footnote_is_the_list_s(database, tmp_path, above, below, day):
    path = text(
        tmp_path / "a.csv", [above or "一覧"], HEADER, office(1), office(2), [below or "計"]
    )
    assert only(import_into(database, path)).as_of == day


def test_tables_side_by_side_are_read_each_with_its_title(database, tmp_path):
    rows = [
        ["訪問看護", "", "", "", "訪問介護"],
        ["事業所名", "住所", "電話番号", "", "事業所名", "住所", "電話番号"],
        ["見本1", "北九州市小倉北区浅野1-1", "093-000-0001", "", "見本2", "小倉北区浅野1-2", ""],
        ["", "", "", "", "見本3", "北九州市小倉北区浅野1-3", ""],
    ]
    report = only(import_into(database, workbook(tmp_path / "a.xlsx", 一覧=rows)))
    assert (report.rows_read, report.accepted) == (3, 3)
    kinds = {name: facility.kind for name, facility in by_name(database).items()}
    assert kinds == {"見本1": "visiting_nursing", "見本2": "home_help", "見本3": "home_help"}


def test_a_column_that_occurs_twice_makes_no_second_table(database, tmp_path):
    path = text(tmp_path / "a.csv", [*HEADER, "事業所番号"], [*office(1), "x"])
    report = only(import_into(database, path))
    assert (report.accepted, "duplicate_column" in codes(report)) == (1, True)


def test_headings_of_sections_say_what_the_rows_below_them_are(database, tmp_path):
    rows = [
        ["名称", "所在地", "電話番号"],
        ["■訪問看護", "", ""],
        ["見本1", "北九州市小倉北区浅野1-1", ""],
        ["※訪問介護を併設", "", ""],  # a note, no heading
        ["見本2", "北九州市小倉北区浅野1-2", ""],
        ["【訪問介護】", "", ""],
        ["見本3", "北九州市小倉北区浅野1-3", ""],
    ]
    report = only(import_into(database, text(tmp_path / "a.csv", *rows)))
    assert (report.rows_read, report.accepted) == (3, 3)
    kinds = {name: facility.kind for name, facility in by_name(database).items()}
    assert kinds == {"見本1": "visiting_nursing", "見本2": "visiting_nursing", "見本3": "home_help"}


def test_a_sum_with_its_number_in_the_next_column_is_no_facility(database, tmp_path):
    rows = [
        ["薬局名称", "所在地", "電話番号"],
        ["見本薬局", "北九州市小倉北区浅野1-1", ""],
        ["計", "1件", ""],
    ]
    report = only(import_into(database, text(tmp_path / "a.csv", *rows)))
    assert (report.accepted, names(database)) == (1, {"見本薬局"})
    assert "footnote" in codes(report)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b,c\n1,2,x;y;z;u;v;w\n3,4,x;y;z;u;v;w\n", ","),
        ("見出し\n\na;b;c\n1;33,88;130,87\n2;33,88;130,87\n", ";"),
        ('a\tb\n"1,5,6,7"\t"2"\n"1,5,6,7"\t"2"\n', "\t"),
        ("a,b,c,d\n1,2\n1,2,3\n1,x;y\n2,z;u\n3,v;w\n", ","),
        ("名称\n見本\n", ","),
    ],
)
def test_the_separator_is_what_makes_lines_equally_wide(text, separator):
    assert find_delimiter(text) == separator


def test_a_text_that_ends_in_nothing_but_empty_lines_is_refused(database, tmp_path, monkeypatch):
    monkeypatch.setattr("geoportal.ingest.files.tables._MOST_EMPTY", 20)
    monkeypatch.setattr("geoportal.ingest.files.tables._SHORTEST_ROW", 0)
    for count, refused in ((20, False), (21, True)):
        path = text(tmp_path / f"{count}.csv", HEADER, office(1))
        path.write_text(path.read_text("utf-8") + ",,\n" * count, encoding="utf-8")
        assert only(import_into(database, path, dry_run=True)).refused is refused


@pytest.mark.parametrize(
    ("limit", "bound", "lines"),
    [
        ("tables._MOST_EMPTY", 50, "a\r\n" * 500),
        ("table_rows._MOST_MALFORMED", 20, "one,two\r\n" * 21),
    ],
)
def test_lines_without_end_are_refused_before_they_fill_the_memory(
    database, tmp_path, monkeypatch, limit, bound, lines
):
    path = text(tmp_path / "a.csv", HEADER, office(1))
    path.write_text(path.read_text("utf-8") + lines, encoding="utf-8", newline="")
    assert not only(import_into(database, path, dry_run=True, max_rejected_percent=100)).refused
    monkeypatch.setattr(f"geoportal.ingest.files.{limit}", bound)
    assert only(import_into(database, path, dry_run=True, max_rejected_percent=100)).refused


@pytest.mark.parametrize(("different", "refused"), [(5, True), (60, False)])
def test_rows_written_over_and_over_are_refused(monkeypatch, different, refused):
    monkeypatch.setattr("geoportal.ingest.files.tables._JUDGED_ROWS", 100)
    monkeypatch.setattr("geoportal.ingest.files.tables._FEWEST_DIFFERENT", 10)
    lines = "".join(f"{row % different},b\n" for row in range(150))
    with pytest.raises(UnreadableSourceError, match="over and over") if refused else nullcontext():
        read_text(Member("a.csv", lines.encode()))
    monkeypatch.setattr("geoportal.ingest.files.tables._MOST_ROWS", 120)
    with pytest.raises(UnreadableSourceError):
        read_text(Member("a.csv", lines.encode()))


@pytest.mark.parametrize(("rows", "refused"), [(300_000, True), (100_000, False)])
def test_too_many_lines_are_refused_before_they_are_rows(monkeypatch, rows, refused):
    """Those of a sheet that was saved with all its empty rows are none."""
    monkeypatch.setattr("geoportal.ingest.files.tables._MOST_EMPTY", 1_000)
    monkeypatch.setattr("geoportal.ingest.files.tables._SHORTEST_ROW", 0)
    data = b"1,2,3,4\r\n" * rows + b",,,\r\n" * 400_000
    with pytest.raises(UnreadableSourceError, match="split it") if refused else nullcontext():
        require_lines("a.csv", data, 200_000)
