"""The API keeps to its own description, whatever is thrown at it (schemathesis)."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

pytestmark = pytest.mark.slow

CHECKS = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)
OPERATIONS = (
    "POST /api/v1/search",
    "POST /api/v1/team",
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


@pytest.fixture
def operations(app):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    found = [result.ok() for result in schema.get_all_operations()]
    return {f"{one.method.upper()} {one.path}": one for one in found}


def test_the_description_has_exactly_these_operations(operations):
    assert set(operations) == set(OPERATIONS)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_keeps_to_its_description(operations, name):
    @given(case=operations[name].as_strategy())
    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case):
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    call()
