"""The JSON API: routes, answers, problems."""

from __future__ import annotations

import json
import logging

import pytest
from pyproj import Geod

from tests.conftest import HOSTILE
from tests.factories import KOKURA

NEAR = {"lon": KOKURA[0], "lat": KOKURA[1]}
ORACLE = Geod(ellps="GRS80")


@pytest.fixture
def client(app):
    return app.test_client()


def ask(client, **question):
    response = client.post("/api/v1/search", json=question)
    assert response.status_code == 200, response.text
    return response.get_json()


def ids(document):
    return [feature["id"] for feature in document["features"]]


def test_a_radius_answer_has_the_shape_of_the_contract(client):
    document = ask(client, near=NEAR, radius_m=4_000, needs=["VM.REG", "AC.ULCER"])
    assert document["type"] == "FeatureCollection"
    assert document["counts"]["match"] == 1
    assert document["numberMatched"] == document["counts"]["match"] + document["counts"]["possible"]
    assert document["numberReturned"] == len(document["features"])
    assert document["origin"]["district"] == {
        "code": "40106",
        "name": "地区40106",
        "level": "ward",
    }
    assert document["origin"]["centre"]["id"] == "kokura"
    assert document["origin"]["match_level"] == "point"
    assert document["origin"]["uncertainty_m"] == 0
    first = document["features"][0]
    assert first["id"] == "near"
    assert first["geometry"] == {"type": "Point", "coordinates": list(KOKURA)}
    about = first["properties"]
    assert about["distance_m"] == 0
    assert about["visit_range"] == "inside"
    assert about["match"] == "match"
    assert about["needs"]["VM.REG"] == {
        "value": "yes",
        "evidence": "survey",
        "source": "survey",
        "as_of": "2026-10-01",
        "stale": False,
    }
    maybe = next(f for f in document["features"] if f["id"] == "maybe")
    assert maybe["properties"]["needs"]["AC.ULCER"] == {"value": "unknown"}


def test_include_chooses_the_bands(client):
    base = {"near": NEAR, "radius_m": 2_000, "needs": ["VM.REG"], "kinds": ["clinic"]}
    assert "refuses" not in ids(ask(client, **base))
    assert "refuses" in ids(ask(client, **base, include="all"))
    assert set(ids(ask(client, **base, include="match"))) == {"near", "maybe"}


def test_distances_are_geodesic_metres_rounded(client):
    document = ask(client, near=NEAR, radius_m=5_000, include="all")
    for feature in document["features"]:
        expected = ORACLE.inv(*KOKURA, *feature["geometry"]["coordinates"])[2]
        assert feature["properties"]["distance_m"] == round(expected)


def test_a_coarse_position_says_so(client):
    document = ask(client, near=NEAR, radius_m=5_000)
    coarse = next(f for f in document["features"] if f["id"] == "coarse")["properties"]
    assert coarse["location_level"] == "chome"
    assert coarse["location_uncertainty_m"] == 350


def test_a_district_search_lists_facilities_without_a_position(client):
    document = ask(client, district="40106")
    lost = next(f for f in document["features"] if f["id"] == "lost")
    assert lost["geometry"] is None
    assert "origin" not in document
    assert [centre["id"] for centre in document["centres"]] == ["kokura"]
    assert "gone" not in ids(document)


def test_fictional_facilities_are_marked(client):
    document = ask(client, district="40106", limit=500)
    marked = {f["id"] for f in document["features"] if f["properties"]["fictional"]}
    assert marked == {"sample"}


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({}, "near"),
        ({"near": {"lon": 500, "lat": 33}}, "near.lon"),
        ({"near": {"lon": 130.8}}, "near.lat"),
        ({"near": NEAR, "radius_m": 0}, "radius_m"),
        ({"near": NEAR, "radius_m": 50_001}, "radius_m"),
        ({"near": NEAR, "limit": 501}, "limit"),
        ({"near": NEAR, "limit": 0}, "limit"),
        ({"near": NEAR, "offset": -1}, "offset"),
        ({"near": NEAR, "include": "some"}, "include"),
        ({"near": NEAR, "kinds": ["spaceship"]}, "kinds"),
        ({"near": NEAR, "needs": ["XX.YY"]}, "needs"),
        ({"near": NEAR, "open_at": "2026-11-24T10:00"}, "open_at"),
        ({"near": NEAR, "open_at": "9999-12-31T23:59+09:00"}, "open_at"),
        ({"near": NEAR, "open_at": "0001-01-01T00:00+14:00"}, "open_at"),
        ({"near": NEAR, "open_at": 1764000000}, "open_at"),
        ({"near": {"lon": True, "lat": 33}}, "near.lon"),
        ({"near": {"lon": "130.8", "lat": 33}}, "near.lon"),
        ({"near": {"address": ""}}, "near.address"),
        ({"near": NEAR, "radius": 5}, "radius"),
        ({"district": "99999"}, "district"),
        ({"q": "・・・"}, "q"),
    ],
)
def test_bad_input_names_the_field(client, question, field):
    response = client.post("/api/v1/search", json=question)
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == 400
    assert problem["title"]
    assert {item["field"] for item in problem["errors"]} == {field}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b'{"near": {"lon": NaN, "lat": 1}}',
        b"\xff\xfe",
        b"[" * 60_000,
    ],
)
def test_what_is_not_a_json_object_is_refused(client, body):
    response = client.post("/api/v1/search", data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"


def test_too_large_a_body_is_refused(client):
    response = client.post("/api/v1/search", json={"q": "あ" * 100_000})
    assert response.status_code in {400, 413}
    assert response.content_type == "application/problem+json"


def test_an_address_that_leads_nowhere_is_a_problem_that_does_not_repeat_it(client, caplog):
    address = "ひみつ県ひみつ市ひみつ町9-9-9"
    with caplog.at_level(logging.DEBUG):
        response = client.post("/api/v1/search", json={"near": {"address": address}})
    assert response.status_code == 422
    problem = response.get_json()
    assert problem["errors"][0]["field"] == "near.address"
    assert problem["address_status"] == "not_found"
    for part in (address, "ひみつ"):
        assert part not in json.dumps(problem, ensure_ascii=False)
        assert part not in caplog.text


def test_a_point_is_never_logged_or_cached(client, capsys):
    response = client.post("/api/v1/search", json={"near": {"lon": 130.8765432, "lat": 33.8812345}})
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    captured = capsys.readouterr()
    for secret in ("8765432", "8812345"):
        assert secret not in captured.out + captured.err


def test_one_facility_has_every_claim(client):
    document = client.get("/api/v1/facilities/near").get_json()
    about = document["properties"]
    assert document["id"] == "near"
    assert about["identifiers"] == {"medical_institution_code": "4019000001"}
    assert {claim["code"]: claim["value"] for claim in about["claims"]} == {
        "VM.REG": "yes",
        "AC.ULCER": "yes",
    }
    assert about["location"] == {
        "level": "point",
        "uncertainty_m": 50.0,
        "source": "kaigo",
        "warnings": [],
    }
    assert about["district"][0]["code"] == "40106"
    assert about["status"] == "open"
    for key in ("kana", "postal_code", "municipality_code", "fax", "url", "operator", "beds"):
        assert key in about
    for key in ("departments", "hours", "filings", "sources", "first_seen", "last_seen"):
        assert key in about


def test_a_closed_facility_keeps_its_page(client):
    assert client.get("/api/v1/facilities/gone").get_json()["properties"]["status"] == "closed"


def test_an_unknown_facility_is_not_found(client):
    response = client.get("/api/v1/facilities/nothing")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_facilities_by_box_kind_words_and_number(client):
    box = f"{KOKURA[0] - 0.001},{KOKURA[1] - 0.001},{KOKURA[0] + 0.001},{KOKURA[1] + 0.001}"
    assert ids(client.get(f"/api/v1/facilities?bbox={box}").get_json()) == ["near"]
    assert ids(client.get("/api/v1/facilities?kind=pharmacy").get_json()) == ["hostile"]
    assert ids(client.get("/api/v1/facilities?q=はーと").get_json()) == ["near"]
    assert ids(client.get("/api/v1/facilities?identifier=4019000001").get_json()) == ["near"]
    both = client.get("/api/v1/facilities?kind=pharmacy&kind=clinic&limit=500").get_json()
    assert both["numberMatched"] == 7


@pytest.mark.parametrize("count", [5, 3_000])
def test_of_thousands_of_unknown_keys_the_first_are_named(client, count):
    keys = {f"zq{n}": 1 for n in range(count)}
    for answer in (
        client.get("/api/v1/facilities", query_string=keys),
        client.post("/api/v1/search", json={"kinds": ["clinic"], **keys}),
    ):
        problem = answer.get_json()
        assert answer.status_code == 400
        assert len(problem["errors"]) == min(count, 20)
        assert {error["field"] for error in problem["errors"]} == {"(unknown key)"}
        assert (f"and {count - 20} more" in problem["detail"]) is (count > 20)
        assert "zq" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=131,33,130,34",
        "bbox=130,34,131,33",
        "kind=x",
        "limit=x",
        "lon=130.8",
    ],
)
def test_bad_queries_are_refused(client, query):
    assert client.get(f"/api/v1/facilities?{query}").status_code == 400


def test_filters_left_empty_by_a_form_are_no_filters(client):
    form = "bbox=&district=&kind=clinic&need=&q=&identifier=&limit=500"
    assert ids(client.get(f"/api/v1/facilities?{form}").get_json())
    assert client.get("/api/v1/facilities?kind=spaceship").status_code == 400


def test_a_district_can_be_had_without_its_outline(client):
    light = client.get("/api/v1/districts/40106?geometry=false").get_json()
    assert light["geometry"] is None
    assert client.get("/api/v1/districts/40106?foo=1").status_code == 400


def test_locating_a_point_names_district_and_centre(client):
    document = client.post("/api/v1/locate", json=NEAR).get_json()
    assert document["status"] == "ok"
    assert document["municipality_code"] == "40106"
    assert [d["code"] for d in document["districts"]][:2] == ["40106", "40100"]
    assert document["centre"]["id"] == "kokura"


def test_locating_a_point_at_sea_is_not_found(client):
    document = client.post("/api/v1/locate", json={"lon": 130.0, "lat": 30.0}).get_json()
    assert (document["status"], document["centre"]) == ("not_found", None)


@pytest.mark.parametrize("body", [{}, {"lon": 130.8}, {"address": "門司区", "lon": 1, "lat": 1}])
def test_locating_takes_an_address_or_a_point(client, body):
    assert client.post("/api/v1/locate", json=body).status_code == 400


def test_districts_light_and_whole(client):
    light = client.get("/api/v1/districts?geometry=false").get_json()
    assert {f["id"] for f in light["features"]} == {"40106", "40107"}
    assert all(f["geometry"] is None for f in light["features"])
    whole = client.get("/api/v1/districts/40106").get_json()
    assert whole["geometry"]["type"] == "MultiPolygon"
    assert whole["properties"]["facilities"] == 9
    assert client.get("/api/v1/districts/12999").status_code == 404


def test_results_say_how_they_stand_now(client):
    document = ask(client, near=NEAR, radius_m=4_000)
    states = {f["id"]: f["properties"] for f in document["features"]}
    assert (states["open"]["open_now"], states["open"]["next_opening"]) == ("open", None)
    assert states["shut"]["open_now"] == "closed"
    assert states["shut"]["next_opening"] == "2026-11-25T09:00+09:00"
    assert states["near"]["open_now"] == "unknown"
    assert states["open"]["accepting"] == {
        "value": "conditional",
        "evidence": "confirmed",
        "as_of": "2026-11-20",
    }
    assert states["shut"]["accepting"] == {"value": "unknown"}


def test_centres_say_whether_they_are_open(client):
    (centre,) = client.get("/api/v1/centres").get_json()["centres"]
    assert centre["open_now"] == "open"
    assert [d["code"] for d in centre["districts"]] == ["40106", "40107"]


def test_vocabulary_and_sources(client):
    vocabulary = client.get("/api/v1/vocabulary").get_json()
    assert {"VM.REG", "AC.ULCER"} <= {term["code"] for term in vocabulary["terms"]}
    assert len(vocabulary["kinds"]) == 22
    assert client.get("/api/v1/sources").get_json()["sources"] == []


def test_points_are_compact_columns_and_can_be_asked_for_conditionally(client):
    response = client.get("/api/v1/points")
    columns = response.get_json()
    assert len(columns["lon"]) == len(columns["lat"]) == len(columns["kind"]) == 8
    again = client.get("/api/v1/points", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_large_answers_are_compressed_and_still_conditional(client, encoding):
    asked = {"Accept-Encoding": encoding}
    first = client.get("/api/v1/vocabulary", headers=asked)
    assert first.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in first.headers["Vary"]
    known = {**asked, "If-None-Match": first.headers["ETag"]}
    again = client.get("/api/v1/vocabulary", headers=known)
    assert (again.status_code, again.data) == (304, b"")


def test_hostile_names_travel_as_data(client):
    document = client.get("/api/v1/facilities?kind=pharmacy").get_json()
    assert document["features"][0]["properties"]["name"] == HOSTILE


def test_the_description_lists_every_route(client):
    description = client.get("/api/openapi.json").get_json()
    assert description["openapi"].startswith("3.")
    for route in (
        "search",
        "locate",
        "facilities",
        "districts",
        "centres",
        "sources",
        "vocabulary",
    ):
        assert f"/api/v1/{route}" in description["paths"]


def test_health_and_metrics(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    client.post("/api/v1/search", json={"near": NEAR})
    assert b'route="/api/v1/search"' in client.get("/metrics").data


def test_every_answer_is_hardened(client):
    headers = client.get("/api/v1/centres").headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_unknown_api_paths_are_problems(client):
    response = client.get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.content_type == "application/problem+json"


def test_the_documentation_page_shows_every_operation(client):
    page = client.get("/api/docs").text
    paths = client.get("/api/openapi.json").get_json()["paths"]
    assert len(paths) >= 10
    assert all(path in page for path in paths)
    assert "radius_m" in page


def test_open_data_is_open_to_other_sites_and_answers_about_a_home_are_not(client):
    for path in ("/facilities", "/facilities/near", "/districts", "/vocabulary"):
        response = client.get(f"/api/v1{path}")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(f"/api/v1{path}", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304
    for path in ("search", "team", "locate", "suggest", "interpret"):
        response = client.post(f"/api/v1/{path}", json={"near": {"lon": 130.9, "lat": 33.9}})
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"


def test_the_page_of_the_api_says_how_long_a_version_stays(client):
    page = client.get("/api/docs").text
    assert "Sunset" in page
    assert "/fhir/metadata" in page


def test_of_many_districts_the_outlines_come_page_by_page(client, monkeypatch):
    monkeypatch.setattr("geoportal.web.api.browse.MOST_OUTLINES", 1)
    pages, address = [], "/api/v1/districts?level=ward"
    while address:
        response = client.get(address)
        document = response.get_json()
        pages.append([(f["id"], bool(f["geometry"])) for f in document["features"]])
        assert document["numberMatched"] == 2
        address = next((link["href"] for link in document.get("links", ())), "")
        assert (f'<{address}>; rel="next"' == response.headers.get("Link")) == bool(address)
    assert pages == [[("40106", True)], [("40107", True)]]
    light = client.get("/api/v1/districts?geometry=false")
    assert light.get_json()["numberReturned"] == 2
    assert "Link" not in light.headers
    assert client.get("/api/v1/districts?limit=0").status_code == 400
    few = client.get("/api/v1/districts?geometry=false&limit=1&offset=1").get_json()
    assert ([f["id"] for f in few["features"]], few["numberMatched"]) == (["40107"], 2)
