"""Workbooks that are small on disk and huge in memory: read within bounds, or refused."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from tests.faults.process import run
from tests.unit.ingest.official import codes, import_into, names, only
from tests.unit.ingest.test_archives import open_document, pack
from tests.unit.ingest.test_tables import HEADER, office

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def xlsx(path, *rows, doctype="", size=0, **members):
    """Write a workbook of one sheet by the standard, the rows as XML; ``size`` spaces behind them.

    No program would write these files: nothing but the standard keeps them in bounds.
    """
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{TYPE}.{kind}+xml"/>'
        for part, kind in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"))
    )
    start = f"{doctype}<worksheet xmlns='{SPREADSHEET}'><sheetData>"
    contents = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f"{start}{''.join(rows)}{' ' * size}</sheetData></worksheet>",
    }
    return pack(path, contents | members)


def row(number, cells):
    inner = "".join(
        f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for i, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'


TABLE = (row(1, HEADER), row(2, office(1)), row(3, office(2)))
LAUGHS = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("XFD1048576", "stray cell"),  # 17 thousand million cells: the library asks for 512 GB
        ("ALL400000", "stray cell"),
        ("A40", ""),
        ("XFD3", ""),
    ],
)
def test_a_cell_far_from_the_table_is_passed_over_or_refused(database, tmp_path, cell, words):
    line = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    stray = f'<row r="{line}"><c r="{cell}"><v>1</v></c></row>'
    report = only(import_into(database, xlsx(tmp_path / "a.xlsx", *TABLE, stray)))
    assert report.refused is bool(words)
    assert report.accepted == (0 if words else 2)
    assert words in report.issues[-1].message
    assert names(database) == (set() if words else {"見本1", "見本2"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"size": 20_000_000}, "unpacks to"),
        ({"doctype": f'<!DOCTYPE x [<!ENTITY e0 "ha">{LAUGHS}]>'}, "entities"),
        ({"../../x.xml": "x"}, "unsafe"),
        (
            {"xl/sharedStrings.xml": f'<sst xmlns="{SPREADSHEET}" uniqueCount="4294967295"/>'},
            "memory",
        ),
    ],
    ids=["spaces", "entities", "path", "count"],
)
def test_a_workbook_is_guarded_as_any_archive(database, tmp_path, content, words):
    rows = (row(1, HEADER), row(2, office(1, address="&e9;" if "doctype" in content else "x")))
    report = only(import_into(database, xlsx(tmp_path / "a.xlsx", *rows, **content)))
    assert (report.refused, names(database)) == (True, set())
    assert words in report.issues[-1].message


def test_a_workbook_within_an_archive_is_guarded_too(database, tmp_path):
    book = xlsx(tmp_path / "a.xlsx", *TABLE, size=20_000_000)
    (report,) = import_into(database, pack(tmp_path / "a.zip", {"a.xlsx": book.read_bytes()})).files
    assert "unpacks to" in report.issues[-1].message


@pytest.mark.parametrize("count", ["1048570", "4000000000"])
def test_rows_repeated_by_number_are_not_spun_out(database, tmp_path, count):
    """LibreOffice writes equal rows as one with a number."""
    with zipfile.ZipFile(io.BytesIO(open_document(HEADER, office(1), ["x"]))) as sound:
        parts = {name: sound.read(name).decode() for name in sound.namelist()}
    head, _, last = parts["content.xml"].rpartition("<table:table-row>")
    repeated = f'<table:table-row table:number-rows-repeated="{count}">'
    parts["content.xml"] = head + repeated + last
    report = only(import_into(database, pack(tmp_path / "a.ods", parts)))
    assert (report.refused, names(database)) == (True, set())


def sheets_of(path, sheets):
    """Write sheets, by title whether hidden and their offices."""
    with xlsxwriter.Workbook(str(path)) as book:
        for title, (hidden, offices) in sheets.items():
            sheet = book.add_worksheet(title)
            for line, cells in enumerate([HEADER, *map(office, offices)]):
                sheet.write_row(line, 0, list(map(str, cells)))
            if hidden:
                sheet.hide() if hidden == "hidden" else sheet.very_hidden()
        book.add_worksheet("表紙").activate()
    return path


@pytest.mark.parametrize("hidden", ["hidden", "veryHidden"])
@pytest.mark.parametrize("first", [True, False])
def test_a_hidden_sheet_is_left_out_beside_one_like_it(database, tmp_path, hidden, first):
    old, new = ("前回", (hidden, [1, 3])), ("今回", ("", [1, 2]))
    book = sheets_of(tmp_path / "a.xlsx", dict([old, new] if first else [new, old]))
    report = only(import_into(database, book))
    assert names(database) == {"見本1", "見本2"}
    assert [issue.value for issue in report.issues if "hidden" in issue.message] == ["前回"]


def test_a_hidden_sheet_is_read_where_no_other_is_a_table(database, tmp_path):
    import_into(database, sheets_of(tmp_path / "a.xlsx", {"データ": ("hidden", [1, 2])}))
    assert names(database) == {"見本1", "見本2"}


def test_a_workbook_with_too_many_rows_says_what_to_do(database, tmp_path, monkeypatch):
    monkeypatch.setattr("geoportal.ingest.files.sheets.MAX_ROWS", 2)
    report = only(import_into(database, xlsx(tmp_path / "a.xlsx", *TABLE)))
    assert (report.refused, codes(report)) == (True, {"refused"})
    assert "CSV" in report.issues[-1].message


@pytest.mark.long
def test_an_import_of_a_huge_workbook_stays_small(tmp_path):
    """The rows are read and dropped, in 512 MB and 60 s."""
    rows = (row(1, HEADER), *(row(n, office(n, address="城内1")) for n in range(2, 300_002)))
    book = xlsx(tmp_path / "a.xlsx", *rows)
    ended = run(tmp_path / "a.db", "import", book, "--json")
    assert (ended.exit_code, ended.document["files"][0]["accepted"]) == (3, 0)
    assert ended.seconds < 60
    assert ended.megabytes < 512
