"""A small city in a real database and the application over it, and the sample city, for all tests.

Databases that many tests need are built once per run, whichever worker comes first, and copied.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from flask import Flask

from geoportal.domain.centre import Centre
from geoportal.domain.facility import SourceMention
from geoportal.domain.hours import HOLIDAY, Hours, Session
from geoportal.domain.location import Location
from geoportal.ingest.pipeline import load_sample
from geoportal.services.portal import Portal, now_in_japan, sample_directory, shipped_reference
from geoportal.services.view import View
from geoportal.settings import Settings
from geoportal.store.centres import write_centres
from geoportal.store.database import Database, advance_dataset_version, open_database
from geoportal.store.facilities import write_facilities
from geoportal.store.outlines import StoredOutline, write_outlines
from geoportal.web.app import create_app
from tests.conftest import HOSTILE, NOW, BuildOnce
from tests.factories import KOKURA, make_claim, make_facility, make_outline
from tests.postgres import own_postgres, sql_as_new
from tests.worker import keep_compiled

keep_compiled()


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> BuildOnce:
    """Return a function that has a named directory filled once per run and returns its path."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def build(name: str, fill: Callable[[Path], None]) -> Path:
        directory = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not directory.exists():
                unfinished = tmp_path_factory.mktemp(name)
                fill(unfinished)
                unfinished.rename(directory)
        return directory

    return build


@pytest.fixture(scope="session")
def empty_database(built_once: BuildOnce) -> Path:
    """Return a directory with ``test.db``: the current schema and no rows. Copy it."""

    def fill(directory: Path) -> None:
        open_database(directory / "test.db", create=True).engine.dispose()

    return built_once("empty", fill)


@pytest.fixture(scope="session")
def sample_database(built_once: BuildOnce) -> Path:
    """Return a directory with ``city.db``: the sample city as of the day of `NOW`. Copy it."""
    return built_once("sample", partial(_make_sample, clock=lambda: NOW))


@pytest.fixture(scope="session")
def sample_of_today(built_once: BuildOnce) -> Path:
    """Return a directory with ``city.db``: what ``init --sample`` makes today. Copy it."""
    return built_once("sample-of-today", partial(_make_sample, clock=now_in_japan))


def _make_sample(directory: Path, clock: Callable[[], datetime]) -> None:
    database = open_database(directory / "city.db", create=True)
    reference = shipped_reference()
    centres = reference.cities_directory / "40100" / "centres.csv"
    load_sample(database, reference, sample_directory(), centres, today=clock().date())
    Portal(database, reference, clock=clock).view()
    database.engine.dispose()


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """Yield an empty database with the current schema."""
    shutil.copy(empty_database / "test.db", tmp_path)
    opened = open_database(tmp_path / "test.db")
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="session")
def on_postgres() -> Iterator[tuple[Database, str]]:
    """Yield this worker's database on the server, and the SQL that makes it as new."""
    opened = open_database(own_postgres("_shared"), create=True)
    with opened.engine.begin() as connection:
        as_new = sql_as_new(connection)
    yield opened, as_new
    opened.engine.dispose()


@pytest.fixture
def postgres_database(
    on_postgres: tuple[Database, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """Return this worker's database on the server, with the current schema and no rows."""
    shared, as_new = on_postgres
    monkeypatch.chdir(tmp_path)  # what is compiled is kept in the working directory
    with shared.engine.begin() as connection:
        connection.exec_driver_sql(as_new)
    return shared


@pytest.fixture(scope="session")
def small_city(built_once: BuildOnce, empty_database: Path) -> Path:
    """Return a directory with ``test.db``: the small city. Copy it."""

    def fill(directory: Path) -> None:
        shutil.copy(empty_database / "test.db", directory)
        database = open_database(directory / "test.db")
        _fill_small_city(database)
        Portal(database, shipped_reference(), clock=lambda: NOW).view()  # compiled once for all
        database.engine.dispose()

    return built_once("small-city", fill)


@pytest.fixture
def city(tmp_path: Path, small_city: Path) -> Iterator[Database]:
    """Yield two wards, a handful of facilities and the centre of one ward."""
    shutil.copy(small_city / "test.db", tmp_path)
    opened = open_database(tmp_path / "test.db")
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def city_of_module(
    tmp_path_factory: pytest.TempPathFactory, small_city: Path
) -> Iterator[Database]:
    """Yield the small city once for all tests of a module, which may add to it before they ask."""
    folder = tmp_path_factory.mktemp("city")
    shutil.copy(small_city / "test.db", folder)
    opened = open_database(folder / "test.db")
    yield opened
    opened.engine.dispose()


def _fill_small_city(database: Database) -> None:
    facilities = [
        make_facility(
            "near",
            claims=[make_claim("VM.REG"), make_claim("AC.ULCER")],
            identifiers={"medical_institution_code": "4019000001"},
            name="見本ハートクリニック",
        ),
        make_facility("maybe", (KOKURA[0] + 0.01, KOKURA[1]), [make_claim("VM.REG")]),
        make_facility("refuses", (KOKURA[0], KOKURA[1] + 0.01), [make_claim("VM.REG", "no")]),
        make_facility("lost", None, name="見本位置不明医院"),
        make_facility(
            "coarse",
            location=Location(
                KOKURA[0] + 0.02, KOKURA[1], "chome", 350.0, "geocode", ("geocoded",)
            ),
        ),
        make_facility("hostile", (KOKURA[0], KOKURA[1] - 0.01), name=HOSTILE, kind="pharmacy"),
        make_facility("gone", status="closed", name="見本閉院医院"),
        make_facility(
            "sample",
            (KOKURA[0] + 0.03, KOKURA[1]),
            sources=(SourceMention("sample", "sample", "2026-11-01"),),
        ),
    ]
    facilities += [
        make_facility(
            "open",
            (KOKURA[0] - 0.01, KOKURA[1]),
            [make_claim("CAP.COND", evidence="confirmed", as_of="2026-11-20")],
            kind="equipment",
            hours=Hours(sessions=(Session(1, "09:00", "17:00"),)),
        ),
        make_facility(
            "shut",
            (KOKURA[0] - 0.02, KOKURA[1]),
            [make_claim("CAP.OPEN", evidence="confirmed", as_of="2026-11-01")],
            kind="equipment",
            hours=Hours(sessions=(Session(2, "09:00", "17:00"),), closed_days=(1,)),
        ),
    ]
    wards = [
        make_outline("40106", (130.80, 33.80, 130.95, 33.95)),
        make_outline("40107", (130.95, 33.80, 131.10, 33.95)),
    ]
    weekdays = tuple(Session(day, "09:00", "17:00") for day in range(5))
    centre = Centre(
        id="kokura",
        kind="liaison_centre",
        name="小倉在宅医療・介護連携支援センター",
        phone="093-932-7141",
        districts=("40106", "40107"),
        hours=Hours(sessions=weekdays, closed_days=(5, 6, HOLIDAY)),
    )
    with database.engine.begin() as connection:
        write_facilities(connection, facilities)
        write_outlines(
            connection, [StoredOutline(d, g, "boundary", "2026-01-01") for d, g in wards]
        )
        write_centres(connection, [centre])
        advance_dataset_version(connection, "test city")


@pytest.fixture
def portal(city: Database, small_city: Path, tmp_path: Path) -> Portal:
    """Return a portal over the small city at a fixed moment, compiled unless a fixture wrote."""
    log = tmp_path / "test.db-wal"
    if not (log.exists() and log.stat().st_size) and filecmp.cmp(
        small_city / "test.db", tmp_path / "test.db", shallow=False
    ):
        shutil.copytree(small_city / "test.db.derived", city.derived_directory)
    return Portal(city, shipped_reference(), clock=lambda: NOW)


@pytest.fixture
def view(portal: Portal) -> View:
    """Return the view of the small city at the portal's moment."""
    return portal.view()


@pytest.fixture
def app(portal: Portal) -> Flask:
    """Return the web application over the small city."""
    return create_app(portal, Settings())


@pytest.fixture
def sample_portal(tmp_path: Path, sample_database: Path) -> Iterator[Portal]:
    """Yield a portal over a copy of the sample city."""
    shutil.copytree(sample_database, tmp_path / "sample")
    opened = open_database(tmp_path / "sample" / "city.db")
    yield Portal(opened, shipped_reference(), clock=lambda: NOW)
    opened.engine.dispose()
