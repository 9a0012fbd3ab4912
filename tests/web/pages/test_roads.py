"""Minutes by car on the results page: only where a road map is held, in place of nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal.roads.topology import RoadLine, edges_of, to_bytes
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.roads import RoadSet, write_road_set
from tests.factories import KOKURA

LON, LAT = KOKURA
HOME = {"lon": str(LON), "lat": str(LAT), "kind": "clinic", "radius_m": "4000"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def with_roads(city: Database) -> None:
    """One road from the home past "maybe", and one that does not reach it."""
    roads = [
        RoadLine(np.array([(LON, LAT), (LON + 0.012, LAT)]), "residential"),
        RoadLine(np.array([(LON + 0.018, LAT), (LON + 0.022, LAT)]), "residential"),
    ]
    packed = to_bytes(edges_of(roads))
    with city.engine.begin() as connection:
        box = (LON, LAT, LON + 0.022, LAT)
        write_road_set(connection, RoadSet("roads", "roads", "2025-12-01", 2, *box, packed))
        advance_dataset_version(connection, "roads")


def test_without_roads_nothing_is_said_of_them(client: FlaskClient) -> None:
    page = client.post("/", data=HOME).get_data(as_text=True)
    assert "card__distance" in page
    assert "車" not in page.split('id="results-title"')[1].split("</main>")[0]
    assert 'value="road"' not in page


@pytest.mark.usefixtures("with_roads")
def test_minutes_stand_beside_metres_and_order_on_request(client: FlaskClient) -> None:
    page = client.post("/", data={**HOME, "order": "road"}).get_data(as_text=True)
    assert "車で約3分" in page  # 924 m at 20 km/h
    assert "道路のつながりは未確認" in page
    assert "早く着ける順" in page
    assert "OpenStreetMap" in page
    assert '<option value="road" selected>' in page
    far = client.post("/", data={**HOME, "lat": str(LAT - 0.02)}).get_data(as_text=True)
    assert "車での時間は出せません" in far
    assert "車で約" not in far


@pytest.mark.usefixtures("with_roads")
def test_what_is_known_of_roads_stands_with_the_teams(client: FlaskClient) -> None:
    sent = {"address": "福岡県北九州市小倉北区", "opened": "1", "role": "doctor"}
    page = client.post("/team", data=sent).get_data(as_text=True).split('id="teams"')[1]
    assert "車での時間は出せません" in page
    assert "車で約" not in page
