"""The page of changes between two editions."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from geoportal.web.language.messages import LANGUAGES
from tests.unit.ingest.test_changes import FIRST, SECOND, office
from tests.unit.ingest.test_linking_order import take
from tests.web.pages.test_pages import check_page


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def editions(city):
    take(city, "bureau", FIRST, office(1), office(2))
    moved = "福岡県北九州市小倉北区魚町３丁目２番１号"
    take(city, "bureau", SECOND, office(1, address=moved, filings=("在医総管１",)), office(3))


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_two_editions_the_page_says_so(client, language):
    response = client.get(f"/changes?lang={language}")
    assert response.status_code == 200
    assert 'class="notice"' in response.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_two_editions_are_compared(client, editions, language):
    check_page(client, "/changes", language)
    response = client.get(f"/changes?lang={language}")
    for kind in ("opened", "closed", "moved", "filing_new", "filing_ended"):
        assert f'id="changes-{kind}"' in response.text
    assert "第3見本医院" in response.text
    assert "在医総管１" in response.text


@pytest.mark.parametrize(
    "query",
    [
        "source=bureau&from=2025-11-01&to=2025-10-01",
        "source=bureau&from=yesterday",
        "source=nothing&from=x&to=y",
        "source=%3Cscript%3E",
    ],
)
def test_odd_questions_are_answered_with_words(client, editions, query):
    response = client.get(f"/changes?{query}")
    assert response.status_code == 200
    assert "<script>" not in response.text.split("<main", 1)[1].split("</main", 1)[0]


def test_the_workbook_holds_every_change(client, editions):
    response = client.get(f"/changes.xlsx?source=bureau&from={FIRST}&to={SECOND}")
    assert response.status_code == 200
    assert "changes_bureau_2025-10-01_2025-11-01.xlsx" in response.headers["Content-Disposition"]
    table = CalamineWorkbook.from_filelike(io.BytesIO(response.data)).get_sheet_by_index(0)
    assert {row[0] for row in table.to_python()[1:]} == {
        "新規",
        "掲載終了",
        "移転",
        "届出の追加",
        "届出の終了",
    }
    assert client.get("/changes.xlsx?source=kaigo").status_code == 404


def test_the_api_gives_the_same_changes(client, editions):
    response = client.get("/api/v1/changes?source=bureau")
    assert response.status_code == 200
    report = response.get_json()
    assert (report["from"], report["to"], report["editions"]) == (FIRST, SECOND, [FIRST, SECOND])
    assert {(item["kind"], item["name"]) for item in report["changes"]} == {
        ("opened", "第3見本医院"),
        ("closed", "第2見本医院"),
        ("moved", "第1見本医院"),
        ("filing_new", "第1見本医院"),
        ("filing_ended", "第1見本医院"),
    }
    assert report["counts"]["opened"] == 1
    asked = f"/api/v1/changes?source=bureau&from={FIRST}&to={SECOND}"
    assert client.get(asked).get_json() == report
    again = client.get(asked, headers={"If-None-Match": client.get(asked).headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 400, "source"),
        ("source=%00", 400, "source"),
        ("source=bureau&from=yesterday", 400, "from"),
        ("source=bureau&to=2025-1-1", 400, "to"),
        (f"source=bureau&from={SECOND}&to={FIRST}", 400, "from"),
        ("source=bureau&limit=3", 400, "limit"),
        ("source=nothing", 404, None),
        (f"source=bureau&to={FIRST}", 404, None),
    ],
)
def test_odd_questions_to_the_api_are_problems(client, editions, query, status, field):
    response = client.get(f"/api/v1/changes?{query}")
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    fields = {error["field"] for error in response.get_json().get("errors", [])}
    assert fields == ({field} if field else set())


def test_the_page_of_the_data_leads_there(client):
    assert 'href="/changes' in client.get("/data").text
