"""What only professionals are told is in no answer, file, log or copy that the public can have."""

from __future__ import annotations

import json
import logging
import re
import shutil

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from geoportal.cli.main import cli
from geoportal.desk.domain.account import Actor, Role
from geoportal.desk.domain.group import Group, Sort
from geoportal.desk.domain.ledger import CAPACITY, CONTACTS, Audience, Draft, Light
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.groups import make_group
from geoportal.desk.services.ledger import checked, write_entry
from geoportal.desk.store.database import open_desk
from geoportal.desk.web.application import attach
from geoportal.desk.web.desk_here import is_desk_path, is_layered_path
from geoportal.export.facilities import FORMATS
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.desk.conftest import CHEAP, SECRET, Browser, empty_desk, made  # noqa: F401 - a fixture
from tests.privacy.conftest import routes

CANARY = "himitsu-kanary"
WARD_PHONE = "093-987-6543"
TRACES = re.compile(rf"{CANARY}|{WARD_PHONE}|{WARD_PHONE.replace('-', '')}|desk_staff")
NEED = "AC.PAIN"
SEGMENTS = {
    "facility_id": ["near", "maybe"],
    "code": ["40106", "40100"],
    "member": [f"40106{each.ending}" for each in FORMATS],
    "scope": ["districts"],
    "collection": ["facilities"],
    "item": ["near"],
    **{name: ["0"] for name in ("zoom", "row", "column")},
}
"""What stands in the variable parts of addresses, so that answers hold facilities."""


@pytest.fixture(scope="module")
def city(small_city, empty_desk, tmp_path_factory):  # noqa: F811
    """A city in which everything that can be told to professionals is told of two facilities."""
    folder = tmp_path_factory.mktemp("professional")
    for name in ("test.db", "test.db.desk"):
        shutil.copy((small_city if name == "test.db" else empty_desk) / name, folder)
    database = open_database(folder / "test.db")
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    settings = Settings(secret_key=SECRET, database=str(folder / "test.db"))
    app = create_app(portal, settings)
    desk = attach(app, open_desk(str(folder / "test.db")), settings)
    desk = Desk(desk.database, SECRET, lambda: NOW, CHEAP)
    app.extensions["geoportal-desk"] = desk
    made(desk, "kokura.sato", Role.ADMINISTRATOR)
    vocabulary = shipped_reference().vocabulary
    secret = {"audience": Audience.PROFESSIONAL, "who": CANARY, "note": CANARY}
    for facility in ("near", "maybe"):
        values = {NEED: "yes", "VM.REG": "no", CAPACITY: Light.SOON.value}
        values |= dict.fromkeys(CONTACTS, CANARY) | {"ward_phone": WARD_PHONE}
        for number, (subject, value) in enumerate(values.items()):
            draft = checked(Draft(facility, subject, value, **secret), vocabulary, NOW.date())
            key = f"form-of-{facility}-{number:08}"
            write_entry(desk, Actor("account", "x"), draft, seen=10_000, key=key, centres={})
    group = Group(
        "", Sort.AROUND_CLOCK, CANARY, Audience.PROFESSIONAL, ("near", "maybe"), note=CANARY
    )
    make_group(desk, Actor("account", "x"), group, key="inside", is_sure=True)
    yield app, folder
    desk.database.engine.dispose()
    database.engine.dispose()


def paths_of(rule: str, path: str):
    """Yield addresses of a rule with something in its variable parts that is held."""
    variables = re.findall(r"<(?:[a-z]+(?:\([^>]*\))?:)?([a-z_]+)>", rule)
    yield path
    if variables:
        for number in range(max(len(SEGMENTS.get(name, ())) for name in variables) or 1):
            filled = rule
            for name in variables:
                held = SEGMENTS.get(name, ["near"])
                filled = re.sub(
                    rf"<(?:[a-z]+(?:\([^>]*\))?:)?{name}>", held[number % len(held)], filled
                )
            yield filled


QUESTIONS = (
    {"district": "40106", "need": NEED, "include": "all", "format": "csv", "note": "疼痛"},
    {"address": "北九州市小倉北区", "kind": "clinic", "format": "geojson", "id": "near"},
)
BODIES = (
    {"district": "40106", "needs": [NEED], "include": "all", "explain": True},
    {"ids": ["near", "maybe"], "text": "疼痛緩和", "near": {"lon": 130.88, "lat": 33.88}},
)


def answers_of(app, browser: Browser):
    """Yield what every route answers to questions that find the facilities."""
    for route in routes(app, "GET", "POST"):
        if route.rule == "/logout":
            continue
        for path in dict.fromkeys(paths_of(route.rule, route.path)):
            if route.method == "GET":
                yield path, browser.get(path)
                query = {"need": NEED, "needs": NEED, "district": "40106", "include": "all"}
                yield path, browser.get(path, query_string=query)
            elif path.startswith(("/api", "/ogc")):
                for body in BODIES:
                    yield path, browser._open("POST", path, json=body)
            else:
                for form in QUESTIONS:
                    yield path, browser.send(path, form)


@pytest.mark.slow
def test_no_answer_to_the_public_holds_what_professionals_know(city, caplog, capfd):
    app, folder = city
    caplog.set_level(logging.DEBUG)
    answered = set()
    with capture_logs() as logs:
        for path, answer in answers_of(app, Browser(app.test_client())):
            text = answer.data.decode("utf-8", "replace") + str(answer.headers)
            assert not TRACES.search(text), path
            if answer.status_code == 200:
                answered.add(path)
    files = {f"/data/files/districts/{member}" for member in SEGMENTS["member"]}
    assert {"/facilities/near", "/sitemaps/1.txt", "/metrics", "/export", *files} <= answered
    assert len(answered) > 55
    log = f"{logs}{caplog.text}{''.join(capfd.readouterr())}"
    assert not TRACES.search(log)
    files = [path for path in folder.rglob("*") if path.is_file() and ".desk" not in path.name]
    assert files
    assert not [path for path in files if TRACES.search(path.read_bytes().decode("latin-1"))]


@pytest.mark.slow
def test_staff_have_it_on_pages_that_nobody_keeps_and_nowhere_else(city):
    app, _ = city
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    shown = set()
    for path, answer in answers_of(app, browser):
        if TRACES.search(answer.data.decode("utf-8", "replace")):
            shown.add(path)
            assert is_layered_path(path) or is_desk_path(path), path
            assert answer.headers["Cache-Control"] == "no-store", path
            assert "Cookie" in answer.vary, path
            assert "Content-Encoding" not in answer.headers, path
            assert "noindex" in answer.headers["X-Robots-Tag"]
    assert {"/", "/results", "/facilities/near", "/desk/facilities/near"} <= shown


@pytest.mark.slow
def test_no_command_and_no_file_it_writes_holds_it(city, tmp_path, monkeypatch):
    _, folder = city
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ["search", "--district", "40106", "--need", NEED, "--include", "all"],
        ["export", "--district", "40106", "--out", "a.geojson"],
        ["export", "--district", "40106", "--out", "a.csv"],
        ["facility", "near"],
        ["doctor"],
        ["coverage", "40106", "--kind", "clinic", "--need", NEED, "--out", "pack"],
        ["survey", "export", "--out", "survey.xlsx"],
    ):
        done = CliRunner().invoke(cli, ["--db", str(folder / "test.db"), *arguments])
        assert not TRACES.search(done.output), arguments
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not TRACES.search(path.read_bytes().decode("latin-1")), path
    assert (tmp_path / "a.geojson").is_file()
    found = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    assert "near" in {feature["id"] for feature in found["features"]}


def test_the_service_worker_asks_as_a_stranger_and_keeps_nothing_of_staff(city):
    app, _ = city
    worker = Browser(app.test_client()).get("/sw.js").text
    assert 'credentials: "omit"' in worker
    assert "no-store" in worker
    listed = re.findall(r'"(/[^"]*)"', worker)
    assert not [path for path in listed if is_desk_path(path) or "desk" in path]
