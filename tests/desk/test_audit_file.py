"""The audit trail as a file: for administrators, every change, cells that stay dead."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from geoportal.desk.services.cases import open_case
from geoportal.desk.store.audit import record
from tests.desk.conftest import Browser, trail
from tests.desk.test_cases import WANTED

HOSTILE = ["=cmd|'/c calc'!A1", "+1+1", "@SUM(1)", "-2", "\t=1", "<script>alert(1)</script>"]


@pytest.fixture
def filled(desk, coordinator, administrator):
    open_case(desk, coordinator.actor, WANTED)
    with desk.database.writing() as connection:
        for text in HOSTILE:
            record(
                connection,
                desk.clock(),
                coordinator.actor,
                text,
                ("facility", text),
                before={"value": text},
                after={"値": "後"},
            )
    return desk


def read(browser: Browser, kind: str) -> list[list[str]]:
    answer = browser.get(f"/desk/accounts/audit.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="audit.{kind}"'
    assert answer.headers["Cache-Control"] == "no-store"
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_has_every_change_and_no_live_cell(app, filled, kind):
    browser = Browser(app.test_client())
    browser.sign_in("city.ito")
    head, *rows = read(browser, kind)
    assert head[1] == "日時"
    done = trail(filled)
    assert len(rows) == len(done)
    assert [row[5].lstrip("'") for row in rows] == done
    assert {row[3] for row in rows if row[5] == "case.open"} == {"kokura.sato"}
    assert done[-1] == "audit.export"
    assert any('{"value": "+1+1"}' in row[8] for row in rows)
    if kind == "csv":
        assert all(not cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row)


def test_coordinators_and_strangers_get_none(app, filled):
    assert Browser(app.test_client()).get("/desk/accounts/audit.csv").status_code == 303
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    assert browser.get("/desk/accounts/audit.csv").status_code == 403
    assert "audit.export" not in trail(filled)
    assert browser.get("/desk/accounts/audit.exe").status_code in {403, 404}
