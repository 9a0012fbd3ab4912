"""Suggestions over HTTP: what they answer, how soon, and that nothing is left behind."""

from __future__ import annotations

import time

import pytest
from structlog.testing import capture_logs

from geoportal.domain.place import Place, Postcode
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.places import PlaceSet, content_hash, replace_places
from geoportal.store.postcodes import PostcodeSet, replace_postcodes
from geoportal.web.app import create_app
from tests.conftest import NOW

TOWNS = {
    "40106": ("北九州市小倉北区", ["青葉一丁目", "青葉二丁目", "青葉台", "浅野一丁目"]),
    "40107": ("北九州市小倉南区", ["青山", "北方一丁目"]),
}


@pytest.fixture(scope="module")
def client(city_of_module):
    with city_of_module.engine.begin() as connection:
        for code, (name, towns) in TOWNS.items():
            places = [
                Place(code, "福岡県", name, town, 130.88 + i / 100, 33.88)
                for i, town in enumerate(towns)
            ]
            place_set = PlaceSet("towns", code, "2026-01-01", len(places), content_hash(places))
            replace_places(connection, place_set, places)
        codes = [Postcode("8020001", "40106", "浅野", "アサノ")]
        replace_postcodes(connection, PostcodeSet.of("40106", "2026-01-01", codes), codes)
    portal = Portal(city_of_module, shipped_reference(), clock=lambda: NOW)
    return create_app(portal, Settings()).test_client()


def ask(client, text, **more):
    response = client.post("/api/v1/suggest", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return response.get_json()["suggestions"]


@pytest.mark.parametrize(
    ("text", "district", "towns"),
    [
        ("青", None, ["青葉", "青山", "青葉台"]),
        ("青", "40107", ["青山"]),
        ("青", "40100", ["青葉", "青山", "青葉台"]),
        ("小倉南区青", None, ["青山"]),
        ("あさ", None, ["浅野"]),
        ("青葉2", None, ["青葉二丁目"]),
        ("", None, []),
        ("ｘ", None, []),
    ],
)
def test_towns_by_what_is_typed(client, text, district, towns):
    more = {"district": district} if district else {}
    assert [one["town"] for one in ask(client, text, **more)] == towns


def test_a_suggestion_can_be_filled_in_and_located(client):
    (first,) = ask(client, "青葉", limit=1)
    assert first["text"] == "福岡県北九州市小倉北区青葉"
    assert (first["municipality_code"], first["level"]) == ("40106", "town")
    located = client.post("/api/v1/locate", json={"address": first["text"]}).get_json()
    assert (located["status"], located["lon"]) == ("ok", first["lon"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "青", "limit": 0},
        {"text": "青", "limit": 51},
        {"text": "青" * 201},
        {"text": 5},
        {"text": "青", "district": "99999"},
        {"text": "青", "unknown": 1},
    ],
)
def test_wrong_questions_are_refused_without_repeating_them(client, body):
    response = client.post("/api/v1/suggest", json=body)
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert "青" not in response.text


def test_nothing_of_the_text_is_left_behind(client):
    with capture_logs() as logs:
        response = client.post("/api/v1/suggest", json={"text": "青葉台"})
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert "青" not in str(logs)
    assert client.get("/api/v1/suggest?text=青").status_code == 405
    assert "青" not in client.get("/metrics").text


def test_fifty_a_second_are_no_burden(client):
    ask(client, "青")
    start = time.process_time()
    for _ in range(100):
        ask(client, "青葉")
    assert time.process_time() - start < 2.0  # of 2 s at 50 a second; measured: a tenth of it
