"""Every operation of the API is described with a request and an answer that are true."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.conftest import NOW as SAMPLE_IS_OF
from tests.web.api_examples import BY_HAND, NOW, ask, shortened


@pytest.fixture(scope="module")
def client(
    sample_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Yield a client of the sample city as `sample_client` loads it, for the same moment."""
    assert NOW == SAMPLE_IS_OF
    folder = shutil.copytree(sample_database, tmp_path_factory.mktemp("examples") / "sample")
    database = open_database(folder / "city.db")
    yield create_app(
        Portal(database, shipped_reference(), clock=lambda: NOW), Settings()
    ).test_client()
    database.engine.dispose()


@pytest.fixture(scope="module")
def operations(client: FlaskClient) -> dict[str, dict[str, Any]]:
    paths = client.get("/api/openapi.json").get_json()["paths"]
    return {
        f"{method.upper()} {path}": described
        for path, methods in paths.items()
        for method, described in methods.items()
    }


def example_request(described: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a POST, path and query of a GET, as the document gives them."""
    if "requestBody" in described:
        return described["requestBody"]["content"]["application/json"]["example"]
    parameters = described.get("parameters", ())
    return {p["name"]: p["example"] for p in parameters if "example" in p}


def example_answers(described: dict[str, Any]) -> list[Any]:
    return [content["example"] for content in described["responses"]["200"]["content"].values()]


def keys(value: Any) -> Any:
    """Return the keys of a document and of all within it; values left out."""
    if isinstance(value, dict):
        return {key: keys(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [keys(entry) for entry in value[:1]]
    return None


def test_every_operation_has_an_answer_and_where_it_takes_anything_a_request(operations) -> None:
    assert operations
    for operation, described in operations.items():
        assert example_answers(described), operation
        takes = "requestBody" in described or described.get("parameters")
        assert bool(example_request(described)) == bool(takes), operation


def test_requests_are_answered_with_what_the_examples_show(client, operations) -> None:
    for operation, described in operations.items():
        response = ask(client, operation, example_request(described))
        if operation in BY_HAND:
            assert response.status_code in (200, 404), operation
            continue
        assert response.status_code == 200, operation
        answer = shortened(response.get_json())
        hint = f"{operation}: python -m tests.web.api_examples"
        assert keys(example_answers(described)[0]) == keys(answer), hint
