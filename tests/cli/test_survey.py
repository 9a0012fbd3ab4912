"""在宅医療資源調査: the template goes out, answers come back as dated claims."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import zipfile
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import pytest
import python_calamine
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from geoportal.cli import main as command_line
from geoportal.services.portal import shipped_reference
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.store.facilities import iter_facilities, read_records, write_facilities
from tests.factories import make_claim, make_facility

HEADER_LINE = 4


def run(db: Path, *arguments: str, ok: int = 0):
    """Run the command line in this process and return its JSON document."""
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["geoportal", "--db", str(db), *arguments, "--json"]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        command_line.run()
    assert (ended.value.code or 0) == ok, err.getvalue()
    return json.loads(out.getvalue())


@pytest.fixture
def clinic(tmp_path):
    """A database with one clinic that has filed something, and a pharmacy."""
    db = tmp_path / "city.db"
    database = open_database(db, create=True)
    facilities = [
        make_facility(
            "m4017612345",
            identifiers={"medical_institution_code": "4017612345"},
            name="見本クリニック",
            filings=("支援診２",),
            claims=[make_claim("VM.REG", evidence="filed", source="bureau", as_of="2026-10-01")],
        ),
        make_facility("p1", kind="pharmacy", name="見本薬局"),
    ]
    with database.engine.begin() as connection:
        write_facilities(connection, facilities)
        advance_dataset_version(connection, "test")
    database.engine.dispose()
    return db


def sheet_rows(path: Path) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def filled_in(template: Path, out: Path, **answers: str) -> Path:
    """Write the template again with answers by the end of their heading, as a person saves it."""
    rows = sheet_rows(template)
    header = [str(cell) for cell in rows[HEADER_LINE - 1]]
    for heading, value in answers.items():
        (place,) = [i for i, cell in enumerate(header) if heading in cell]
        rows[HEADER_LINE][place] = value
    with xlsxwriter.Workbook(str(out)) as book:
        sheet = book.add_worksheet("回答票")
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, str(cell))
        book.add_worksheet("記入のしかた").write_string(0, 0, "記入のしかた")
    return out


def records(db: Path):
    database = open_database(db)
    with database.engine.connect() as connection:
        found = read_records(connection, source="survey")
        facilities = {f.id: f for f in iter_facilities(connection)}
    database.engine.dispose()
    return found, facilities


@pytest.fixture
def template(clinic, tmp_path):
    path = tmp_path / "survey.xlsx"
    said = run(clinic, "survey", "template", "--kind", "clinic", "--out", str(path))
    assert (said["facilities"], said["kind"]) == (1, "clinic")
    return path


def test_the_template_is_prefilled_and_asks_what_applies(template):
    rows = sheet_rows(template)
    header = [str(cell) for cell in rows[HEADER_LINE - 1]]
    row = dict(zip(header, rows[HEADER_LINE], strict=True))
    assert row["施設番号"] == "m4017612345"
    assert row["医療機関コード"] == "4017612345"
    assert row["施設の名称"] == "見本クリニック"
    assert "支援診２" in row["公表・届出で分かっていること"]
    assert "訪問診療" in row["公表・届出で分かっていること"]
    vocabulary = shipped_reference().vocabulary
    asked = {heading.split("[")[1][:-1] for heading in header if "[" in heading}
    assert {"VM.REG", "AC.ULCER", "CO.CMTIME", "PT.DEM"} <= asked
    assert all(vocabulary.applies_to(code, "clinic") for code in asked)
    assert not {"VM.24VN", "AC.STERILE"} & asked
    assert all(not row[heading] for heading in header if "[" in heading)  # nothing is prefilled


def test_the_template_has_drop_downs_and_is_protected(template):
    with zipfile.ZipFile(template) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "はい,条件付き,要相談,満員,いいえ,未回答" in sheet
    assert "受入可,条件付・要相談,満員・新規停止,未回答" in sheet
    assert "<sheetProtection" in sheet


def test_only_the_day_of_the_answer_is_formatted_as_a_date(template):
    with zipfile.ZipFile(template) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    names = {"m": sheet.tag[1:].partition("}")[0]}
    dates = {
        entry.get("numFmtId")
        for entry in styles.iterfind(".//m:numFmt", names)
        if "yyyy" in entry.get("formatCode", "")
    }
    formats = [entry.get("numFmtId") for entry in styles.iterfind("m:cellXfs/m:xf", names)]
    line = sheet.find(f".//m:row[@r='{HEADER_LINE + 1}']", names)
    assert line is not None
    dated = [formats[int(cell.get("s", "0"))] in dates for cell in line]
    heading = [str(cell) for cell in sheet_rows(template)[HEADER_LINE - 1]]
    assert [heading[at] for at, is_date in enumerate(dated) if is_date] == ["回答日"]


def test_answers_come_back_as_dated_claims_and_blanks_as_nothing(clinic, template, tmp_path):
    answered = filled_in(
        template,
        tmp_path / "answers.xlsx",
        **{
            "[VM.REG]": "はい",
            "[AC.VENT]": "いいえ",
            "[AC.ULCER]": "未回答",
            "[CO.CMTIME]": "月・水 13:00〜14:00 電話で",
            "新規の受入状況": "条件付・要相談",
            "訪問地域": "小倉北区、門司区",
            "回答日": "2026-10-05",
            "回答者": "医療連携室",
        },
    )
    (report,) = run(clinic, "import", str(answered), "--as-of", "2026-10-10")["files"]
    assert (report["source"], report["accepted"], report["rejected"]) == ("survey", 1, 0)
    (stored,), _ = records(clinic)
    assert stored.facility_id == "m4017612345"
    claims = {claim.code: claim for claim in stored.record.claims}
    assert {code: claim.value for code, claim in claims.items()} == {
        "VM.REG": "yes",
        "AC.VENT": "no",
        "CO.CMTIME": "yes",
        "CAP.COND": "yes",
    }
    assert all(claim.evidence == claim.source == "survey" for claim in claims.values())
    assert all(claim.as_of == "2026-10-05" for claim in claims.values())
    assert "13:00〜14:00" in claims["CO.CMTIME"].note
    assert "医療連携室" in claims["VM.REG"].note
    assert "小倉北区" in stored.record.note


def test_a_blank_form_changes_nothing(clinic, template):
    (report,) = run(clinic, "import", str(template))["files"]
    assert (report["rows_read"], report["accepted"], report["created"]) == (1, 1, 0)
    assert {issue["code"] for issue in report["issues"]} >= {"no_answers"}
    assert records(clinic)[0] == []


def test_wrong_values_are_told_with_row_and_column(clinic, template, tmp_path):
    answered = filled_in(
        template,
        tmp_path / "answers.xlsx",
        **{"[VM.REG]": "たぶん", "[AC.VENT]": "○", "回答日": "来週"},
    )
    (report,) = run(clinic, "import", str(answered))["files"]
    issues = {issue["code"]: issue for issue in report["issues"]}
    bad = next(i for i in report["issues"] if i["value"] == "たぶん")
    assert (bad["line"], bad["field"]) == (5, "訪問診療(定期) [VM.REG]")
    heading = [str(cell) for cell in sheet_rows(template)[HEADER_LINE - 1]]
    place = next(at for at, cell in enumerate(heading) if "[VM.REG]" in cell)
    assert f"(column {xl_col_to_name(place)})" in bad["message"]
    assert {"bad_answer", "bad_date"} <= issues.keys()
    (stored,), _ = records(clinic)
    assert [(claim.code, claim.value) for claim in stored.record.claims] == [("AC.VENT", "yes")]


def test_a_changed_number_is_refused(clinic, template, tmp_path):
    answered = filled_in(
        template, tmp_path / "answers.xlsx", **{"[VM.REG]": "はい", "施設番号": "（見本）"}
    )
    (report,) = run(clinic, "import", str(answered), ok=3)["files"]
    assert {issue["code"] for issue in report["issues"]} >= {"bad_id"}


def test_a_later_answer_takes_an_earlier_one_not_away(clinic, template, tmp_path):
    first = {"[VM.REG]": "はい", "[AC.VENT]": "はい", "回答日": "2026-03-01"}
    later = {"[AC.VENT]": "いいえ", "回答日": "2026-09-01"}
    run(clinic, "import", str(filled_in(template, tmp_path / "a.xlsx", **first)))
    run(clinic, "import", str(filled_in(template, tmp_path / "b.xlsx", **later)))
    found, _ = records(clinic)
    assert sorted(item.record.record_id for item in found) == [
        "m4017612345@2026-03-01",
        "m4017612345@2026-09-01",
    ]


def test_what_cannot_be_written_is_said(clinic, tmp_path):
    out = str(tmp_path / "x.xlsx")
    run(clinic, "survey", "template", "--kind", "clinic", "--out", out, "--district", "99999", ok=4)
    run(clinic, "survey", "template", "--kind", "clinic", "--out", "x.csv", ok=2)
    said = run(clinic, "survey", "template", "--kind", "hospital", "--out", out)
    assert said["facilities"] == 0
