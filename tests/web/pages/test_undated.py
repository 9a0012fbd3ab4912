"""What has no date says so: page of a facility, of the data, of changes, and in the API."""

from __future__ import annotations

import pytest

from tests.unit.ingest.test_changes import FIRST, office
from tests.unit.ingest.test_linking_order import take

UNKNOWN = "0000-2026-11-20"
WORDS = {
    "ja": "時点不明（2026-11-20 取込）",
    "en": "date unknown (imported 2026-11-20)",
    "ja-easy": "いつの情報か わかりません（2026-11-20 に 入れました）",
}


@pytest.fixture
def client(city, app):
    return app.test_client()


@pytest.fixture
def undated(city):
    """One clinic of an undated list, whose file lists it as a clinic."""
    take(city, "bureau", UNKNOWN, office(1))
    return "m4017710001"


def without_readings(html):
    import re

    return re.sub(r"<rt>.*?</rt>|<rp>.*?</rp>|<[^>]+>", "", html)


@pytest.mark.parametrize("language", WORDS)
def test_the_page_of_a_facility_says_it(client, undated, language):
    page = client.get(f"/facilities/{undated}?lang={language}")
    assert page.status_code == 200
    assert WORDS[language] in without_readings(page.text)
    assert "0000-" not in page.text


def test_the_api_gives_null(client, undated):
    about = client.get(f"/api/v1/facilities/{undated}").json["properties"]
    assert about["sources"] == [
        {
            "source": "bureau",
            "as_of": None,
            "imported_at": "2026-11-20",
            "record_id": undated.removeprefix("m"),
        }
    ]
    assert (about["first_seen"], about["last_seen"]) == (None, None)


@pytest.mark.parametrize("language", WORDS)
def test_changes_name_the_edition_by_its_day_of_import(client, undated, city, language):
    take(city, "bureau", FIRST, office(2))
    page = client.get(f"/changes?lang={language}")
    assert WORDS[language] in without_readings(page.text)
    report = client.get(f"/api/v1/changes?source=bureau&from=imported-2026-11-20&to={FIRST}").json
    assert (report["from"], report["editions"]) == (
        "imported-2026-11-20",
        ["imported-2026-11-20", FIRST],
    )
    # The first of October 2025 may be before or after: nothing is said to have closed.
    assert [(item["kind"], item["name"]) for item in report["changes"]] == [
        ("opened", "第2見本医院")
    ]
