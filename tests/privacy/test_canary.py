"""A home sent through every route and command, in every place and writing, stays nowhere."""

from __future__ import annotations

import json
import logging
import re
from html import unescape
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs
from werkzeug.datastructures import MultiDict

from geoportal.cli.main import cli
from tests.privacy.canary import CANARY, CONDITION, POINT, POINTS, TOWN, traces, writings
from tests.privacy.conftest import routes
from tests.rounds import IS_LONG

_LINKS = re.compile(r'(?:href|src|action|formaction|content|data-[a-z-]*url)="([^"]*)"')
_NAMES = re.compile(r'\bname="([a-z_-]+)"')
HEADERS = (
    "User-Agent", "Referer", "Cookie", "Accept-Language", "X-Forwarded-For", "X-Request-Id",
    "If-None-Match", "Origin", "Authorization", "X-Forwarded-Host",
)  # fmt: skip
WRITINGS = writings() | POINTS
JSON_BODIES = (
    lambda canary: {"near": {"address": canary}},
    lambda canary: {"near": canary},
    lambda canary: {"near": {"lon": canary, "lat": 33.8876543}},
    lambda canary: {canary: 1},
    lambda canary: {"near": {canary: canary}},
    lambda canary: {"q": [canary], "district": canary, "kinds": [canary], "needs": [canary]},
    lambda canary: {"address": {canary: canary}},
    lambda canary: {"text": [canary], "language": canary},
    lambda canary: {"roles": [{"role": canary, "kinds": [canary]}]},
    lambda canary: [canary],
    lambda canary: canary,
)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def kept(tmp_path, caplog, capfd):
    """Return a function that looks for traces in logs, output and every file of the test.

    A file that holds what it held before anything was sent has none.
    """

    def contents():
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = contents()

    def look(logs=()):
        files = contents()
        assert files
        written = [held for path, held in files.items() if before.get(path) != held]
        latin = (held.decode("latin-1") for held in written)
        utf8 = (held.decode("utf-8", "ignore") for held in written)
        return traces(str(logs), caplog.text, *capfd.readouterr(), *latin, *utf8)

    caplog.set_level(logging.DEBUG)
    return look


def header_value(text):
    """A text as a client can send it in a header."""
    return re.sub(r"[\x00-\x1f\x7f]", "", text.encode().decode("latin-1"))


def field_names(app, client):
    """Names of the fields of all forms, and of whatever the API takes."""
    names = {"filters", "choice", "q", "home", "lon", "lat", "point", "address"}
    for route in routes(app, "GET"):
        if "<" not in route.rule and not route.path.startswith("/api/"):
            names |= set(_NAMES.findall(client.get(route.path).text))
    return sorted(names)


def check(route, response):
    """No header, no link and no error tells what was sent."""
    assert traces(str(response.headers)) == [], (route, response.status)
    if response.status_code >= 400 and response.mimetype != "text/html":
        assert traces(response.text) == [], (route, response.status)
    elif response.mimetype == "text/html" and route.method == "POST":
        links = unescape(" ".join(_LINKS.findall(response.text)))
        assert traces(links) == [], (route, response.status)


def test_in_every_writing_in_path_query_and_headers(app, client, kept):
    """Each route in one of six writings, each writing on one of six routes; all by make long."""
    answered = set()
    step = 1 if IS_LONG else 6
    with capture_logs() as logs:
        for number, route in enumerate(routes(app, "GET", "POST", "PUT", "DELETE", "OPTIONS")):
            for name, canary in list(WRITINGS.items())[number % step :: step]:
                headers = {
                    header: header_value(canary)
                    for position, header in enumerate(HEADERS)
                    if (position + len(name)) % 2
                }
                path = re.sub(r"himitsu-path", lambda _found, c=canary: c, route.path)
                query = {"address": canary, "near": canary, canary: "1", "lang": canary}
                response = client.open(
                    path.replace("?", ""), method=route.method, query_string=query, headers=headers
                )
                answered.add(response.status_code)
                assert traces(str(response.headers)) == [], (route, name)
                if response.status_code >= 400:
                    assert traces(response.text) == [], (route, name)
        metrics = client.get("/metrics").text
    assert {200, 404} <= answered
    assert traces(metrics) == []
    assert kept(logs) == []


@pytest.mark.parametrize("whole", [False, True], ids=["field by field", "all fields"])
def test_in_every_field_of_every_form(app, client, kept, whole):
    names = field_names(app, client)
    assert {"address", "note", "need", "kind", "district"} <= set(names)
    forms = [dict.fromkeys(names, CANARY)] if whole else [{name: CANARY} for name in names]
    if whole:
        forms += [dict.fromkeys(names, canary) for canary in WRITINGS.values()]
    with capture_logs() as logs:
        for route in routes(app, "POST"):
            if route.path.startswith("/api/"):
                continue
            for form in forms:
                check(route, client.post(route.path, data=MultiDict(form)))
    assert kept(logs) == []
    assert traces(client.get("/metrics").text) == []


def test_in_every_place_of_every_body(app, client, kept):
    statuses = set()
    document = client.get("/api/openapi.json").get_json()
    keys = sorted(set(re.findall(r'"([a-z_]+)":', json.dumps(document["components"]["schemas"]))))
    assert {"near", "needs", "address", "text"} <= set(keys)
    bodies = [make(CANARY) for make in JSON_BODIES] + [{key: CANARY} for key in keys]
    bodies += [make(canary) for canary in WRITINGS.values() for make in JSON_BODIES[:2]]
    with capture_logs() as logs:
        for route in routes(app, "POST"):
            if not route.path.startswith("/api/"):
                continue
            for body in bodies:
                response = client.post(route.path, json=body)
                statuses.add(response.status_code)
                check(route, response)
            for raw in (f'{{"near": "{CANARY}"', CANARY, f'{{"near": {POINT}}}'):
                check(route, client.post(route.path, data=raw, content_type="application/json"))
                check(route, client.post(route.path, data=raw, content_type=CONDITION))
    typed_wrong = client.post("/api/v1/search", json={"raduis_m": 1, "q": "x"}).get_json()
    assert [error["field"] for error in typed_wrong["errors"]] == ["raduis_m"]
    illness = client.post("/api/v1/search", json={"parkinson": 1, "q": "x"}).get_json()
    assert [error["field"] for error in illness["errors"]] == ["(unknown key)"]
    assert {200, 400} <= statuses
    assert kept(logs) == []
    assert traces(client.get("/metrics").text) == []


def questions(command, before=()):
    """Yield command lines with the canary in every place that takes a text."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if name not in {"serve", "fetch", "init"}:  # these ask about no home
                yield from questions(command.get_command(context, name), (*before, name))
        return
    if not any(
        isinstance(given.type, click.Path)
        for given in command.params
        if isinstance(given, click.Argument)
    ):
        yield [*before, CANARY]
    yield [*before, "--address", CANARY]
    for parameter in command.params:
        takes_text = isinstance(parameter, click.Option) and not parameter.is_flag
        if takes_text and parameter.name != "out" and not isinstance(parameter.type, click.Path):
            yield [*before, parameter.opts[-1], CANARY]


@pytest.mark.slow
def test_in_every_place_of_every_command(city, tmp_path, monkeypatch, kept):
    database = Path(city.engine.url.database)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    asked = set()
    for question in questions(cli):
        asked.add(question[0])
        CliRunner().invoke(cli, ["--db", str(database), *question])
    assert {"search", "geocode", "team", "interpret", "export"} <= asked
    assert list(here.iterdir()) == []
    assert kept() == []


@pytest.mark.parametrize("name", WRITINGS)
def test_a_trace_is_found_in_each_writing(name):
    """The search itself: each writing, alone and within other text."""
    assert traces(f"x{WRITINGS[name]}y")
    assert traces(WRITINGS[name])
    assert TOWN in CANARY
    assert traces("北九州市小倉北区 130.88 33.88") == []
