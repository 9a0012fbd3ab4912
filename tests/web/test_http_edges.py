"""The edges of HTTP: what nobody asked for is answered in the API's own form."""

from __future__ import annotations

import json

import pytest

PROBLEM = "application/problem+json"


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v9/search"])
def test_no_such_path_is_a_problem(client, method, path):
    response = client.open(path, method=method)
    assert response.status_code == 404
    assert response.content_type == PROBLEM
    assert "openapi.json" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/search", {"POST", "OPTIONS"}),
        ("/api/v1/locate", {"POST", "OPTIONS"}),
        ("/api/v1/facilities", {"GET", "HEAD", "OPTIONS"}),
        ("/api/v1/districts/40106", {"GET", "HEAD", "OPTIONS"}),
        ("/api/openapi.json", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_other_methods_are_refused_and_the_right_ones_told(client, path, allowed):
    for method in {"GET", "PUT", "DELETE", "PATCH", "POST"} - allowed:
        response = client.open(path, method=method)
        assert (response.status_code, response.content_type) == (405, PROBLEM)
        assert set(response.headers["Allow"].split(", ")) == allowed
    options = client.options(path)
    assert (options.status_code, options.data) == (204, b"")
    assert "Content-Type" not in options.headers
    assert set(options.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/api/v1/facilities", "/api/v1/districts", "/api/v1/centres"])
def test_head_is_get_without_the_body(client, path):
    head, get = client.head(path), client.get(path)
    assert head.status_code == 200
    assert head.data == b""
    assert head.content_type == get.content_type
    assert head.headers["Content-Length"] == str(len(get.data))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/locate"])
def test_a_body_that_is_no_json_is_told_what_is_expected(client, path, headers):
    response = client.post(path, data=b'{"address": "x"}', headers=headers)
    assert (response.status_code, response.content_type) == (415, PROBLEM)
    assert "application/json" in response.get_json()["detail"]
    assert response.headers["Accept-Post"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe{}"])
def test_what_is_no_object_is_told_so(client, body):
    response = client.post("/api/v1/search", data=body, content_type="application/json")
    assert response.status_code == 400
    (error,) = response.get_json()["errors"]
    assert error["message"].startswith("expected one JSON object")


def test_too_much_is_told_how_much_is_taken(client):
    response = client.post("/api/v1/search", json={"q": "あ" * 100_000})
    assert (response.status_code, response.content_type) == (413, PROBLEM)
    assert "64 KB" in response.get_json()["detail"]


def test_a_message_of_ours_stands_without_a_prefix(client):
    response = client.post("/api/v1/locate", json={})
    assert [error["message"] for error in response.get_json()["errors"]] == [
        "give either address, or lon and lat"
    ]


def test_a_page_says_which_methods_it_takes(client):
    response = client.put("/centres")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.mimetype == "text/html"


def test_a_point_at_sea_is_answered_to_the_asker_and_kept_by_nobody(client):
    """Its position is an answer (200), not an error: known by itself, only without a district."""
    response = client.post("/api/v1/locate", json={"lon": 129.5, "lat": 34.9})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.get_json()
    assert (answer["status"], answer["lon"], answer["lat"]) == ("not_found", 129.5, 34.9)
    assert (answer["districts"], answer["centre"]) == ([], None)
    refused = client.post("/api/v1/locate", json={"lon": 229.5, "lat": 34.9876})
    assert refused.status_code == 400
    assert "34.9876" not in json.dumps(refused.get_json())


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/centres", "/nothing", "/api/v1/nothing", "/healthz"]
)
def test_every_answer_tells_the_browser_what_it_may_load_and_that_none_may_frame_it(client, path):
    headers = client.get(path).headers
    rules = headers["Content-Security-Policy"].split("; ")
    policy = {name: set(sources) for name, *sources in map(str.split, rules)}
    own = {"script-src", "style-src", "connect-src", "font-src", "manifest-src", "worker-src"}
    assert policy == {
        "default-src": {"'none'"},
        "base-uri": {"'none'"},
        "frame-ancestors": {"'none'"},
        "form-action": {"'self'"},
        "img-src": {"'self'", "data:"},
        **{name: {"'self'"} for name in own},
    }
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "geolocation=(self), camera=(), microphone=()"
