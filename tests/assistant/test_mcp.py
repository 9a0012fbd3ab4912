"""The tools of an assistant, called by MCP's own client: they answer what the API answers."""

from __future__ import annotations

import json
import sys
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from flask import Flask
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from geoportal.assistant.server import make_server
from geoportal.cli.main import cli
from geoportal.services.portal import Portal
from tests.factories import KOKURA
from tests.unit.serving import loop

NEAR = {"lon": KOKURA[0], "lat": KOKURA[1]}
NAMES = {"search", "team", "interpret", "facility", "coverage"}


def call(portal: Portal, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    async def run() -> list[Any]:
        async with Client(make_server(portal.view)) as client:
            return [await client.call_tool(name, asked) for name, asked in calls]

    return loop.run(run())


def test_tools_say_what_they_take_and_that_nothing_is_kept(portal: Portal) -> None:
    async def run() -> Any:
        async with Client(make_server(portal.view)) as client:
            return client.instructions, (await client.list_tools()).tools

    instructions, tools = loop.run(run())
    assert "nothing that is sent is kept" in instructions
    assert {tool.name for tool in tools} == NAMES
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert tool.input_schema["additionalProperties"] is False
        assert "Nothing that is sent is kept" in tool.description
        assert tool.annotations.read_only_hint


def test_each_tool_answers_what_the_api_answers(portal: Portal, app: Flask) -> None:
    client = app.test_client()
    search = {"near": NEAR, "needs": ["VM.REG"]}
    note = {"text": "訪問診療の先生をさがしています"}
    found, team, read, one = call(
        portal,
        ("search", search),
        ("team", {"near": NEAR}),
        ("interpret", note),
        ("facility", {"number": "4019000001"}),
    )
    assert found.structured_content == client.post("/api/v1/search", json=search).get_json()
    assert json.loads(found.content[0].text) == found.structured_content
    assert team.structured_content == client.post("/api/v1/team", json={"near": NEAR}).get_json()
    assert read.structured_content == client.post("/api/v1/interpret", json=note).get_json()
    told = client.get("/api/v1/facilities/near").get_json(force=True)
    assert one.structured_content["features"] == [told]


@pytest.mark.slow
def test_coverage_is_that_of_the_api(sample_portal: Portal) -> None:
    asked = {"area": "40106", "kind": ["clinic"], "need": ["VM.REG"]}
    (held,) = call(sample_portal, ("coverage", asked))
    assert not held.is_error
    (row,) = held.structured_content["districts"]
    assert row["district"] == "40106"
    assert row["sentence"]
    assert "cells" not in held.structured_content


def test_what_makes_no_sense_is_refused_and_not_repeated(portal: Portal) -> None:
    home = "北九州市小倉北区城内9-9"
    refused = call(
        portal,
        ("search", {"near": {"address": f"架空県架空市{home}"}}),
        ("search", {"near": NEAR, home: 1}),
        ("search", {"near": NEAR, "needs": [home]}),
        ("search", {"near": NEAR, "radius_m": "x" + home}),
        ("team", {}),
        ("facility", {"number": home[:9]}),
        ("coverage", {"area": home[:9]}),
        ("nothing", {"near": home}),
    )
    for answer in refused:
        assert answer.is_error
        assert "城内" not in answer.content[0].text
        assert "小倉" not in answer.content[0].text


def test_hostile_arguments_are_refused_by_what_they_are(portal: Portal) -> None:
    deep: Any = "VM.REG"
    for _ in range(200):
        deep = [deep]
    hostile = (
        ("interpret", {"text": "\ud800"}),
        ("interpret", {"text": "訪問" * 100_000}),
        ("interpret", {"text": "\x00\x1b[31m"}),
        ("search", {"near": {"lon": float("nan"), "lat": 33.9}}),
        ("search", {"near": {"lon": "1e400", "lat": 33.9}}),
        ("search", {"near": None, "limit": -1}),
        ("search", {"near": NEAR, "needs": deep}),
        ("search", {"near": NEAR, "needs": ["VM.REG"] * 10_000}),
        ("search", {"district": "'; DROP TABLE facility; --"}),
        ("facility", {"number": "../../etc/passwd"}),
        ("facility", {"number": "\ud800"}),
        ("facility", {"number": {"$ne": ""}}),
        ("coverage", {"area": ["40106"]}),
    )
    for asked, answer in zip(hostile, call(portal, *hostile), strict=True):
        text = answer.content[0].text
        assert "fault of ours" not in text, asked
        assert "passwd" not in text
        assert "DROP" not in text
        assert answer.is_error or asked[0] == "interpret", asked


def test_without_the_package_it_is_said_what_to_install(city, monkeypatch) -> None:
    for name in [m for m in sys.modules if m == "mcp" or m.startswith(("mcp.", "mcp_types"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "geoportal.assistant.server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    done = CliRunner().invoke(cli, ["--db", str(city.engine.url.database), "mcp"])
    assert done.exit_code == 2
    assert 'pip install "geoportal[mcp]"' in done.output
    assert CliRunner().invoke(cli, ["mcp", "--json"]).exit_code == 2


@pytest.mark.slow
def test_it_is_served_on_stdin_and_stdout(city) -> None:
    place = str(city.engine.url.database)
    started = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from geoportal.cli.main import main; main()", "--db", place, "mcp"],
    )

    async def run() -> Any:
        async with Client(stdio_client(started)) as client:
            return await client.call_tool("search", {"q": "見本ハート"})

    found = loop.run(run())
    assert [one["id"] for one in found.structured_content["features"]] == ["near"]
