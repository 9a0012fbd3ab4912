"""While the database does not answer, what is in memory is still told."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from geoportal.services import portal as services
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import Database
from geoportal.web.app import create_app


@pytest.fixture
def away(tmp_path) -> Database:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/missing/city.db")
    return Database(engine, tmp_path / "derived")


@pytest.fixture
def engine(city) -> sa.Engine:
    return city.engine


@pytest.fixture
def client(app, city, engine, away, monkeypatch):
    monkeypatch.setattr(services, "_VERSION_CHECK_SECONDS", 0.0)
    found = app.test_client()
    assert found.get("/readyz").status_code == 200
    object.__setattr__(city, "engine", away.engine)
    yield found
    object.__setattr__(city, "engine", engine)


@pytest.mark.parametrize(
    "path", ["/readyz", "/", "/centres", "/districts/40106", "/facilities/near", "/api/v1/centres"]
)
def test_what_is_in_memory_is_answered(client, path):
    for _ in range(2):
        assert client.get(path).status_code == 200


def test_a_search_is_answered(client):
    question = {"near": {"lon": 130.8751, "lat": 33.8834}, "radius_m": 4000}
    response = client.post("/api/v1/search", json=question)
    assert response.status_code == 200
    assert response.get_json()["numberMatched"] > 3


def test_what_needs_the_database_is_put_off(client):
    response = client.get("/api/v1/changes?source=kaigo")
    assert (response.status_code, response.content_type) == (503, "application/problem+json")
    assert int(response.headers["Retry-After"]) > 0
    page = client.get("/changes")
    assert (page.status_code, page.mimetype) == (503, "text/html")


def test_data_that_come_back_are_taken_up(client, portal, city, engine, monkeypatch):
    assert client.get("/centres").status_code == 200
    object.__setattr__(city, "engine", engine)
    monkeypatch.setattr(portal, "_checked_at", 0.0)
    assert client.get("/changes").status_code == 200


def test_nobody_is_told_it_is_ready_before_anything_was_read(away):
    app = create_app(Portal(away, shipped_reference()), Settings())
    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/centres").status_code == 503
    assert client.get("/centres").status_code == 503
