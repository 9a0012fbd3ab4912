"""Areas around a home by POST: only where roads are held, kept by nobody."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from geoportal.roads.topology import RoadLine, edges_of, to_bytes
from geoportal.store.database import advance_dataset_version
from geoportal.store.roads import RoadSet, write_road_set
from tests.factories import KOKURA

LON, LAT = KOKURA
BODY = {"near": {"lon": LON, "lat": LAT}}


@pytest.fixture
def client(app):
    return app.test_client()


def test_without_roads_there_are_no_areas(client):
    answer = client.post("/api/v1/isochrones", json=BODY)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json()["features"] == []
    assert answer.get_json()["roads"] == "not_held"
    assert client.get("/api/v1/isochrones").status_code == 405
    assert client.post("/api/v1/isochrones", json={**BODY, "minutes": [0]}).status_code == 400


def test_areas_grow_with_the_minutes_and_hold_the_home(city, client):
    road = RoadLine(np.array([(LON - 0.1, LAT), (LON, LAT), (LON + 0.1, LAT)]), "residential")
    packed = to_bytes(edges_of([road]))
    with city.engine.begin() as connection:
        box = (LON - 0.1, LAT, LON + 0.1, LAT)
        write_road_set(connection, RoadSet("r", "roads", "2025-12-01", 1, *box, packed))
        advance_dataset_version(connection, "roads")
    document = client.post("/api/v1/isochrones", json={**BODY, "minutes": [5, 10]}).get_json()
    large, small = (
        shapely.from_geojson(json.dumps(feature["geometry"])) for feature in document["features"]
    )
    assert [f["properties"]["minutes"] for f in document["features"]] == [10, 5]
    assert large.contains(small.buffer(-1e-4))
    assert small.contains(shapely.Point(LON, LAT))
    east = document["features"][1]["properties"]["east_m"]
    assert abs(east - 5 * 20_000 / 60) <= document["error_m"]  # 20 km/h
    assert "OpenStreetMap" in document["attribution"]
    away = {"near": {"lon": LON, "lat": LAT + 0.05}}
    assert client.post("/api/v1/isochrones", json=away).get_json()["roads"] == "home_unknown"
