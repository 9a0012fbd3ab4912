"""The application over the sample city, for tests that need people and many facilities."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shapely.geometry import box

from geoportal.domain.district import District
from geoportal.geo.polygons import polygonal
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.store.outlines import StoredOutline, read_outlines, write_outlines
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.listening import listening

MIDDLE = 130.885
"""Longitude at which the tests cut 小倉北区 into two local areas; the north end belongs to none."""


@pytest.fixture(scope="session")
def sample_city(
    tmp_path_factory: pytest.TempPathFactory, sample_database: Path
) -> Iterator[FlaskClient]:
    """Yield a client of the sample city, with two local areas (日常生活圏域) in 小倉北区."""
    directory = tmp_path_factory.mktemp("sample")
    shutil.copytree(sample_database, directory, dirs_exist_ok=True)
    database = open_database(directory / "city.db")
    with database.engine.begin() as connection:
        ward = next(o for o in read_outlines(connection) if o.district.code == "40106")
        west, south, east, _ = ward.geometry.bounds
        parts = {"w1": (west, south, MIDDLE, 33.9), "w2": (MIDDLE, south, east, 33.9)}
        write_outlines(
            connection,
            [
                StoredOutline(
                    District(f"40106-{code}", f"見本圏域{code}", "日常生活圏域", "40106", ""),
                    polygonal(ward.geometry.intersection(box(*bounds))),
                    ward.source,
                    ward.as_of,
                )
                for code, bounds in parts.items()
            ],
        )
        advance_dataset_version(connection, "local areas for tests")
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    yield create_app(portal, Settings()).test_client()
    database.engine.dispose()


@pytest.fixture(scope="session")
def served_sample(sample_city: FlaskClient) -> Iterator[str]:
    """Serve the sample city; yield its address."""
    with listening(sample_city.application) as address:
        yield address
