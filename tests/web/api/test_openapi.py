"""The interfaces keep to their own descriptions, whatever is thrown at them (schemathesis)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema

DOCUMENTS = ("/api/openapi.json", "/ogc/api", "/hsds/openapi.json")
"""Every OpenAPI document of the site."""
ROOT = Path(__file__).parents[3]
SEEDS = (1, 2, 3)
FEW = 1
OPERATIONS = (
    "POST /api/v1/search",
    "POST /api/v1/team",
    "POST /api/v1/isochrones",
    "POST /api/v1/interpret",
    "POST /api/v1/locate",
    "POST /api/v1/suggest",
    "GET /api/v1/facilities",
    "GET /api/v1/facilities/{facility_id}",
    "GET /api/v1/points",
    "GET /api/v1/clusters",
    "GET /api/v1/outlines",
    "GET /api/v1/land",
    "GET /api/v1/stations",
    "GET /api/v1/districts",
    "GET /api/v1/districts/{code}",
    "GET /api/v1/centres",
    "GET /api/v1/sources",
    "GET /api/v1/vocabulary",
    "GET /api/v1/exposure",
    "GET /api/v1/changes",
    "GET /api/v1/coverage",
    "POST /api/v1/coverage",
)


def described(app: Flask, path: str) -> BaseSchema:
    config = SchemathesisConfig.from_path(ROOT / "schemathesis.toml")
    return schemathesis.openapi.from_wsgi(path, app, config=config)


def operations(app: Flask, path: str) -> dict[str, APIOperation]:
    found = [result.ok() for result in described(app, path).get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


def test_the_description_has_exactly_these_operations(app: Flask) -> None:
    assert set(operations(app, "/api/openapi.json")) == set(OPERATIONS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", DOCUMENTS)
def test_operations_keep_to_their_description(sample_city: FlaskClient, path: str) -> None:
    """What operations take in common, they are sent wrongly once."""
    found = operations(sample_city.application, path)
    assert len(found) > 10
    taken = set()
    for name, operation in found.items():
        takes = json.dumps(operation.definition.raw.get("parameters", name))
        for mode in GenerationMode:
            if mode.is_positive or takes not in taken:
                keep_to_it(operation, mode, name)
        taken.add(takes)


def keep_to_it(operation: APIOperation, mode: GenerationMode, name: str) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=FEW,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Accept-Encoding": "identity"})

    try:
        call()
    except Unsatisfiable:
        assert mode.is_negative, name  # nothing that it takes can be wrong


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", DOCUMENTS)
def test_many_examples_of_every_phase_and_check(served_sample: str, path: str, seed: int) -> None:
    """The program itself, as anybody runs it against a site: all checks, no failure."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{served_sample}{path}"]
    asked = ["--checks", "all", "--max-examples", "100", "--seed", str(seed), "--no-color"]
    asked += ["--continue-on-failure", "--generation-database", "none"]
    run = subprocess.run([*command, *asked], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-8_000:]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_error_of_every_operation_is_described_with_an_example(
    sample_city: FlaskClient, path: str
) -> None:
    document = sample_city.get(path).get_json(force=True)
    for name, operations_ in document["paths"].items():
        for method, operation in operations_.items():
            answers = operation["responses"]
            wanted = {"400", "429", "500", "503"}
            wanted |= {"408", "413", "415"} if method == "post" else set()
            wanted |= {"404"} if "{" in name else set()
            assert wanted <= answers.keys(), (name, method)
            for status, answer in answers.items():
                if int(status) >= 400:
                    [content] = answer["content"].values()
                    assert content["example"]["status"] == int(status)
                    assert {"title", "status", "detail"} <= set(content["schema"]["required"])
            assert "Retry-After" in answers["429"]["headers"]
            assert "Retry-After" in answers["503"]["headers"]
