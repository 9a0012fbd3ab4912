"""JSON-LD of schema.org on pages, expanded as a search engine does, without a network."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import HOSTILE

SCHEMA = "https://schema.org/"
IRIS = {"dayOfWeek", "url", "mainEntityOfPage", "propertyIdIri"}
"""What the context of schema.org calls addresses; every other value is text or a number."""
WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def blocks(client: FlaskClient, path: str, **headers: str) -> list[dict[str, Any]]:
    html = client.get(path, headers=headers).get_data(as_text=True)
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(text) for text in found]


def expanded(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Expand as JSON-LD 1.1 says for ``{"@vocab": "https://schema.org/"}``, and nothing else."""
    assert document.pop("@context") == "https://schema.org"
    nodes = document.pop("@graph", [document])
    return [node(one) for one in nodes]


def node(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, given in document.items():
        values = given if isinstance(given, list) else [given]
        if key == "@id":
            found[key] = given
        elif key == "@type":
            assert all(WORD.fullmatch(one) for one in values)
            found[key] = [SCHEMA + one for one in values]
        else:
            assert WORD.fullmatch(key)
            found[SCHEMA + key] = [term(key, one) for one in values]
    return found


def term(key: str, one: Any) -> dict[str, Any]:
    assert one is not None  # such a member would say nothing
    if isinstance(one, dict):
        return node(one)
    return {"@id": one} if key in IRIS else {"@value": one}


def value(node: dict[str, Any], name: str) -> Any:
    [one] = node[SCHEMA + name]
    return one.get("@value", one.get("@id", one))


@pytest.fixture
def client(app: Any) -> FlaskClient:
    return app.test_client()


def test_a_facility_is_what_it_is_with_public_facts(client: FlaskClient) -> None:
    [document] = blocks(client, "/facilities/near")
    [node] = expanded(document)
    assert node["@type"] == [f"{SCHEMA}MedicalClinic"]
    assert node["@id"] == "http://localhost/facilities/near"
    assert value(node, "name") == "見本ハートクリニック"
    [identifier] = node[f"{SCHEMA}identifier"]
    assert value(identifier, "value") == "4019000001"
    [place] = node[f"{SCHEMA}geo"]
    assert 33 < value(place, "latitude") < 34
    assert not blocks(client, "/facilities/coarse")[0].keys() & {"geo"}
    assert expanded(blocks(client, "/facilities/hostile")[0])[0]["@type"] == [f"{SCHEMA}Pharmacy"]


def test_a_hostile_name_stays_text(client: FlaskClient) -> None:
    html = client.get("/facilities/hostile").get_data(as_text=True)
    assert "<script>alert" not in html
    assert blocks(client, "/facilities/hostile")[0]["name"] == HOSTILE


def test_nothing_of_an_untrusted_name(client: FlaskClient) -> None:
    for path in ("/facilities/near", "/centres"):
        assert "evil" not in json.dumps(blocks(client, path, Host="evil.example"))


def test_centres_have_hours_and_areas(client: FlaskClient) -> None:
    [document] = blocks(client, "/centres")
    [centre] = expanded(document)
    assert value(centre, "name") == "小倉在宅医療・介護連携支援センター"
    assert value(centre, "telephone") == "093-932-7141"
    assert len(centre[f"{SCHEMA}areaServed"]) == 2
    assert f"{SCHEMA}openingHoursSpecification" not in centre  # nobody knows how old they are


def test_hours_are_the_week_that_is_certain(sample_city: FlaskClient) -> None:
    features = sample_city.get("/api/v1/facilities?district=40106&kind=clinic&limit=5").get_json()
    for feature in features["features"]:
        path = f"/facilities/{feature['id']}"
        hours = sample_city.get(f"/api/v1{path}").get_json()["properties"]["hours"]
        [node] = expanded(blocks(sample_city, path)[0])
        if hours is None or hours["stale"] is not False:
            assert f"{SCHEMA}openingHoursSpecification" not in node
            continue
        told = {
            (day["@id"].rpartition("/")[2], value(one, "opens"), value(one, "closes"))
            for one in node.get(f"{SCHEMA}openingHoursSpecification", ())
            for day in one[f"{SCHEMA}dayOfWeek"]
        }
        names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        stated = {
            (names[one["day"]], one["opens"], one["closes"])
            for one in hours["sessions"]
            if one["use"] == "consultation" and one["day"] < 7
        }
        assert {one for one in told if one[0] in names and one[1] != one[2]} == stated
        closed = {one[0] for one in told if one[1] == one[2]}
        assert {name for day, name in enumerate(names) if day in hours["closed_days"]} <= closed
