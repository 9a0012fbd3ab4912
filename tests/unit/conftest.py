"""The suite of store and import on both databases, where a PostgreSQL server is given."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from geoportal.store.database import Database, open_database
from tests.contract.test_databases import POSTGRES, own_postgres
from tests.postgres import sql_as_new

_ROOMS = (Path(__file__).parent / "store", Path(__file__).parent / "ingest")
_ALWAYS = {"test_history", "test_same_day", "test_scopes"}
"""Modules that run on PostgreSQL whenever there is one; the others with ``make long``."""
_OF_FILES = {"test_faults", "test_backup"}
"""Modules about what happens to the file of an embedded database."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on PostgreSQL, too."""
    path = metafunc.definition.path
    rooms = any(path.is_relative_to(room) for room in _ROOMS)
    if (
        not POSTGRES
        or not rooms
        or path.stem in _OF_FILES
        or "database" not in metafunc.fixturenames
    ):
        return
    marks = [pytest.mark.postgres, *([] if path.stem in _ALWAYS else [pytest.mark.long])]
    databases = ["sqlite", pytest.param("postgres", marks=marks)]
    metafunc.parametrize("database", databases, indirect=True)


@pytest.fixture(scope="session")
def on_postgres() -> Iterator[tuple[Database, str]]:
    """Yield this worker's database on the server, and the SQL that makes it as new."""
    opened = open_database(own_postgres("_unit"), create=True)
    with opened.engine.begin() as connection:
        as_new = sql_as_new(connection)
    yield opened, as_new
    opened.engine.dispose()


@pytest.fixture
def database(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    empty_database: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Database]:
    """Yield an empty database with the current schema."""
    if getattr(request, "param", "sqlite") == "postgres":
        shared, as_new = request.getfixturevalue("on_postgres")
        monkeypatch.chdir(tmp_path)  # what is compiled is kept in the working directory
        with shared.engine.begin() as connection:
            connection.exec_driver_sql(as_new)
        yield shared
        return
    shutil.copy(empty_database / "test.db", tmp_path)
    opened = open_database(tmp_path / "test.db")
    yield opened
    opened.engine.dispose()
