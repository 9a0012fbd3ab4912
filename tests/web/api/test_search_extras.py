"""What stands beside search results over HTTP: counts, reasons, 16 km evidence, opening."""

from __future__ import annotations

import pytest

from tests.factories import KOKURA

NEAR = {"lon": KOKURA[0], "lat": KOKURA[1]}


@pytest.fixture
def client(app):
    return app.test_client()


def ask(client, **question):
    response = client.post("/api/v1/search", json={"near": NEAR, **question})
    assert response.status_code == 200, response.text
    return response.get_json()


def test_facets_are_there_on_request_only(client):
    assert "facets" not in ask(client)
    facets = ask(client, needs=["VM.REG"], facets=True)["facets"]
    assert set(facets) == {"counting", "kinds", "needs", "districts", "evidence"}
    kinds = {item["kind"]: item for item in facets["kinds"]}
    assert kinds["pharmacy"] == {
        "kind": "pharmacy",
        "match": 0,
        "possible": 0,
        "no": 0,
        "not_applicable": 1,
        "chosen": False,
    }
    needs = {item["need"]: item for item in facets["needs"]}
    assert (needs["AC.ULCER"]["match"], needs["AC.ULCER"]["no"]) == (1, 1)
    assert needs["VM.REG"]["chosen"] is True
    assert needs["VM.REG"]["match"] == ask(client)["counts"]["match"]  # as if it were dropped
    assert {item["district"] for item in facets["districts"]} == {"40106"}
    evidence = {item["evidence"]: item for item in facets["evidence"]}
    assert (evidence["survey"]["match"], evidence["survey"]["no"]) == (2, 1)
    assert evidence["none"]["possible"] == ask(client, needs=["VM.REG"])["counts"]["possible"]


def test_every_result_says_why_it_stands_there_when_asked(client):
    assert "why" not in ask(client)["features"][0]["properties"]
    features = ask(client, needs=["VM.REG"], explain=True)["features"]
    first = features[0]["properties"]
    assert first["place"] == 1
    assert [(reason["key"], reason["value"]) for reason in first["why"]][:2] == [
        ("band", "match"),
        ("distance_m", 0),
    ]
    assert all(reason["words_ja"] and reason["words_en"] for reason in first["why"])
    places = [feature["properties"]["place"] for feature in features]
    assert places == list(range(1, len(features) + 1))


def test_the_evidence_for_the_16_km_rule_is_in_the_answer(client):
    document = ask(client, needs=["VM.REG"], radius_m=100)  # the rule has its own radius
    evidence = document["visit_evidence"]
    around = ask(client, needs=["VM.REG"], kinds=["clinic", "hospital", "dental_clinic"], limit=1)
    counts = around["counts"]
    assert (evidence["limit_m"], evidence["institutions"]) == (16_000, sum(counts.values()))
    assert evidence["visiting"] == counts["match"] == 2
    assert evidence["needs"]["VM.REG"] == {
        "yes": 2,
        "no": counts["no"],
        "unknown": counts["possible"],
        "yes_visiting": 2,
        "unknown_visiting": 0,
    }
    assert "visit_evidence" not in ask(client)


def test_a_need_that_is_not_about_a_kind_says_so_and_is_not_asked_of_it_unbidden(client):
    asked = {"needs": ["VM.REG"], "kinds": ["clinic", "pharmacy"], "include": "all"}
    document = ask(client, **asked)
    found = {f["id"]: f["properties"] for f in document["features"]}
    assert found["hostile"]["needs"]["VM.REG"] == {"value": "not_applicable"}
    assert found["hostile"]["match"] == "not_applicable"
    assert document["features"][-1]["properties"]["match"] == "not_applicable"
    assert document["counts"]["not_applicable"] == 1
    assert "hostile" not in {f["id"] for f in ask(client, needs=["VM.REG"])["features"]}
    needs = {key: about["needs"]["VM.REG"] for key, about in found.items()}
    assert "applicable" not in needs["near"]


def test_both_forms_of_the_contract_stay_apart_from_the_others(client):
    document = ask(client, needs=["VM.REG", "AC.PAIN"], kinds=["hospital"])
    assert document["counts"]["match"] == 0
    for item in document["relaxations"]:
        assert set(item) in ({"drop", "adds"}, {"radius_m", "adds"})
    assert all(item["adds"] > 0 for item in document["relaxations_more"])


@pytest.mark.parametrize("use", ["consultation", "reception", "care_manager"])
def test_a_time_may_be_asked_for_consultation_reception_or_care_managers(client, use):
    document = ask(client, open_at="2026-11-24T10:00+09:00", open_use=use)
    said = {f["properties"]["open_at"] for f in document["features"]}
    assert said <= ({"open", "closed", "unknown"} if use == "consultation" else {"unknown"})


@pytest.mark.parametrize(
    ("change", "field"),
    [({"open_use": "x"}, "open_use"), ({"facets": "x"}, "facets"), ({"explain": 2}, "explain")],
)
def test_wrong_switches_are_refused_with_their_field(client, change, field):
    response = client.post("/api/v1/search", json={"near": NEAR, **change})
    assert response.status_code == 400
    assert response.get_json()["errors"][0]["field"] == field


def test_totals_of_today_are_not_given_out(client):
    ask(client)
    assert client.get("/api/v1/exposure").get_json()["days"] == []
