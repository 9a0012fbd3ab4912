"""OWSLib's client reads ``/ogc``: collections, items with filters, queryables, schemas, CRS."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

features = pytest.importorskip("owslib.ogcapi.features")

COLLECTIONS = ["facilities", "districts", "centres", "coverage-cells"]


@pytest.fixture
def reader(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield features.Features(f"http://127.0.0.1:{server.server_port}/ogc")
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_there_is(reader: Any) -> None:
    assert reader.feature_collections() == COLLECTIONS
    assert any("features-2/1.0/conf/crs" in one for one in reader.conformance()["conformsTo"])
    assert reader.api()["openapi"].startswith("3.0")
    for name in COLLECTIONS:
        described = reader.collection(name)
        assert described["id"] == name
        assert described["crs"][0].endswith("CRS84")
        schema = reader.collection_schema(name)["properties"]
        queryables = reader.collection_queryables(name)["properties"]
        assert queryables.keys() <= schema.keys()


def test_items_by_filter_box_and_page(reader: Any) -> None:
    every = {one["id"]: one for one in reader.collection_items("facilities")["features"]}
    clinics = {key for key, one in every.items() if one["properties"]["kind"] == "clinic"}
    assert 0 < len(clinics) < len(every)
    by_parameter = reader.collection_items("facilities", kind="clinic")
    by_filter = reader.collection_items("facilities", filter="kind = 'clinic'")
    for found in (by_parameter, by_filter):
        assert {one["id"] for one in found["features"]} == clinics
    key, one = next((k, f) for k, f in every.items() if f["geometry"])
    lon, lat = one["geometry"]["coordinates"]
    box = [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4]
    boxed = reader.collection_items("facilities", bbox=box)["features"]
    assert key in {found["id"] for found in boxed}
    pages = [
        reader.collection_items("facilities", limit=2, offset=offset)["features"]
        for offset in range(0, len(every), 2)
    ]
    assert [found["id"] for page in pages for found in page] == list(every)
    alone = reader.collection_item("facilities", key)
    assert alone["properties"] == one["properties"]
    turned = reader.collection_items(
        "facilities", crs="http://www.opengis.net/def/crs/EPSG/0/4326", limit=100
    )
    places = {found["id"]: found["geometry"] for found in turned["features"]}
    assert places[key]["coordinates"] == pytest.approx([lat, lon])
