"""One view per request: an import that lands in the middle of a request changes nothing in it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from geoportal.index.uuids import uuid_of
from geoportal.search.exposure import ExposureLedger
from geoportal.services import portal as portals
from geoportal.services.portal import Portal
from geoportal.services.view import View
from geoportal.store.database import advance_dataset_version
from geoportal.store.facilities import iter_facilities, remove_facilities, write_facilities
from tests.factories import KOKURA

HOME = {"lon": KOKURA[0], "lat": KOKURA[1]}
ARGUMENTS = {
    "facility_id": "near",
    "code": "40106",
    "number": "1",
    "part": 1,
    "name": "figures.xlsx",
    "zoom": 12,
    "column": 3534,
    "row": 1627,
    "scope": "districts",
    "member": "40106.csv",
    "collection": "facilities",
    "item": "near",
    "kind": "Organization",
    "rest": "no/such/kind",
    "table": "services",
    "uuid": str(uuid_of("near")),
}
QUERIES: dict[str, dict[str, Any]] = {
    "/": {"district": "40106", "need": "VM.REG", "why": "1"},
    "/api/v1/facilities": {"district": "40106", "need": "VM.REG"},
    "/api/v1/changes": {"source": "kaigo"},
    "/api/v1/clusters": {"bbox": "130.7,33.7,131,34", "zoom": 12},
    "/api/v1/outlines": {"bbox": "130.7,33.7,131,34", "zoom": 12},
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/search": {"near": HOME, "needs": ["VM.REG"], "explain": True, "facets": True},
    "/api/v1/team": {"near": HOME},
    "/api/v1/isochrones": {"near": HOME},
    "/api/v1/interpret": {"text": "褥瘡、訪問診療"},
    "/api/v1/locate": HOME,
    "/api/v1/suggest": {"text": "小倉"},
    "/api/v1/coverage": {"area": "40106", "need": ["VM.REG"], "remove": ["near"]},
}
FORMS: dict[str, dict[str, Any]] = {
    "/": HOME | {"kind": "clinic", "address": "小倉北区"},
    "/results": {"district": "40106", "need": "VM.REG"},
    "/note": {"note": "褥瘡、訪問診療"},
    "/team": {"opened": "1", "role": "doctor", "address": "小倉北区"},
    "/export": {"district": "40106", "need": "VM.REG", "format": "csv"},
    "/shortlist": HOME,
    "/shortlist/lines": HOME | {"id": "near"},
    "/coverage": {"area": "40106", "need": "VM.REG", "remove": "near"},
    "/fhir/<kind>/_search": {"type": "clinic"},
    "/fhir/": {},
    "/fhir/<path:rest>": {},
}


@pytest.fixture
def taken(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let imports land before and after a view is taken; return the versions of those taken."""
    versions: list[str] = []
    take = Portal.view
    with portal.database.engine.connect() as connection:
        facilities = list(iter_facilities(connection))

    def take_between_imports(self: Portal) -> View:
        with self.database.engine.begin() as connection:
            write_facilities(connection, facilities)
            advance_dataset_version(connection, "all of them")
        view = take(self)
        versions.append(view.snapshot.version)
        with self.database.engine.begin() as connection:
            remove_facilities(connection, [facility.id for facility in facilities])
            advance_dataset_version(connection, "none of them")
        return view

    monkeypatch.setattr(portals, "_VERSION_CHECK_SECONDS", 0.0)
    monkeypatch.setattr(Portal, "view", take_between_imports)
    return versions


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Return method, rule and an address of every route."""
    urls = app.url_map.bind("localhost")
    return [
        (method, rule.rule, urls.build(rule.endpoint, _arguments(rule)))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def _arguments(rule: Rule) -> dict[str, Any]:
    return {name: ARGUMENTS[name] for name in rule.arguments}


def ask(client: FlaskClient, method: str, rule: str, address: str) -> TestResponse:
    if method == "GET":
        return client.get(address, query_string=QUERIES.get(rule))
    if rule in BODIES:
        return client.post(address, json=BODIES[rule])
    return client.post(address, data=FORMS[rule])


NOT_ANSWERED = {
    "GET /api/v1/changes": 404,
    "GET /changes.xlsx": 404,
    "GET /coverage/figures.xlsx": 404,
    "GET /data/editions/1": 404,
    "GET /data/changes/districts/40106.csv": 404,
    "GET /data/examples/figures.xlsx": 404,
    "GET /data/files/districts/40106.csv": 503,
    "GET /fhir/Organization/figures.xlsx": 404,
    "GET /fhir/no/such/kind": 404,
    "GET /ogc/collections/facilities/tiles/WebMercatorQuad/12/1627/3534": 404,
    "POST /fhir/": 405,
    "POST /fhir/no/such/kind": 405,
    "GET /tiles/12/3534/1627": 404,
}
"""The small city holds no editions to compare, no people, no base map
and nobody outside the ward; a file of a
version that is gone when it is made is to be asked for again."""


@pytest.mark.slow
def test_every_route_answers_from_one_view(app: Flask, taken: list[str]) -> None:
    client = app.test_client()
    statuses = {}
    versions = 0
    for method, rule, address in routes(app):
        taken.clear()
        response = ask(client, method, rule, address)
        about = f"{method} {address}"
        statuses[about] = response.status_code
        assert len(taken) <= 1, about
        document = response.get_json(silent=True) or {}
        if "dataset_version" in document:
            assert document["dataset_version"] == taken[0], about
            versions += 1
    assert versions >= 6
    refused = {about: status for about, status in statuses.items() if status >= 400}
    assert refused == NOT_ANSWERED


def test_a_result_that_is_gone_meanwhile_is_still_told_whole(app: Flask, taken: list[str]) -> None:
    client = app.test_client()
    first = client.post("/api/v1/search", json=BODIES["/api/v1/search"]).get_json()
    assert first["numberReturned"] == len(first["features"]) > 3
    assert all("open_now" in feature["properties"] for feature in first["features"])
    second = client.post("/api/v1/search", json=BODIES["/api/v1/search"]).get_json()
    assert second["dataset_version"] != first["dataset_version"]


def test_only_questions_count_as_shown(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger of who was shown counts the search of the API and of the page, nothing else."""
    counted: list[str] = []
    client = app.test_client()
    for method, rule, address in routes(app):
        with monkeypatch.context() as patch:
            patch.setattr(
                ExposureLedger, "record", lambda *_, a=f"{method} {address}": counted.append(a)
            )
            ask(client, method, rule, address)
    assert counted == ["POST /api/v1/search", "GET /", "POST /", "POST /results"]


def test_a_start_page_nobody_asked_anything_of_does_not_count(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExposureLedger, "record", lambda *_: pytest.fail("counted"))
    client = app.test_client()
    assert client.get("/").status_code == 200
    page = client.post("/api/v1/search", json=BODIES["/api/v1/search"] | {"offset": 1})
    assert page.status_code == 200
