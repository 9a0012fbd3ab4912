"""The page of an imported file: its issues with line, field, value and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import Database
from geoportal.store.import_issues import KEPT, read_issues, write_issues
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.unit.ingest.official import CENTRES_HEADER, import_into, write_csv


def centre(id_: str, **cells: str) -> dict[str, str]:
    row = dict.fromkeys(CENTRES_HEADER, "")
    return (
        row | {"id": id_, "kind": "liaison_centre", "name": id_, "district_codes": "40106"} | cells
    )


@pytest.fixture
def client(database: Database, tmp_path: Path) -> FlaskClient:
    rows = [
        centre("a", opens="nine", closes="17:00", open_days="月"),
        centre("b", kind="<b>shop</b>"),
        *(centre(f"c{number}") for number in range(9)),
    ]
    import_into(
        database, write_csv(tmp_path / "centres.csv", CENTRES_HEADER, rows), max_rejected_percent=50
    )
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    return create_app(portal, Settings()).test_client()


def issue_page(client: FlaskClient, language: str = "ja") -> str:
    overview = client.get(f"/data?lang={language}").get_data(as_text=True)
    link = re.search(r'href="(/data/editions/\d+[^"]*)"', overview)
    assert link is not None
    return client.get(link[1].replace("&amp;", "&")).get_data(as_text=True)


def test_staff_read_line_field_value_and_what_to_do(client: FlaskClient) -> None:
    html = issue_page(client)
    rows = re.findall(
        r'<th scope="row">(\d+)</th><td lang="ja">(.*?)</td><td lang="ja">(.*?)</td>', html
    )
    assert ("3", "kind", "&lt;b&gt;shop&lt;/b&gt;") in rows
    assert ("2", "opens", "nine") in rows
    assert html.index("施設の種類が決められたもののどれでもありません") < html.index(
        "時刻は09:00のように書いてください"
    ), "the gravest first"


def test_other_languages_read_the_message_of_the_import(client: FlaskClient) -> None:
    html = issue_page(client, "en")
    assert "expected times like 09:00; not used" in html
    assert "時刻は" not in html


@pytest.mark.parametrize("number", ["0", "999", "x"])
def test_an_edition_that_is_none_is_not_found(client: FlaskClient, number: str) -> None:
    assert client.get(f"/data/editions/{number}").status_code == 404


def test_the_gravest_issues_are_kept(database: Database) -> None:
    issue = {"line": 1, "field": "", "code": "x", "value": "", "message": ""}
    many = [issue | {"severity": "info", "line": line} for line in range(KEPT)]
    with database.engine.begin() as connection:
        write_issues(connection, 7, [*many, issue | {"severity": "error", "line": 9999}])
        write_issues(connection, 8, [issue | {"severity": "warning"}])
        kept = read_issues(connection, 7)
    assert [(i.severity, i.line) for i in kept[:3]] == [("error", 9999), ("info", 0), ("info", 1)]
    assert len(kept) == KEPT
