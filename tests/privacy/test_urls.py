"""A home is in no URL: none that is asked for, none that is led to, none that can be passed on."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest
from werkzeug.datastructures import MultiDict

from geoportal.settings import Settings
from geoportal.web.app import create_app
from geoportal.web.pages.search_form import SearchForm
from tests.privacy.conftest import ADDRESS, HOME, NOTE, routes, traces
from tests.rounds import IS_LONG

_LINKS = re.compile(r'(?:href|src|action|formaction|content|data-[a-z-]*url)="([^"]*)"')
_HOMES = {"address", "near", "lon", "lat", "home", "origin", "point", "text", "note", "place"}
POINT = f"{HOME['lon']},{HOME['lat']}"
LANGUAGES = ("ja", "en", "ja-easy")


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
    """Each route in one language, by turns; all of them by ``make long``."""
    for number, route in enumerate(routes(app, "POST")):
        if route.path.startswith("/api/"):
            continue
        for language in LANGUAGES if IS_LONG else LANGUAGES[(number + len(form)) % 3 :][:1]:
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


@pytest.mark.slow
def test_a_home_that_is_placed_is_in_no_link(sample_portal):
    application = create_app(sample_portal, Settings())
    client = application.test_client()
    home = "北九州市小倉北区桜並木一丁目77番88号"
    placed = sample_portal.view().geocode(home)
    seen = 0
    for route in routes(application, "POST"):
        if route.path.startswith("/api/"):
            continue
        for extra in (
            {},
            {"opened": "1", "role": "doctor"},
            {"district": "40106", "kind": "clinic"},
        ):
            form = {"address": home, "note": f"住まいは{home}", **extra}
            response = client.post(route.path, data=form)
            seen += "77番88号" in response.text
            led = unquote(links(response) + str(response.headers))
            for trace in ("77番88号", str(placed.lon)[:8], str(placed.lat)[:7]):
                assert trace not in led, route
    assert seen >= 3


def test_what_a_form_shares_holds_no_home():
    values = MultiDict({"address": ADDRESS, "district": "40106", "point": POINT, **HOME})
    form = SearchForm.read(values, posted=True)
    assert form.address == ADDRESS
    placed = replace(form, point=(HOME["lon"], HOME["lat"]))
    for shared in (placed.query_string("en"), placed.filters(), str(placed.shareable())):
        assert "40106" in shared
        assert traces(shared + unquote(shared)) == []
