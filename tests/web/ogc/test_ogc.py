"""OGC API – Features: abstract tests of Core, CRS and CQL2; read by GDAL as map programs do."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import jsonschema
import pyproj
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from geoportal.web.current_view import view_here
from geoportal.web.ogc.routes import CONFORMANCE
from tests.factories import KOKURA

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ITEMS = "/ogc/collections/facilities/items"
COLLECTIONS = ("facilities", "districts", "centres", "coverage-cells")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, path: str = ITEMS, **asked: Any) -> dict[str, Any]:
    response = client.get(path, query_string=asked)
    assert response.status_code == 200, response.text
    return response.get_json(force=True)


def every(client: FlaskClient) -> list[dict[str, Any]]:
    return ask(client, limit=10_000)["features"]


def ids(document: dict[str, Any]) -> list[str]:
    return [one["id"] for one in document["features"]]


@pytest.mark.slow
def test_links_of_the_landing_page_lead_to_everything(client: FlaskClient) -> None:
    links = {link["rel"]: link for link in ask(client, "/ogc")["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= links.keys()
    for link in links.values():
        assert client.get(link["href"].replace("http://localhost", "")).status_code == 200
    assert ask(client, "/ogc/conformance")["conformsTo"] == list(CONFORMANCE)
    collections = ask(client, "/ogc/collections")["collections"]
    assert [one["id"] for one in collections] == list(COLLECTIONS)
    for one in collections:
        assert one["crs"][0] == one["storageCrs"] == CRS84
        assert one == ask(client, f"/ogc/collections/{one['id']}")
        for link in one["links"]:
            assert client.get(link["href"].replace("http://localhost", "")).status_code == 200


def test_the_description_is_openapi_3_0(client: FlaskClient) -> None:
    response = client.get("/ogc/api")
    assert response.mimetype == "application/vnd.oai.openapi+json"
    document = response.get_json(force=True)
    assert document["openapi"].startswith("3.0.")
    for path, operations in document["paths"].items():
        for placeholder in [p for p in path.split("/") if p.startswith("{")]:
            names = {p["name"] for p in operations["get"]["parameters"] if p["in"] == "path"}
            assert placeholder.strip("{}") in names
    parameters = {
        p["name"]: p
        for p in document["paths"]["/collections/facilities/items"]["get"]["parameters"]
    }
    assert "10000" in parameters["limit"]["schema"]["description"]  # more is no error, but cut
    assert parameters["limit"]["schema"]["default"] == 100
    assert client.get(f"{ITEMS}?limit=10001").status_code == 200
    assert client.get("/ogc/").get_json() == client.get("/ogc").get_json()
    assert "VM_REG" in parameters


@pytest.mark.parametrize("name", COLLECTIONS)
def test_items_fit_their_schema_and_stand_alone(client: FlaskClient, name: str) -> None:
    schema = ask(client, f"/ogc/collections/{name}/schema")
    for key, about_it in schema["properties"].items():
        assert key == "geometry" or about_it["title"] not in ("", key), key
    document = ask(client, f"/ogc/collections/{name}/items")
    assert document["numberReturned"] == len(document["features"])
    for one in document["features"][:3]:
        alone = ask(client, f"/ogc/collections/{name}/items/{one['id']}")
        assert {"self", "collection"} <= {link["rel"] for link in alone.pop("links")}
        assert alone == one
        for key, value in one["properties"].items():
            if value is not None:
                jsonschema.validate(value, schema["properties"][key])


def test_pages_hold_every_item_once(client: FlaskClient) -> None:
    seen, path = [], f"{ITEMS}?limit=2"
    while path:
        document = client.get(path).get_json()
        seen += ids(document)
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        path = following[0].replace("http://localhost", "") if following else ""
    assert seen == [one["id"] for one in every(client)]
    assert len(set(seen)) == document["numberMatched"] > 3


STAR = ",".join(f"{n * 37 % 101} {n * n * 13 % 97}" for n in [*range(300), 0])
"""A ring that crosses itself thousands of times: to repair it would take a minute."""


@pytest.mark.parametrize(
    "asked",
    [
        {"unknown": "1"},
        {"limit": "0"},
        {"limit": "x"},
        {"offset": "-1"},
        {"bbox": "1,2,3"},
        {"bbox": "nan,1,2,3"},
        {"bbox": "1,3,2,1"},
        {"bbox": "170,1,190,3"},
        {"crs": "EPSG:4326"},
        {"bbox-crs": EPSG + "3857"},
        {"datetime": "yesterday"},
        {"datetime": "2026-12-01/2026-01-01"},
        {"filter": "kind ="},
        {"filter": "name = 'x'"},
        {"filter": "kind = 1"},
        {"filter": "CASEI(kind) = 'x'"},
        {"filter": "S_INTERSECTS(geometry, POINT(130.8751 33.8834))"},
        {"filter": f"S_INTERSECTS(geometry, POLYGON(({STAR})))"},
        {"filter": "S_DWITHIN(geometry, POINT(130.8751 33.8834), 10)"},
        {"filter": "(" * 60 + "kind = 'clinic'" + ")" * 60},
        {"filter": "NOT " * 60 + "kind = 'clinic'"},
        {"filter": "kind = 'clinic'" + " AND kind = 'clinic'" * 60},
        {"filter": "x" * 5000},
        {"filter": "kind = 'clinic'", "filter-lang": "sql"},
        {"filter": "kind = 'clinic'", "filter-crs": EPSG + "4326"},
        {"filter": "[]", "filter-lang": "cql2-json"},
        {"f": "xml"},
    ],
)
def test_what_makes_no_sense_is_refused_and_not_repeated(
    client: FlaskClient, asked: dict[str, str]
) -> None:
    response = client.get(ITEMS, query_string=asked)
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert "130.8751" not in response.text


def test_there_is_no_other_collection_or_item(client: FlaskClient) -> None:
    for path in ("homes", "homes/items", "facilities/items/nobody"):
        assert client.get(f"/ogc/collections/{path}").status_code == 404


def test_a_former_id_leads_to_the_present_one_in_the_crs_asked_for(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "geoportal.web.ogc.routes.view_here",
        lambda: replace(view_here(), redirects={"older": "near"}),
    )
    response = client.get(f"{ITEMS}/older", query_string={"crs": EPSG + "6670"})
    assert response.status_code == 301
    followed = client.get(response.headers["Location"])
    assert followed.headers["Content-Crs"] == f"<{EPSG}6670>"
    assert followed.get_json(force=True)["id"] == "near"


@pytest.mark.slow
def test_a_box_holds_what_lies_in_it(client: FlaskClient) -> None:
    lon, lat = KOKURA
    box = (lon - 0.01, lat - 0.02, lon + 0.02, lat + 0.01)
    inside = [
        one["id"]
        for one in every(client)
        if one["geometry"]
        and box[0] <= one["geometry"]["coordinates"][0] <= box[2]
        and box[1] <= one["geometry"]["coordinates"][1] <= box[3]
    ]
    assert len(inside) > 0
    assert ids(ask(client, bbox=",".join(map(str, box)))) == inside
    swapped = (box[1], box[0], box[3], box[2])
    for code in ("4326", "6668"):
        found = ask(client, bbox=",".join(map(str, swapped)), **{"bbox-crs": EPSG + code})
        assert ids(found) == inside


def test_a_box_may_go_over_the_180th_meridian(client: FlaskClient) -> None:
    placed = [one["id"] for one in every(client) if one["geometry"]]
    assert ids(ask(client, bbox="120,20,-170,50", limit=10_000)) == placed
    over = {"bbox": "20,120,50,-170", "bbox-crs": EPSG + "4326", "limit": 10_000}
    assert ids(ask(client, **over)) == placed
    assert ids(ask(client, bbox="170,20,-170,50")) == []


def test_the_extent_of_a_collection_holds_every_item(client: FlaskClient) -> None:
    for one in ask(client, "/ogc/collections")["collections"]:
        [(west, south, east, north)] = one["extent"]["spatial"]["bbox"]
        extent = shapely.box(west, south, east, north)
        items = ask(client, f"/ogc/collections/{one['id']}/items", limit=10_000)["features"]
        shapes = [shapely.geometry.shape(i["geometry"]) for i in items if i["geometry"]]
        assert all(extent.covers(shape) for shape in shapes), one["id"]


@pytest.mark.parametrize("code", ["4326", "6668", "6670", "6677"])
def test_coordinates_are_in_the_axis_order_of_the_crs(client: FlaskClient, code: str) -> None:
    plain = {one["id"]: one["geometry"] for one in every(client)}
    response = client.get(ITEMS, query_string={"crs": EPSG + code, "limit": 10_000})
    assert response.headers["Content-Crs"] == f"<{EPSG}{code}>"
    project = pyproj.Transformer.from_crs("EPSG:6668", f"EPSG:{code}")
    placed = 0
    for one in response.get_json()["features"]:
        if plain[one["id"]] is None:
            assert one["geometry"] is None
            continue
        lon, lat = plain[one["id"]]["coordinates"]
        expected = (lat, lon) if code in ("4326", "6668") else project.transform(lat, lon)
        assert one["geometry"]["coordinates"] == pytest.approx(expected, abs=0.001)
        placed += 1
    assert placed
    assert client.get(ITEMS).headers["Content-Crs"] == f"<{CRS84}>"


def about(one: dict[str, Any]) -> dict[str, str]:
    return one["properties"]


FILTERS = {
    "kind = 'clinic'": lambda p: p["kind"] == "clinic",
    "kind <> 'clinic'": lambda p: p["kind"] != "clinic",
    "VM_REG = 'yes' AND kind IN ('clinic', 'hospital')": lambda p: (
        p["VM_REG"] == "yes" and p["kind"] in ("clinic", "hospital")
    ),
    "NOT (VM_REG = 'yes' OR VM_REG = 'not_applicable')": lambda p: p["VM_REG"] in ("no", "unknown"),
    "kind LIKE '%clinic' AND municipality_code BETWEEN '40101' AND '40109'": lambda p: (
        p["kind"].endswith("clinic") and "40101" <= p["municipality_code"] <= "40109"
    ),
    "kind NOT IN ('clinic') AND VM_REG < 'yes'": lambda p: (
        p["kind"] != "clinic" and p["VM_REG"] < "yes"
    ),
    "municipality_code IS NULL": lambda p: not p["municipality_code"],
}


@pytest.mark.parametrize("text", FILTERS)
def test_filters_say_in_text_and_json_what_they_mean(client: FlaskClient, text: str) -> None:
    import cql2

    expected = [one["id"] for one in every(client) if FILTERS[text](about(one))]
    assert ids(ask(client, filter=text, limit=10_000)) == expected
    tree = json.dumps(cql2.parse_text(text).to_json())
    found = ask(client, filter=tree, **{"filter-lang": "cql2-json", "limit": 10_000})
    assert ids(found) == expected


def test_an_area_is_asked_by_box_and_polygon(client: FlaskClient) -> None:
    lon, lat = KOKURA
    box = f"{lon - 0.01},{lat - 0.01},{lon + 0.01},{lat + 0.01}"
    expected = ids(ask(client, bbox=box))
    assert expected
    assert ids(ask(client, filter=f"S_INTERSECTS(geometry, BBOX({box}))")) == expected
    w, s, e, n = box.split(",")
    ring = f"POLYGON(({w} {s}, {e} {s}, {e} {n}, {w} {n}, {w} {s}))"
    assert ids(ask(client, filter=f"S_INTERSECTS(geometry, {ring})")) == expected


def test_properties_are_parameters_and_values_are_those_of_the_search(client: FlaskClient) -> None:
    found = ids(ask(client, VM_REG="yes", kind="clinic"))
    body = {"district": "40106", "kinds": ["clinic"], "needs": ["VM.REG"], "include": "match"}
    searched = client.post("/api/v1/search", json=body).get_json()
    assert set(ids(searched)) <= set(found)
    for one in every(client):
        feature = client.get(f"/api/v1/facilities/{one['id']}").get_json()["properties"]
        for code in feature["applicable_needs"]:
            shown = feature["shown"].get(code, {"value": "unknown"})["value"]
            assert about(one)[code.replace(".", "_")] == shown


def test_items_are_sorted_by_queryable_properties(client: FlaskClient) -> None:
    plain = every(client)
    for text, keys in (
        ("kind", [("kind", False)]),
        ("-kind", [("kind", True)]),
        ("+municipality_code,-VM_REG", [("municipality_code", False), ("VM_REG", True)]),
    ):
        expected = list(plain)
        for key, descending in reversed(keys):
            expected.sort(key=lambda one, k=key: one["properties"][k], reverse=descending)
        assert ids(ask(client, limit=10_000, sortby=text)) == [one["id"] for one in expected]
    first = ask(client, limit=2, sortby="-kind")
    after = next(link["href"] for link in first["links"] if link["rel"] == "next")
    followed = client.get(after.replace("http://localhost", "")).get_json(force=True)
    whole = ids(ask(client, limit=10_000, sortby="-kind"))
    assert ids(first) + ids(followed) == whole[:4]
    for text in ("", "name", "kind,kind", "--kind", "kind,,", "<script>"):
        refused = client.get(ITEMS, query_string={"sortby": text})
        assert refused.status_code == 400, text
        assert "script" not in refused.text
    assert ids(ask(client, "/ogc/collections/districts/items", sortby="-code"))


def test_time_is_a_day_or_an_interval(client: FlaskClient) -> None:
    size = ask(client)["numberMatched"]
    for asked in ("2026-11-24", "2026-01-01/..", "../2026-11-24", "2026-11-24T00:00:00Z/.."):
        assert ask(client, datetime=asked)["numberMatched"] == size
    assert ask(client, datetime="2030-01-01/..")["numberMatched"] == 0


def test_pages_for_people_say_the_same(client: FlaskClient) -> None:
    for path in ("", "/conformance", "/collections", "/collections/facilities", "/api"):
        assert client.get(f"/ogc{path}?f=html").mimetype == "text/html"
    html = client.get(ITEMS, headers={"Accept": "text/html"}).text
    for one in ask(client)["features"]:
        assert f'/items/{one["id"]}"' in html


READER = """
import json, sys
import pyogrio
source, options = "OAPIF:" + sys.argv[1], json.loads(sys.argv[2])
frame = pyogrio.read_dataframe(source, layer="facilities", **options)
places = [[one.x, one.y] if one else None for one in frame.geometry]
layers = [name for name, _ in pyogrio.list_layers(source)]
places = dict(zip(frame["id"], places))
print(json.dumps({"layers": layers, "crs": frame.crs.to_epsg(), "places": places}))
"""
"""In a process of its own: GDAL asks while it holds the interpreter, in which the server runs."""


def gdal(site: str, **options: object) -> dict[str, Any]:
    read = subprocess.run(
        [sys.executable, "-c", READER, f"{site}/ogc", json.dumps(options)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return json.loads(read.stdout)


@pytest.mark.slow
def test_gdal_reads_every_feature(sample_city: FlaskClient, served_sample: str) -> None:
    plain = {one["id"]: one for one in every(sample_city)}
    expected = {
        key: one["geometry"] and list(one["geometry"]["coordinates"]) for key, one in plain.items()
    }
    read = gdal(served_sample, PAGE_SIZE=250)
    assert set(read["layers"]) == set(COLLECTIONS)
    assert read["places"] == expected
    clinics = gdal(served_sample, where="kind = 'clinic' AND VM_REG = 'yes'")["places"]
    assert set(clinics) == {
        key
        for key, one in plain.items()
        if about(one)["kind"] == "clinic" and about(one)["VM_REG"] == "yes"
    }
    plane = gdal(served_sample, CRS="EPSG:6670", where="kind = 'pharmacy'")
    assert plane["crs"] == 6670
    assert len(plane["places"]) > 50
    east = pyproj.Transformer.from_crs("EPSG:6668", "EPSG:6670", always_xy=True)
    for key, place in plane["places"].items():
        if place is not None:
            assert place == pytest.approx(east.transform(*expected[key]), abs=0.01)
