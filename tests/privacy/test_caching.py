"""No answer to a POST is kept by anybody: every route, whatever comes of the request."""

from __future__ import annotations

import pytest

from tests.privacy.conftest import ADDRESS, HOME, NOTE, routes, traces

NEAR = {"near": HOME}
BODIES = {
    "/api/v1/search": NEAR,
    "/api/v1/team": NEAR,
    "/api/v1/isochrones": NEAR,
    "/api/v1/locate": HOME,
    "/api/v1/interpret": {"text": NOTE},
    "/api/v1/suggest": {"text": "小倉"},
}


@pytest.fixture
def client(app):
    return app.test_client()


def test_answers_to_posts_are_not_kept(app, client):
    seen = set()
    for route in routes(app, "POST"):
        answers = [
            client.post(route.path, json=BODIES.get(route.rule, NEAR)),
            client.post(route.path, json={"near": ADDRESS}),
            client.post(route.path, data={"address": ADDRESS, "note": NOTE}),
            client.post(route.path, data=b"\xff", content_type="application/json"),
            client.post(route.path, data=b"x" * 70_000, content_type="application/json"),
        ]
        for response in answers:
            assert response.headers["Cache-Control"] == "no-store", (route, response.status_code)
            seen.add(response.status_code)
    assert {200, 400, 413} <= seen


def test_nor_are_refusals_by_path_and_method(app, client):
    for path in ("/nothing", "/api/v1/nothing", "/healthz", "/api/v1/sources"):
        response = client.post(path, json=NEAR)
        assert response.status_code in {404, 405}
        assert response.headers["Cache-Control"] == "no-store", path


@pytest.mark.parametrize("path", ["nothing", "facilities/nothing", "facilities?bbox=x", "search"])
def test_nor_are_refusals_of_a_get(client, path):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code in {400, 404, 405}
    assert response.headers["Cache-Control"] == "no-store", path


def test_nor_are_faults(app, client):
    def view(*_arguments, **_values):
        raise RuntimeError(ADDRESS)

    for route in routes(app, "POST"):
        app.view_functions[route.endpoint] = view
        response = client.post(route.path, json=NEAR)
        assert response.status_code == 500
        assert response.headers["Cache-Control"] == "no-store", route
        assert traces(str(response.headers)) == []


def test_every_route_that_takes_a_home_in_a_body_is_known_here(app):
    assert set(BODIES) <= {route.rule for route in routes(app, "POST")}


@pytest.mark.parametrize("path", ["/api/v1/centres", "/api/v1/exposure"])
def test_what_depends_on_the_moment_is_not_kept(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["sources", "vocabulary", "points", "districts", "facilities"])
def test_what_is_public_is_asked_for_again_each_time(client, path):
    response = client.get(f"/api/v1/{path}")
    assert response.headers["Cache-Control"] == "no-cache"
    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
