"""OWSLib's client reads ``/ogc``: collections, items with filters, queryables, schemas, CRS."""

from __future__ import annotations

from typing import Any

import pytest

features = pytest.importorskip("owslib.ogcapi.features")

COLLECTIONS = ["facilities", "districts", "centres", "coverage-cells"]


@pytest.fixture
def reader(served_sample: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return features.Features(f"{served_sample}/ogc")


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
    every = {
        one["id"]: one for one in reader.collection_items("facilities", limit=10_000)["features"]
    }
    clinics = {key for key, one in every.items() if one["properties"]["kind"] == "clinic"}
    assert 0 < len(clinics) < len(every)
    by_parameter = reader.collection_items("facilities", kind="clinic", limit=10_000)
    by_filter = reader.collection_items("facilities", filter="kind = 'clinic'", limit=10_000)
    for found in (by_parameter, by_filter):
        assert {one["id"] for one in found["features"]} == clinics
    key, one = next((k, f) for k, f in every.items() if f["geometry"])
    lon, lat = one["geometry"]["coordinates"]
    box = [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4]
    boxed = reader.collection_items("facilities", bbox=box)["features"]
    assert key in {found["id"] for found in boxed}
    pages = [
        reader.collection_items("facilities", limit=250, offset=offset)["features"]
        for offset in range(0, len(every), 250)
    ]
    assert [found["id"] for page in pages for found in page] == list(every)
    alone = reader.collection_item("facilities", key)
    assert alone["properties"] == one["properties"]
    turned = reader.collection_items(
        "facilities", crs="http://www.opengis.net/def/crs/EPSG/0/4326", limit=10_000
    )
    places = {found["id"]: found["geometry"] for found in turned["features"]}
    assert places[key]["coordinates"] == pytest.approx([lat, lon])
