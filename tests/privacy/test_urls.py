"""A home is in no URL: none that is asked for, none that is led to, none that can be passed on."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.privacy.conftest import ADDRESS, HOME, NOTE, routes, traces

_LINKS = re.compile(r'(?:href|src|action|formaction|content|data-[a-z-]*url)="([^"]*)"')
_HOMES = {"address", "near", "lon", "lat", "home", "origin", "point", "text", "note", "place"}
POINT = f"{HOME['lon']},{HOME['lat']}"


@pytest.fixture
def client(app):
    return app.test_client()


def links(response):
    return unescape(" ".join(_LINKS.findall(response.text)))


@pytest.mark.parametrize(
    "form",
    [
        {"address": ADDRESS},
        {"address": ADDRESS, "district": "40106", "kind": "clinic", "need": "VM.REG"},
        {"choice": ADDRESS, "address": "x"},
        {"lon": str(HOME["lon"]), "lat": str(HOME["lat"]), "point": POINT},
        {"note": NOTE, "address": ADDRESS},
        {"opened": "1", "address": ADDRESS, "role": "doctor"},
        {"from_note": "1", "address": ADDRESS, "note": NOTE},
        {"add": POINT, "place": ADDRESS, "area": "40106"},
    ],
    ids=range(8),
)
def test_pages_link_and_lead_to_no_home(app, client, form):
    for route in routes(app, "POST"):
        if route.path.startswith("/api/"):
            continue
        for language in ("ja", "en", "ja-easy"):
            response = client.post(route.path, query_string={"lang": language}, data=form)
            assert traces(str(response.headers)) == [], route
            if response.mimetype == "text/html":
                assert traces(links(response)) == [], (route, form)


def test_answers_of_the_api_link_to_no_home(client):
    body = {"near": HOME, "include": "all", "limit": 100}
    for path in ("/api/v1/search", "/api/v1/team"):
        sent = body if path.endswith("search") else {"near": HOME}
        response = client.post(path, json=sent)
        assert response.status_code == 200
        assert traces(str(response.headers)) == []
        assert traces(" ".join(re.findall(r'"(?:href|url)":"([^"]*)"', response.text))) == []


def test_no_operation_takes_a_home_in_its_url(client):
    paths = client.get("/api/openapi.json").get_json()["paths"]
    asked = [
        (path, parameter["name"])
        for path, operations in paths.items()
        for operation in operations.values()
        for parameter in operation.get("parameters", ())
    ]
    assert len(asked) > 10
    assert [(path, name) for path, name in asked if name in _HOMES] == []


def test_a_home_in_a_url_is_not_taken(client):
    query = {"address": ADDRESS, "point": POINT, **HOME}
    for path in ("/", "/search", "/team", "/note"):
        response = client.get(path, query_string=query)
        assert response.status_code in {200, 302, 303, 404}
        assert traces(response.text) == [], path
        assert traces(response.headers.get("Location", "")) == [], path
