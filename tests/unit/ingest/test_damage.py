"""Damaged files: read correctly with a word about it, or refused with everything left as it was."""

from __future__ import annotations

import contextlib
import errno

import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoportal.errors import (
    BusyError,
    GeoportalError,
    InputRefusedError,
    NotFoundError,
    UnreadableSourceError,
    UsageError,
)
from geoportal.ingest.content import identify
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.encodings import DecodedText, decode
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.recognition import recognise
from geoportal.ingest.files.tables import Row, Sheet
from geoportal.store.database import import_lock
from tests.rounds import examples
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    by_name,
    codes,
    content,
    import_into,
    kaigo_row,
    names,
    only,
    write_csv,
)

ROWS = [kaigo_row(事業所番号=f"406779000{i}", 事業所名=f"第{i}、\n二行") for i in range(3)]


@pytest.fixture
def sound(tmp_path):
    return write_csv(tmp_path / "sound.csv", KAIGO_HEADER, ROWS)


def refused_message(database, path, **options):
    before = content(database)
    report = only(import_into(database, path, **options))
    assert report.refused, report
    assert content(database) == before
    assert (report.created, report.updated, report.removed, report.accepted) == (0, 0, 0, 0)
    error = next(issue for issue in report.issues if issue.severity == "error")
    assert path.name in error.message or error.line > 1
    return next(
        i.message
        for i in report.issues
        if i.code in ("unreadable", "unknown_layout", "refused", "wrong_source")
    )


@pytest.mark.slow
def test_cut_at_every_byte_it_is_refused_or_whole_rows_are_read(database, sound):
    """A file cut between two rows cannot be told from a short file; anywhere else it is."""
    data = sound.read_bytes()
    text = data.decode("utf-8-sig")
    whole = {}
    for end in range(len(data) + 1):
        member = Member("cut.csv", data[:end])
        try:
            table = identify(member)[0].table
        except InputRefusedError:
            continue
        assert table is not None
        assert not table.malformed
        whole[end] = [record.get("number") for record in table.records]
    assert len(text) < len(data)
    for end, numbers in whole.items():
        assert numbers == [row["事業所番号"] for row in ROWS[: len(numbers)]], end
    assert {len(numbers) for numbers in whole.values()} == {0, 1, 2, 3}


def test_a_file_cut_in_a_row_is_refused_with_the_line(database, sound, tmp_path):
    import_into(database, sound)
    path = tmp_path / "cut.csv"
    path.write_bytes(sound.read_bytes()[:-60])
    message = refused_message(database, path)
    assert "cut off" in message
    assert "line 6" in message
    report = only(import_into(database, path))
    assert [(issue.line, issue.code) for issue in report.issues] == [(6, "unreadable")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_encodings_and_line_ends_give_the_same_records(database, tmp_path, encoding, line_end):
    rows = [row | {"事業所名": row["事業所名"].replace("\n", "")} for row in ROWS]
    path = write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows, encoding=encoding, line_end=line_end)
    report = only(import_into(database, path))
    assert (report.accepted, report.rejected, report.refused) == (3, 0, False)
    assert names(database) == {"第0、二行", "第1、二行", "第2、二行"}
    assert ("encoding" in codes(report)) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_without_a_mark_is_known_by_a_tenth_of_zero_bytes(order):
    """Of the first 400 bytes: 40 are zero in a file of UTF-16, 38 in one of something else."""
    encoding = f"utf-16-{order}"
    text = "事" * 160 + "a" * 40
    assert decode("a.csv", text.encode(encoding)) == DecodedText(text, "UTF-16")
    other = ("事" * 162 + "a" * 38).encode(encoding)
    with contextlib.suppress(UnreadableSourceError):
        assert decode("a.csv", other).encoding != "UTF-16"


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_separators_are_read_with_a_note(database, tmp_path, delimiter):
    path = write_csv(tmp_path / "a.csv", KAIGO_HEADER, ROWS, delimiter=delimiter)
    report = only(import_into(database, path))
    assert report.accepted == 3
    assert "delimiter" in codes(report)


def test_a_bad_byte_is_refused_with_its_line(database, sound, tmp_path):
    data = bytearray(sound.read_bytes())
    data[data.index("第1".encode())] = 0xFF
    path = tmp_path / "bad.csv"
    path.write_bytes(bytes(data))
    assert "line 4" in refused_message(database, path)


def test_blank_lines_nul_and_a_second_header_are_passed_over(database, sound, tmp_path):
    text = sound.read_bytes()
    header = text.split(b"\r\n")[0].removeprefix(b"\xef\xbb\xbf")
    path = tmp_path / "odd.csv"
    path.write_bytes(
        text.replace(b"093-000", b"093\x00-000") + b"\r\n" + header + b"\r\n,,,\r\n\r\n"
    )
    report = only(import_into(database, path))
    assert (report.rows_read, report.accepted) == (3, 3)
    assert {"nul_characters", "repeated_header"} <= codes(report)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "empty"),
        (b"<!DOCTYPE html><title>503</title>", "web page"),
        (b"%PDF-1.7 \xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture"),
        (b'{"a": 1}', "FeatureCollection"),
        (b'{"type": "FeatureCollection", "features": [', "cut off or damaged"),
        ("名前,値\r\nあ,1\r\n".encode(), "no known layout"),
        (b"\x00\x01\x02\x03" * 200, "layout"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(database, tmp_path, data, words):
    path = tmp_path / "strange.csv"
    path.write_bytes(data)
    assert words in refused_message(database, path)


def test_an_unknown_header_names_the_nearest_layout(database, tmp_path):
    header = [name for name in KAIGO_HEADER if name != "事業所番号"] + ["独自の列"]
    path = write_csv(tmp_path / "a.csv", header, [])
    message = refused_message(database, path)
    assert "Nearest: kaigo, which needs 事業所番号;" in message
    assert "独自の列" in message


@pytest.mark.parametrize(("columns", "words"), [(12, "k11."), (13, "k11 and 1 more.")])
def test_only_the_first_columns_of_an_unknown_header_are_shown(database, tmp_path, columns, words):
    path = write_csv(tmp_path / "a.csv", [f"k{number}" for number in range(columns)], [])
    assert words in refused_message(database, path)


def test_a_cell_without_end_costs_its_row_only(database, tmp_path):
    rows = [*ROWS, kaigo_row(事業所名="あ" * 5_001, 事業所番号="4067790008")]
    path = write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)
    report = only(import_into(database, path, max_rejected_percent=25))
    assert (report.rows_read, report.accepted, report.rejected) == (4, 3, 1)
    (issue,) = [issue for issue in report.issues if issue.code == "cell_too_long"]
    assert (issue.line, issue.field) == (8, "事業所名")
    assert len(issue.as_dict()["value"]) <= 80


def test_marks_of_dos_and_of_excel_exports_are_taken_off(database, tmp_path):
    rows = [{name: f'="{cell}"' for name, cell in row.items()} for row in ROWS]
    path = write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)
    path.write_bytes(path.read_bytes() + b"\x1a")
    import_into(database, write_csv(tmp_path / "b.csv", KAIGO_HEADER, ROWS))
    report = only(import_into(database, path))
    assert (report.accepted, report.unchanged) == (3, 3)


@pytest.mark.parametrize(
    ("header", "more"),
    [(KAIGO_HEADER, []), (TOWNS_HEADER, []), (KAIGO_HEADER, [["※ 令和7年4月1日現在"]])],
    ids=["table", "streamed", "footnote"],
)
def test_a_header_alone_is_refused_as_empty(database, tmp_path, header, more):
    path = write_csv(tmp_path / "a.csv", header, more)
    assert "no row of data" in refused_message(database, path)


def test_an_empty_file_among_others_of_its_source_is_left_out(database, sound, tmp_path):
    """The publisher has a file for each service, and no office of some in a city."""
    empty = write_csv(tmp_path / "empty.csv", KAIGO_HEADER, [])
    files = {report.file: report for report in import_into(database, sound, empty).files}
    assert (files["sound.csv"].accepted, files["empty.csv"].refused) == (3, False)
    assert codes(files["empty.csv"]) == {"left_out"}


def test_an_empty_sheet_beside_a_full_one_is_said(database, tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for title, rows in (("訪問看護", ROWS), ("空", [])):
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, KAIGO_HEADER)
            for line, row in enumerate(rows, start=1):
                sheet.write_row(line, 0, row.values())
    report = only(import_into(database, path))
    assert (report.accepted, report.refused) == (3, False)
    assert [issue.sheet for issue in report.issues if issue.code == "no_rows"] == ["空"]


def test_a_reordered_header_with_other_brackets_is_the_same_layout(database, tmp_path):
    order = list(reversed(KAIGO_HEADER))
    header = [name.replace("（", "(").replace("）", " )") for name in order]
    rows = [[row[name] for name in order] for row in ROWS]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", header, rows)))
    assert report.accepted == 3


def test_a_known_source_that_comes_later_is_named():
    later = Layout("later", "", {"name": ("名称",)}, ("name",), supported=False)
    with pytest.raises(InputRefusedError, match=r"later file.*not yet"):
        recognise("a.csv", [Sheet((Row(1, ("名称", "住所")),))], [later])


def test_the_wrong_source_is_refused(database, sound):
    message = refused_message(database, sound, source="towns")
    assert "kaigo" in message


def test_one_refused_file_does_not_hold_up_the_others(database, sound, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"x")
    report = import_into(database, bad, sound)
    assert report.refused
    assert len(names(database)) == 3
    assert [item.refused for item in report.files] == [True, False] or [
        item.refused for item in report.files
    ] == [False, True]


def test_too_many_bad_rows_refuse_the_file_and_the_limit_can_be_raised(database, tmp_path):
    rows = [*ROWS, kaigo_row(サービスの種類="?", 事業所番号="4067790009")]
    path = write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)
    assert "25" not in refused_message(database, path)[:5]
    report = only(import_into(database, path, max_rejected_percent=25))
    assert (report.accepted, report.rejected) == (3, 1)


def test_wrong_options_are_told(database, sound, tmp_path):
    with pytest.raises(UsageError, match="not a source"):
        import_into(database, sound, source="nothing")
    with pytest.raises(UsageError, match="--as-of"):
        import_into(database, sound, as_of="yesterday")
    with pytest.raises(NotFoundError):
        import_into(database, tmp_path / "missing.csv")


def test_two_imports_at_once_are_refused(database, sound):
    with import_lock(database), pytest.raises(BusyError):
        import_into(database, sound)


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.binary(max_size=300), keep=st.integers(0, 700))
def test_any_bytes_are_read_or_refused_never_a_fault(data, keep):
    header = ",".join(KAIGO_HEADER).encode()
    for candidate in (data, header[:keep] + data, header + b"\r\n" + data):
        with contextlib.suppress(InputRefusedError):
            identify(Member("any.csv", candidate))


def test_a_workbook_is_read_by_row_and_cut_it_is_refused(database, sound, tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("一覧")
        book.add_worksheet("説明").write(0, 0, "説明")
        for number, row in enumerate([dict(zip(KAIGO_HEADER, KAIGO_HEADER, strict=True)), *ROWS]):
            for column, name in enumerate(KAIGO_HEADER):
                text = row[name]
                sheet.write(number, column, int(text) if text.isdigit() else text)
    report = only(import_into(database, path))
    assert (report.source, report.accepted, report.rejected) == ("kaigo", 3, 0)
    assert "sheet_left_out" in codes(report)
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(path.read_bytes()[:-200])
    assert "damaged" in refused_message(database, cut)


def test_data_that_are_in_are_not_denied_when_the_disk_is_full_afterwards(
    database, sound, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("geoportal.ingest.run.open_gazetteer", full)
    report = only(import_into(database, sound))
    assert (report.created, report.refused) == (3, False)
    (issue,) = (issue for issue in report.issues if issue.code == "not_compiled")
    assert "nothing to import again" in issue.message


def commit_fails(database, monkeypatch, *, stored):
    """Let the next commit fail as a full disk does, after or before the data are stored."""
    dialect, error = database.engine.dialect, database.engine.dialect.dbapi.OperationalError
    commit, failed = dialect.do_commit, error("the disk is full")
    failed.sqlite_errorname = "SQLITE_FULL"

    def fail(connection):
        monkeypatch.setattr(dialect, "do_commit", commit)
        if stored:
            commit(connection)
        raise failed

    monkeypatch.setattr(dialect, "do_commit", fail)


def test_data_that_a_failed_commit_stored_are_not_denied(database, sound, tmp_path, monkeypatch):
    towns = write_csv(tmp_path / "towns.csv", TOWNS_HEADER, TOWNS)
    for files in ([sound], [towns, sound]):
        commit_fails(database, monkeypatch, stored=True)
        first, *others = import_into(database, *files).files
        assert (first.created, first.refused) == (len(TOWNS) if others else 3, False)
        (issue,) = (issue for issue in first.issues if issue.code == "end_of_storing_failed")
        assert "the data are in" in issue.message
        assert [(other.unchanged, other.refused) for other in others] == [(3, False)] * len(others)
        assert len(names(database)) == 3


def test_data_that_a_failed_commit_lost_are_not_claimed(database, sound, monkeypatch):
    commit_fails(database, monkeypatch, stored=False)
    with pytest.raises(sa.exc.OperationalError):
        import_into(database, sound)
    assert not names(database)
    assert only(import_into(database, sound)).created == 3


def test_where_nobody_can_look_after_a_failed_commit_nothing_is_claimed(
    database, sound, monkeypatch
):
    def away(*_):
        raise sa.exc.OperationalError("", {}, database.engine.dialect.dbapi.OperationalError())

    commit_fails(database, monkeypatch, stored=True)
    monkeypatch.setattr("geoportal.ingest.run.version_after_failure", away)
    with pytest.raises(GeoportalError, match=f"whether the data of {sound.name} are in cannot"):
        import_into(database, sound)


@pytest.mark.parametrize(
    "before", ["", ",".join(KAIGO_HEADER) + "\r\n", ",".join(TOWNS_HEADER) + "\n"]
)
@pytest.mark.parametrize("one", ["a,", '"', "あ"])
def test_a_line_without_end_is_refused_before_it_is_read(database, tmp_path, before, one):
    path = tmp_path / "long.csv"
    path.write_text(before + one * 2_100_000, encoding="utf-8")
    message = refused_message(database, path)
    assert f"line {before.count(chr(10)) + 1} has more than" in message


@pytest.mark.parametrize("phone", ["9.3E+08", "９．３Ｅ＋０８", "9.30000001e8"])
def test_a_telephone_number_that_excel_has_rounded_is_not_shown(database, tmp_path, phone):
    rows = [kaigo_row(電話番号=phone)]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)))
    assert (report.accepted, "number_damaged_by_excel" in codes(report)) == (1, True)
    (facility,) = by_name(database).values()
    assert facility.phone == ""


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text + "<html><body><h1>504 Gateway Time-out</h1></body></html>\r\n",
        lambda text: text[:-40] + "<html><body><h1>504</h1></body></html>\r\n",
        lambda text: text + text.splitlines()[-1].replace(",", ";") + "\r\n",
        lambda text: text[:-60] + "\x00" * 16 + text[-44:],
    ],
    ids=["a page behind it", "a page within", "other separators", "a hole"],
)
def test_a_table_that_breaks_off_is_refused_with_its_line(database, sound, broken):
    text = broken(sound.read_bytes().decode())
    sound.write_bytes(text.encode())
    assert " line " in refused_message(database, sound)


@pytest.mark.parametrize("note", ["※詳しくは<市役所>へ; 電話 093-000-0000", "計;3"])
def test_a_note_behind_the_table_breaks_nothing_off(database, sound, note):
    sound.write_bytes(sound.read_bytes() + f"{note}\r\n".encode())
    assert only(import_into(database, sound)).accepted == len(ROWS)


@pytest.mark.parametrize("more", [1, 3])
def test_a_comma_within_a_value_costs_its_row_also_where_its_end_is_blank(database, tmp_path, more):
    rows = [[row[name] for name in KAIGO_HEADER] for row in numbered_rows(12)]
    place = KAIGO_HEADER.index("利用可能曜日")
    rows[3][place : place + 1] = ["平日", *["土曜日"] * more]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)))
    assert (report.accepted, report.rejected) == (11, 1)
    assert [(i.line, i.code) for i in report.issues if i.severity == "error"] == [
        (5, "wrong_field_count")
    ]


def test_commas_at_the_end_of_all_lines_are_none_within_a_value(database, tmp_path):
    rows = [[*(row[name] for name in KAIGO_HEADER), "", ""] for row in numbered_rows(12)]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)))
    assert (report.accepted, report.rejected) == (12, 0)


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("33.892597", False),
        ("0.0", False),
        ("０９３－０００－０００１", False),
        ("0930000001", False),
        ("https://example.jp/", False),
        ("info@example.jp", False),
        ("12-3-4567", True),
        ("小倉北区浅野1-2.5", True),
    ],
)
def test_a_row_with_another_column_in_place_of_its_address_is_rejected(
    database, tmp_path, address, taken
):
    rows = [*numbered_rows(12), kaigo_row(事業所番号="4067799999", 住所=address)]
    report = only(import_into(database, write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)))
    assert report.rejected == (not taken)
    issues = [i for i in report.issues if i.severity == "error"]
    assert [(i.line, i.field, i.value) for i in issues] == (
        [] if taken else [(14, "住所", address)]
    )


def numbered_rows(count):
    return [kaigo_row(事業所番号=f"40677{n:05}", 事業所名=f"見本{n}") for n in range(count)]
