"""A city whose staff signs in: on SQLite and PostgreSQL, at a moment that tests move on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from geoportal.desk.domain.account import COMMAND_LINE, Account, Role
from geoportal.desk.services.accounts import make_account
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.passwords import hash_of
from geoportal.desk.store.accounts import set_password_hash
from geoportal.desk.store.audit import read_audit
from geoportal.desk.store.database import DeskDatabase, open_desk
from geoportal.desk.web.application import attach
from geoportal.desk.web.desk_here import EXTENSION
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.centres import read_centres, write_centres
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.web.app import create_app
from tests.conftest import NOW, BuildOnce
from tests.postgres import POSTGRES, own_postgres, sql_as_new

SECRET = "a secret of the tests, long enough to be taken"  # noqa: S105
PASSWORD = "correct horse battery"  # noqa: S105
HTTPS = "https://localhost"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_ON_BOTH = {
    *("test_accounts", "test_cases", "test_events", "test_feeds", "test_figures", "test_groups"),
    *("test_ledger", "test_sign_in", "test_standby", "test_store", "test_surveys"),
    "test_whom_to_ask",
}
"""Modules that run on PostgreSQL whenever there is one: together they send all SQL of the desk.

The others run there with ``make long``.
"""
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Clock:
    """A clock that stands still until it is moved on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Browser:
    """One browser of a member of staff, over TLS."""

    client: FlaskClient
    address: str = "127.0.0.1"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options):
        return self._open("GET", path, **options)

    def post(self, path: str, form: dict[str, str], *, page: str = "", **options):
        """Send a form with the token of the page it stands on (the same path by default)."""
        found = _TOKEN.search(self.get(page or path).text)
        token = {"csrf_token": found[1]} if found else {}
        return self._open("POST", path, data={**token, **form}, **options)

    def send(self, path: str, form: dict[str, str], **options):
        """Send a form as it is."""
        return self._open("POST", path, data=form, **options)

    def sign_in(self, name: str, password: str = PASSWORD, code: str = ""):
        form = {"name": name, "password": password, "code": code}
        return self.post("/login", form)

    def cookie(self) -> str:
        held = self.client.get_cookie("__Host-desk", domain="localhost")
        return held.value if held else ""

    def set_cookie(self, value: str) -> None:
        self.client.set_cookie("__Host-desk", value, domain="localhost")

    def _open(self, method: str, path: str, **options):
        given = {"base_url": HTTPS, "environ_base": {"REMOTE_ADDR": self.address}, **options}
        given["headers"] = {**self.headers, **given.get("headers", {})}
        return self.client.open(path, method=method, **given)


def made(desk: Desk, name: str, role: Role = Role.COORDINATOR, centre: str = "kokura") -> Account:
    """Return an account as it is once it has chosen its own password."""
    wanted = Account("", name, f"見本 {name}", role, centre if role is Role.COORDINATOR else "")
    account, _ = make_account(desk, COMMAND_LINE, wanted, ["kokura", "yahata"])
    with desk.database.writing() as connection:
        set_password_hash(connection, account.id, hash_of(desk.hasher, PASSWORD), must_change=False)
    return replace(account, must_change=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def empty_desk(built_once: BuildOnce) -> Path:
    """Return a directory with ``test.db.desk``: the staff's tables without rows. Copy it."""
    return built_once(
        "desk",
        lambda directory: open_desk(str(directory / "test.db"), create=True).engine.dispose(),
    )


@pytest.fixture(scope="session")
def desk_on_postgres() -> Iterator[tuple[DeskDatabase, str]]:
    """Yield this worker's staff side on the server of the tests, and what makes it as new.

    A database of its own for each test would cost a second each, as the server makes them.
    """
    opened = open_desk(own_postgres("_desk"), create=True)
    with opened.writing() as connection:
        as_new = sql_as_new(connection)
    yield opened, as_new
    opened.engine.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs the staff's tables on both databases."""
    if "desk_database" not in metafunc.fixturenames:
        return
    is_on_both = metafunc.definition.path.stem in _ON_BOTH
    marks = [pytest.mark.postgres, *([] if is_on_both else [pytest.mark.long])]
    databases = ["sqlite", pytest.param("postgres", marks=marks)]
    metafunc.parametrize("desk_database", databases, indirect=True)


@pytest.fixture
def desk_database(request, tmp_path, empty_desk) -> Iterator[DeskDatabase]:
    if request.param == "postgres" and not POSTGRES:
        pytest.skip("no PostgreSQL: GEOPORTAL_TEST_POSTGRES is not set")
    if request.param == "postgres":
        shared, as_new = request.getfixturevalue("desk_on_postgres")
        with shared.writing() as connection:
            connection.exec_driver_sql(as_new)
        yield shared
        return
    shutil.copy(empty_desk / "test.db.desk", tmp_path)
    opened = open_desk(str(tmp_path / "test.db"))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def desk(desk_database, clock) -> Desk:
    return Desk(desk_database, SECRET, clock, CHEAP)


@pytest.fixture(scope="session")
def application(small_city, tmp_path_factory) -> Iterator[Flask]:
    """An application with its staff side over the small city with a second centre.

    The data never change, so it serves all tests of a worker; each puts its own desk into it.
    """
    folder = tmp_path_factory.mktemp("desk-city")
    shutil.copy(small_city / "test.db", folder)
    city = open_database(folder / "test.db")
    with city.engine.begin() as connection:
        (held,) = read_centres(connection)
        other = replace(held, id="yahata", name="八幡センター", districts=("40109",))
        write_centres(connection, [replace(held, districts=("40106",)), other])
        advance_dataset_version(connection, "a second centre")
    settings = Settings(secret_key=SECRET)
    made_app = create_app(Portal(city, shipped_reference(), clock=lambda: NOW), settings)
    attach(made_app, DeskDatabase(sa.create_engine("sqlite://")), settings)
    yield made_app
    city.engine.dispose()


@pytest.fixture
def app(application, desk) -> Flask:
    application.extensions[EXTENSION] = desk
    return application


@pytest.fixture
def browser(app) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def coordinator(desk) -> Account:
    return made(desk, "kokura.sato")


@pytest.fixture
def administrator(desk) -> Account:
    return made(desk, "city.ito", Role.ADMINISTRATOR)


def trail(desk: Desk) -> list[str]:
    """Return what the audit trail says was done, in order."""
    with desk.database.reading() as connection:
        return [entry.action for entry in reversed(read_audit(connection))]


def count(desk: Desk, table: str) -> int:
    with desk.database.reading() as connection:
        return connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608
