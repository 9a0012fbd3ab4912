"""Logs and metrics hold the route's template, never what was sent; nor do answers to errors."""

from __future__ import annotations

import logging
import sqlite3

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from geoportal.services import portal as services
from tests.privacy.conftest import ADDRESS, HOME, NOTE, SEGMENT, WORD, routes, traces

METHODS = ("GET", "POST", "HEAD")
REQUEST_KEYS = {"event", "log_level", "method", "route", "status", "ms"}
FAULT_KEYS = {"event", "log_level", "error", "route", "at"}
BODY = {"near": {"address": ADDRESS}, "address": ADDRESS, "text": NOTE, **HOME}
QUERY = {"address": ADDRESS, "near": f"{HOME['lon']},{HOME['lat']}"}


@pytest.fixture
def client(app):
    return app.test_client()


def send(client, route):
    """Send a request with a home in path, query and body."""
    if route.method != "POST":
        return client.open(route.path, method=route.method, query_string=QUERY)
    if route.path.startswith("/api/"):
        return client.post(route.path, query_string=QUERY, json=BODY)
    return client.post(route.path, query_string=QUERY, data={"note": NOTE, "address": ADDRESS})


def test_a_request_is_logged_by_its_route(app, client):
    for route in routes(app, *METHODS):
        with capture_logs() as logs:
            send(client, route)
        (line,) = [line for line in logs if line["event"] == "request"]
        assert set(line) == REQUEST_KEYS
        assert (line["route"], line["method"]) == (route.rule, route.method)
        assert_clean(logs)


@pytest.mark.parametrize("path", [f"/{ADDRESS}", f"/api/v1/{WORD}", f"/pages/{SEGMENT}.js"])
def test_a_path_that_leads_nowhere_is_logged_as_none(client, path):
    with capture_logs() as logs:
        assert client.get(path).status_code == 404
    assert_clean(logs)
    assert {line["route"] for line in logs} == {"(none)"}


def assert_clean(logs):
    assert traces(str(logs)) == []
    assert SEGMENT not in str(logs)


def raising(error):
    def view(*_arguments, **_values):
        raise error

    return view


def test_a_fault_is_logged_by_type_route_and_frames_and_told_without_its_message(app, client):
    for route in routes(app, "GET", "POST"):
        view = app.view_functions[route.endpoint]
        app.view_functions[route.endpoint] = raising(RuntimeError(f"{ADDRESS} {HOME} {WORD}"))
        with capture_logs() as logs:
            response = send(client, route)
        app.view_functions[route.endpoint] = view
        assert response.status_code == 500, route
        (fault,) = [line for line in logs if line["event"] == "fault"]
        assert set(fault) == FAULT_KEYS
        assert (fault["error"], fault["route"]) == ("RuntimeError", route.rule)
        assert fault["at"][-1].startswith("test_logs.py:")
        assert_clean(logs)
        assert traces(response.text) == [], route


def test_a_fault_of_the_database_is_logged_without_statement_and_values(app, client):
    locked = sqlite3.OperationalError(f"disk I/O error near {ADDRESS}")
    locked.sqlite_errorname = "SQLITE_IOERR"
    error = sa.exc.OperationalError(f"SELECT {WORD}", {"address": ADDRESS, **HOME}, locked)
    for route in routes(app, "GET", "POST"):
        view = app.view_functions[route.endpoint]
        app.view_functions[route.endpoint] = raising(error)
        with capture_logs() as logs:
            response = send(client, route)
        app.view_functions[route.endpoint] = view
        assert response.status_code == 503, route
        (line,) = [line for line in logs if line["event"] == "database"]
        assert set(line) == FAULT_KEYS - {"at"}
        assert_clean(logs)
        assert traces(response.text) == [], route


def test_readiness_is_logged_without_the_message(app, client, monkeypatch):
    monkeypatch.setattr(services.Portal, "_refresh", raising(RuntimeError(WORD)))
    with capture_logs() as logs:
        response = client.get("/readyz")
    assert (response.status_code, response.text) == (503, "not ready\n")
    (line,) = [line for line in logs if line["event"] == "not ready"]
    assert line["error"] == "RuntimeError"
    assert_clean(logs)


def test_a_database_that_goes_away_is_logged_by_type(portal, caplog, monkeypatch):
    assert portal.view()
    error = sa.exc.OperationalError(f"SELECT {WORD}", {"address": ADDRESS}, Exception(WORD))
    monkeypatch.setattr(services.Portal, "_refresh", raising(error))
    monkeypatch.setattr(services, "_VERSION_CHECK_SECONDS", -1)
    with caplog.at_level(logging.DEBUG):
        assert portal.view()
    assert "OperationalError" in caplog.text
    assert traces(caplog.text) == []


def test_metrics_are_labelled_by_route(app, client):
    for route in routes(app, *METHODS):
        send(client, route)
    client.get(f"/{ADDRESS}?address={ADDRESS}")
    text = client.get("/metrics").text
    rules = {rule.rule for rule in app.url_map.iter_rules()} | {"(none)"}
    lines = [line for line in text.splitlines() if 'route="' in line]
    assert lines
    assert {line.split('route="')[1].split('"')[0] for line in lines} <= rules
    assert traces(text) == []


def test_nothing_of_the_request_is_repeated_by_an_error_of_the_api(app, client):
    answered = 0
    for route in routes(app, "GET", "POST"):
        response = send(client, route)
        if route.path.startswith("/api/") and response.status_code >= 400:
            answered += 1
            assert traces(response.text) == [], route
    assert answered > 10


@pytest.mark.parametrize(
    "body",
    [
        {"near": {"address": ADDRESS, "lon": 1}},
        {"near": {"lon": HOME["lon"], "lat": WORD}},
        {"near": {"lon": HOME["lon"], "lat": 133.8876543}},
        {"near": ADDRESS},
        {"near": {"address": {"x": ADDRESS}}},
        {"address": [ADDRESS]},
        {"address": ADDRESS, **HOME},
        {"text": [NOTE]},
        {"text": NOTE * 200},
        {ADDRESS: 1},
    ],
    ids=range(10),
)
def test_a_refused_value_is_not_repeated(app, client, body):
    for route in routes(app, "POST"):
        if route.path.startswith("/api/"):
            with capture_logs() as logs:
                response = client.post(route.path, json=body)
            assert response.status_code >= 400, route
            assert_clean(logs)
            assert traces(response.text) == [], route
