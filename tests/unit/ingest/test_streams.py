"""Streamed tables as people have them: encodings, separators, titles, notes."""

from __future__ import annotations

import pytest

from geoportal.ingest.files.streams import encoding_issue
from tests.unit.ingest.official import TOWNS, TOWNS_HEADER, codes, import_into, only
from tests.unit.ingest.sources.test_postcodes import ROWS, ken_all


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8"])
def test_utf_8_is_not_worth_a_word(encoding):
    assert encoding_issue(encoding) == []


@pytest.mark.parametrize("encoding", ["cp932", "utf-16", "euc_jp"])
def test_another_encoding_is_told(encoding):
    (issue,) = encoding_issue(encoding)
    assert (issue.code, issue.severity) == ("encoding", "info")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_titles_and_notes_around_towns_are_passed_over(database, tmp_path, separator, end):
    lines = [
        ["位置参照情報（令和7年4月1日現在）"],
        TOWNS_HEADER,
        *TOWNS,
        ["計", "4件"],
        ["※ 位置は代表点", *[""] * 6],
        ["出典：国土交通省"],
    ]
    path = tmp_path / "towns.csv"
    path.write_text(end.join(separator.join(line) for line in lines), "utf-8", newline="")
    report = only(import_into(database, path))
    assert (report.source, report.rows_read, report.rejected) == ("towns", len(TOWNS), 0)
    notes = [issue for issue in report.issues if issue.code == "footnote"]
    assert [issue.value for issue in notes] == ["計 4件", "※ 位置は代表点", "出典：国土交通省"]
    assert notes[0].line == 3 + len(TOWNS)
    assert ("delimiter" in codes(report)) is (separator != ",")


def test_postal_codes_without_a_header_with_semicolons_and_a_note(database, tmp_path):
    path = ken_all(tmp_path / "KEN_ALL.CSV", ROWS)
    text = path.read_bytes().decode("cp932").replace(",", ";") + "※ 日本郵便\r\n"
    path.write_bytes(text.encode("cp932"))
    report = only(import_into(database, path))
    assert (report.rows_read, report.rejected, "footnote" in codes(report)) == (len(ROWS), 0, True)


def test_a_row_of_data_that_is_cut_is_no_note(database, tmp_path):
    lines = [TOWNS_HEADER, *TOWNS, TOWNS[0][:3]]
    path = tmp_path / "towns.csv"
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    report = only(import_into(database, path))
    assert (report.refused, report.issues[-1].line) == (True, 2 + len(TOWNS))
