"""A home sent to the staff side by somebody who is not signed in stays nowhere; nor by a tool."""

from __future__ import annotations

import logging
import re
import shutil
from html import unescape

import pytest
from structlog.testing import capture_logs

from geoportal.assistant.server import make_server
from geoportal.desk.store.database import open_desk
from geoportal.desk.web.application import attach
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from geoportal.web.current_view import EXTENSION
from tests.conftest import NOW
from tests.desk.conftest import HTTPS, SECRET, empty_desk  # noqa: F401 - a fixture
from tests.privacy.canary import CANARY, traces, writings
from tests.privacy.conftest import SEGMENT, routes

LINKS = re.compile(r'(?:href|src|action|content|value)="([^"]*)"')
SOME = ("plain", "percent twice")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def folder(small_city, empty_desk, tmp_path):  # noqa: F811
    for source, name in ((small_city, "test.db"), (empty_desk, "test.db.desk")):
        shutil.copy(source / name, tmp_path)
    return tmp_path


def portal_of(folder):
    database = open_database(str(folder / "test.db"))
    return Portal(database, shipped_reference(), clock=lambda: NOW)


@pytest.fixture
def attached(folder):
    path = str(folder / "test.db")
    settings = Settings(secret_key=SECRET, database=path)
    app = create_app(portal_of(folder), settings)
    attach(app, open_desk(path), settings)
    return app


def held(folder, *logs):
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    texts = [data.decode(name, "ignore") for data in files for name in ("latin-1", "utf-8")]
    return traces(*map(str, logs), *texts)


@pytest.mark.slow
def test_in_path_query_and_form_of_every_page_of_staff(attached, folder, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    client = attached.test_client()
    public = {rule.rule for rule in create_app(portal_of(folder), Settings()).url_map.iter_rules()}
    token = TOKEN.search(client.get("/login", base_url=HTTPS).text)
    seen, tried = set(), set()
    with capture_logs() as logs:
        for route in routes(attached, "GET", "POST"):
            if route.rule in public:
                continue
            for name in SOME:
                canary = writings()[name]
                path = route.path.replace(SEGMENT, canary).replace("?", "")
                form = dict.fromkeys(("name", "email", "account", "text", "note", "next"), canary)
                response = client.open(
                    path,
                    method=route.method,
                    base_url=HTTPS,
                    query_string={"next": f"/desk/{canary}", "q": canary, canary: "1"},
                    data={**form, "csrf_token": token[1] if token else ""}
                    if route.method == "POST"
                    else None,
                )
                seen.add(response.status_code)
                tried.add(route.rule)
                assert response.status_code < 500, route
                assert traces(str(response.headers)) == [], (route, name, response.status)
                if response.status_code >= 400:
                    assert traces(response.text) == [], (route, name)
                else:
                    links = unescape(" ".join(LINKS.findall(response.text)))
                    assert traces(links) == [], (route, name)
    assert len(seen) > 1
    assert {"/desk/cases", "/login", "/o/calendar/<token>", "/events", "/events.ics"} <= tried
    assert held(folder, logs, caplog.text, *capfd.readouterr()) == []


@pytest.mark.slow
def test_in_every_place_of_every_tool_of_an_assistant(attached, folder, caplog, capfd):
    from mcp import Client

    from tests.unit.serving import loop

    caplog.set_level(logging.DEBUG)
    view = attached.extensions[EXTENSION].view

    async def ask():
        answers = []
        async with Client(make_server(view)) as client:
            for tool in (await client.list_tools()).tools:
                places = [*tool.input_schema["properties"], CANARY]
                for asked in ({place: value} for place in places for value in (CANARY, [CANARY])):
                    answers.append(await client.call_tool(tool.name, asked))
        return answers

    refused = [answer for answer in loop.run(ask()) if answer.is_error]
    assert refused
    assert traces(*(str(answer.content) for answer in refused)) == []
    assert held(folder, caplog.text, *capfd.readouterr()) == []
