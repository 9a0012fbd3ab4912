"""The application over the sample city, for tests that need people and many facilities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from shapely.geometry import box

from geoportal.domain.district import District
from geoportal.domain.hours import JST
from geoportal.geo.polygons import polygonal
from geoportal.ingest.pipeline import load_sample
from geoportal.services.portal import Portal, sample_directory, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.store.outlines import StoredOutline, read_outlines, write_outlines
from geoportal.web.app import create_app

MIDDLE = 130.885
"""Longitude at which the tests cut 小倉北区 into two local areas; the north end belongs to none."""


@pytest.fixture(scope="session")
def sample_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Yield a client of the sample city, with two local areas (日常生活圏域) in 小倉北区."""
    database = open_database(tmp_path_factory.mktemp("sample") / "city.db", create=True)
    reference = shipped_reference()
    centres = reference.directory / "centres.csv"
    load_sample(database, reference, sample_directory(), centres, today=date(2026, 11, 24))
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
    portal = Portal(database, reference, clock=lambda: datetime(2026, 11, 24, 10, tzinfo=JST))
    yield create_app(portal, Settings()).test_client()
    database.engine.dispose()
