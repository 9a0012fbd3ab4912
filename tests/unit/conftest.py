"""The suite of store and import on both databases, where a PostgreSQL server is given."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from geoportal.store.database import Database, open_database
from tests.postgres import POSTGRES

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


@pytest.fixture
def database(
    request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path
) -> Iterator[Database]:
    """Yield an empty database with the current schema."""
    if getattr(request, "param", "sqlite") == "postgres":
        yield request.getfixturevalue("postgres_database")
        return
    shutil.copy(empty_database / "test.db", tmp_path)
    opened = open_database(tmp_path / "test.db")
    yield opened
    opened.engine.dispose()
