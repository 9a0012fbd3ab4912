"""Every GET of the interfaces can be kept and is open to other sites, but for the moment's."""

from __future__ import annotations

from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from geoportal.web.passage import RouteFinder
from geoportal.web.problems import is_for_programs

OF_THE_MOMENT = {"/api/v1/centres", "/api/v1/exposure"}
NO_DOCUMENTS = {"/fhir/<path:rest>", "/api/docs"}
"""Whatever else is under /fhir; a page for people."""
VALUES = {
    "/api/v1/facilities/<facility_id>": ["near"],
    "/api/v1/districts/<code>": ["40106"],
    "/fhir/<kind>": ["Location", "CodeSystem"],
    "/fhir/<kind>/<name>": ["Location/near", "ValueSet/need"],
    "/hsds/<table>": ["services", "taxonomies"],
    "/ogc/tileMatrixSets/<name>": ["WebMercatorQuad"],
}
QUERY = {
    "/api/v1/clusters": "?bbox=130.87,33.87,130.88,33.88&zoom=16",
    "/api/v1/coverage": "?area=40106",
}
MAY_BE_MISSING = {"/api/v1/changes", "/api/v1/coverage", "/hsds/<table>/<uuid>"}
"""The small city has no second edition, no people, and UUIDs of its own."""


def documents(app: Flask) -> list[Rule]:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [r for r in rules if is_for_programs(r.rule) and r.rule not in NO_DOCUMENTS]


def paths(rule: Rule) -> list[str]:
    if rule.rule in VALUES:
        base = rule.rule.partition("<")[0]
        return [base + value for value in VALUES[rule.rule]]
    path = rule.rule + QUERY.get(rule.rule, "")
    for name, value in (("collection", "facilities"), ("item", "near"), ("table", "services")):
        path = path.replace(f"<{name}>", value)
    return [path]


def test_answers_can_be_kept_and_are_open_to_other_sites(app: Flask) -> None:
    client, kept = app.test_client(), set()
    for rule in documents(app):
        for path in paths(rule):
            response = client.get(path)
            if response.status_code in (400, 404):
                assert rule.rule in MAY_BE_MISSING or "<" in path, path
                check_refusal(response, path)
                continue
            assert response.status_code in (200, 422), path
            if response.status_code == 422:
                check_refusal(response, path)
            elif rule.rule in OF_THE_MOMENT:
                assert response.headers["Cache-Control"] == "no-store", path
                assert "Access-Control-Allow-Origin" not in response.headers, path
            else:
                kept.add(rule.rule)
                check_kept(client, path)
    assert len(kept) > 25


def check_kept(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Cache-Control"] == "no-cache", path
    assert response.headers["Access-Control-Allow-Origin"] == "*", path
    held = {"If-None-Match": response.headers["ETag"]}
    assert client.get(path, headers=held).status_code == 304, path


def check_refusal(response, path: str) -> None:
    kind = "application/fhir+json" if path.startswith("/fhir") else "application/problem+json"
    assert response.mimetype == kind, path
    assert response.headers["Cache-Control"] == "no-store", path


def test_errors_are_documents_of_their_interface(app: Flask) -> None:
    client = app.test_client()
    for root in ("/api", "/ogc", "/hsds", "/fhir"):
        check_refusal(client.get(f"{root}/nothing/of/the/kind"), root)
        check_refusal(client.delete(f"{root}/"), root)
        check_refusal(client.post(f"{root}/nothing", data="x"), root)


def test_routes_found_by_their_path_are_those_that_are_found_by_looking(app):
    asked = [(r.rule, m) for r in app.url_map.iter_rules() for m in (*(r.methods or ()), "PUT")]
    plain = 0
    for path, method in {("/nothing", "GET"), *asked}:
        if "<" in path:
            continue
        with app.test_request_context(path, method=method):
            finder = app.create_url_adapter(request)
        found = []
        for match in (finder.match, super(RouteFinder, finder).match):
            try:
                found.append(match(return_rule=True))
            except HTTPException as error:
                found.append((type(error), sorted(getattr(error, "valid_methods", None) or ())))
        assert found[0] == found[1], (path, method)
        plain += (path, method) in app.plain_rules
    assert plain > 100
