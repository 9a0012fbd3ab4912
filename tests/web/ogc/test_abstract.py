"""Abstract tests of OGC 17-069r4, 18-058r1, 21-065r2 and 20-057 by their names.

Those that need more than a request or two are elsewhere; `ELSEWHERE` says where.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.ogc.test_ogc import COLLECTIONS, CRS84, EPSG, ITEMS, ask, ids

ELSEWHERE = {
    "core/root-success, api-definition-success, conformance-success, fc-md-success, fc-md-links, "
    "sfc-md-success": "test_ogc.test_links_of_the_landing_page_lead_to_everything",
    "core/fc-md-items, f-success, f-links, geojson/content": (
        "test_ogc.test_items_fit_their_schema_and_stand_alone"
    ),
    "core/fc-md-extent": "test_ogc.test_the_extent_of_a_collection_holds_every_item",
    "core/fc-bbox-response": "test_ogc.test_a_box_holds_what_lies_in_it",
    "core/fc-time-response": "test_ogc.test_time_is_a_day_or_an_interval",
    "core/fc-links, fc-numberMatched": "test_ogc.test_pages_hold_every_item_once",
    "core/query-param-invalid, query-param-unknown; crs/crs-parameter-invalid, "
    "bbox-crs-parameter-invalid": ("test_ogc.test_what_makes_no_sense_is_refused_and_not_repeated"),
    "html/definition, content": "test_ogc.test_pages_for_people_say_the_same",
    "oas30/definition-1, completeness": "test_ogc.test_the_description_is_openapi_3_0",
    "crs/crs-parameter, crs-parameter-transform, crs-transform": (
        "test_ogc.test_coordinates_are_in_the_axis_order_of_the_crs"
    ),
    "cql2-text, cql2-json, basic-cql2, advanced-comparison-operators": (
        "test_ogc.test_filters_say_in_text_and_json_what_they_mean"
    ),
    "basic-spatial-functions": "test_ogc.test_an_area_is_asked_by_box_and_polygon",
    "tiles: core/tc-op, tc-success, mvt/content": (
        "test_tiles.test_every_facility_is_where_it_lies_in_one_tile"
    ),
    "tiles: core/tc-error": "test_tiles.test_a_tile_is_not_sent_again_and_not_outside",
    "tiles: tilesets-list/tileset-links, tileset/description, geodata-tilesets/desc-links": (
        "test_tiles.test_documents_lead_to_the_tiles"
    ),
}


@pytest.mark.parametrize("names", ELSEWHERE)
def test_the_abstract_test_is_elsewhere(names: str) -> None:
    module, _, function = ELSEWHERE[names].partition(".")
    assert callable(getattr(import_module(f"tests.web.ogc.{module}"), function))


@pytest.fixture(scope="module")
def described(sample_city: FlaskClient) -> dict[str, Any]:
    return ask(sample_city, "/ogc/api")


def parameters(described: dict[str, Any], path: str) -> dict[str, Any]:
    return {one["name"]: one for one in described["paths"][path]["get"]["parameters"]}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_core_fc_bbox_limit_and_time_definition(described: dict[str, Any], name: str) -> None:
    """/conf/core/fc-bbox-definition, fc-limit-definition, fc-time-definition."""
    found = parameters(described, f"/collections/{name}/items")
    for parameter in ("bbox", "limit", "datetime"):
        one = found[parameter]
        assert (one["in"], one["required"]) == ("query", False)
        assert (one["style"], one["explode"]) == ("form", False)
    assert found["limit"]["schema"]["type"] == "integer"
    assert found["limit"]["schema"]["minimum"] == 1


def test_core_fc_limit_response(sample_city: FlaskClient) -> None:
    """/conf/core/fc-limit-response, fc-numberReturned."""
    for limit in (1, 7):
        document = ask(sample_city, limit=limit)
        assert document["numberReturned"] == len(document["features"]) == limit
    assert len(ask(sample_city)["features"]) == 100


def test_core_fc_links_and_rel_type(sample_city: FlaskClient) -> None:
    """/conf/core/fc-links, fc-rel-type: self, alternate; each link with relation and type."""
    links = ask(sample_city, limit=1)["links"]
    assert {"self", "alternate", "next", "collection"} <= {one["rel"] for one in links}
    assert all(one["type"] and one["href"] for one in links)


@pytest.mark.parametrize("name", COLLECTIONS)
def test_core_f_op_answers_each_item_at_its_own_address(
    sample_city: FlaskClient, name: str
) -> None:
    """/conf/core/f-op, sfc-md-op, fc-op."""
    [feature] = ask(sample_city, f"/ogc/collections/{name}/items", limit=1)["features"]
    alone = sample_city.get(f"/ogc/collections/{name}/items/{feature['id']}")
    assert alone.mimetype == "application/geo+json"
    assert alone.get_json(force=True)["id"] == feature["id"]


def test_crs_md_lists_uris_with_the_default_and_the_storage(sample_city: FlaskClient) -> None:
    """/conf/crs/crs-uri, default-crs, storageCrs."""
    document = ask(sample_city, "/ogc/collections")
    for one in document["collections"]:
        assert one["crs"][0] == CRS84
        assert one["storageCrs"] in one["crs"]
        assert all(uri == CRS84 or uri.startswith(EPSG) for uri in one["crs"])


def test_crs_defaults_are_crs84(sample_city: FlaskClient) -> None:
    """/conf/crs/crs-parameter-default, bbox-crs-parameter-default, bbox-crs-parameter."""
    plain = sample_city.get(f"{ITEMS}?limit=3")
    asked = sample_city.get(ITEMS, query_string={"limit": 3, "crs": CRS84})
    assert plain.headers["Content-Crs"] == asked.headers["Content-Crs"] == f"<{CRS84}>"
    assert plain.get_json()["features"] == asked.get_json()["features"]
    box: dict[str, Any] = {"bbox": "130.87,33.87,130.89,33.89", "limit": 10_000}
    assert ids(ask(sample_city, **box)) == ids(ask(sample_city, **box, **{"bbox-crs": CRS84}))
    swapped: dict[str, Any] = {
        "bbox": "33.87,130.87,33.89,130.89",
        "bbox-crs": f"{EPSG}4326",
        "limit": 10_000,
    }
    assert ids(ask(sample_city, **swapped)) == ids(ask(sample_city, **box))


def test_tiles_oas30_operation_id(described: dict[str, Any]) -> None:
    """/conf/oas30/operation-id of 20-057, and no id twice (OpenAPI)."""
    found = [one["get"]["operationId"] for one in described["paths"].values()]
    assert len(set(found)) == len(found)
    for suffix in ("getTileSetsList", "getTileSet", "getTile"):
        assert sum(one.endswith(f".collection.vector.{suffix}") for one in found) == 1
    assert {"getTileMatrixSetsList", "getTileMatrixSet", "getLandingPage"} <= set(found)


def test_tiles_core_tc_tilematrix_tilerow_tilecol_definition(described: dict[str, Any]) -> None:
    """/conf/core/tc-tilematrix-definition, tc-tilerow-definition, tc-tilecol-definition."""
    path = "/collections/facilities/tiles/WebMercatorQuad/{z}/{y}/{x}"
    found = parameters(described, path)
    for name in ("z", "y", "x"):
        assert (found[name]["in"], found[name]["required"]) == ("path", True)
        assert found[name]["schema"]["minimum"] == 0
