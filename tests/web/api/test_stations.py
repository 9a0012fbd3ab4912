"""Stations over HTTP and on the page: one is an origin, several a question, none is kept."""

from __future__ import annotations

import pytest
from pyproj import Geod
from structlog.testing import capture_logs

from geoportal.domain.place import Place
from geoportal.domain.station import Station
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.places import PlaceSet, content_hash, replace_places
from geoportal.store.stations import replace_stations
from geoportal.web.app import create_app
from geoportal.web.coverage.plan import read_plan
from geoportal.web.language.messages import messages
from tests.conftest import NOW
from tests.factories import KOKURA

GEOD = Geod(ellps="GRS80")
JR = "九州旅客鉄道"
STATIONS = [
    Station("1", "見本", *KOKURA, 230, ((JR, "鹿児島線"), (JR, "日豊線"))),
    Station("2", "茜町", KOKURA[0] + 0.01, KOKURA[1], 40, ((JR, "日豊線"),)),
    Station("3", "茜町", 131.0, 33.88, 40, (("架空電気軌道", "本線"),)),
]


@pytest.fixture(scope="module")
def with_stations(city_of_module):
    place = Place("40106", "福岡県", "北九州市小倉北区", "見本駅前一丁目", 130.88, 33.88)
    second = Place("40107", "福岡県", "北九州市小倉南区", "青山", 131.0, 33.88)
    with city_of_module.engine.begin() as connection:
        for one in (place, second):
            code = one.municipality_code
            replace_places(
                connection, PlaceSet("towns", code, "2026-01-01", 1, content_hash([one])), [one]
            )
        replace_stations(connection, "stations", "2023-12-31", STATIONS)
    return Portal(city_of_module, shipped_reference(), clock=lambda: NOW)


@pytest.fixture(scope="module")
def client(with_stations):
    return create_app(with_stations, Settings()).test_client()


def locate(client, address):
    return client.post("/api/v1/locate", json={"address": address}).get_json()


def test_a_station_is_located_with_its_ward_and_centre(client):
    found = locate(client, "JR見本駅")
    assert (found["status"], found["match_level"], found["uncertainty_m"]) == ("ok", "point", 230)
    assert (found["lon"], found["lat"]) == KOKURA
    assert (found["station"], found["lines"]) == ("見本駅", ["JR鹿児島線", "JR日豊線"])
    assert found["warnings"] == ["station_position"]
    assert "N02" in found["source"]
    assert found["dataset_date"] == "2023-12-31"
    assert found["districts"][0]["code"] == "40106"
    assert found["centre"]["id"] == "kokura"


def test_two_stations_of_a_name_are_candidates_each_of_which_can_be_asked_for(client):
    found = locate(client, "茜町駅")
    assert (found["status"], found["lon"]) == ("ambiguous", None)
    wards = [(one["municipality"], one["lines"]) for one in found["candidates"]]
    assert wards == [
        ("北九州市小倉北区", ["JR日豊線"]),
        ("北九州市小倉南区", ["架空電気軌道本線"]),
    ]
    for one in found["candidates"]:
        again = locate(client, one["text"])
        assert (again["status"], again["lon"]) == ("ok", one["lon"])


def test_a_search_around_a_station_measures_from_it_and_says_so(client):
    answer = client.post("/api/v1/search", json={"near": {"address": "見本駅"}}).get_json()
    assert answer["origin"]["uncertainty_m"] == 230
    assert "station_position" in answer["origin"]["warnings"]
    assert answer["numberMatched"] > 3
    for feature in answer["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        expected = GEOD.inv(*KOKURA, lon, lat)[2]
        assert abs(feature["properties"]["distance_m"] - expected) <= 0.51


def test_an_ambiguous_station_is_no_origin(client):
    response = client.post("/api/v1/search", json={"near": {"address": "茜町駅"}})
    assert (response.status_code, response.get_json()["address_status"]) == (422, "ambiguous")
    assert "茜" not in response.text


def test_a_town_called_after_the_station_stays_a_town(client):
    assert locate(client, "見本駅前1丁目")["town"] == "見本駅前一丁目"
    assert locate(client, "見本駅前1丁目2-3")["match_level"] == "chome"


def test_stations_are_suggested_beside_towns(client):
    answer = client.post("/api/v1/suggest", json={"text": "見本"}).get_json()
    assert [one["town"] for one in answer["suggestions"]] == ["見本駅前"]
    (station,) = answer["stations"]
    assert station["text"] == "見本駅（福岡県北九州市小倉北区）"
    assert station["lines"] == ["JR鹿児島線", "JR日豊線"]
    inside = client.post("/api/v1/suggest", json={"text": "茜", "district": "40107"}).get_json()
    assert [one["municipality_code"] for one in inside["stations"]] == ["40107"]
    one = client.post("/api/v1/suggest", json={"text": "茜", "limit": 1}).get_json()
    assert len(one["stations"]) == 1


def test_the_page_without_javascript_searches_around_a_station(client):
    page = client.post("/", data={"address": "見本駅"}).get_data(as_text=True)
    assert "駅の位置からの直線距離です（誤差 ±230 m）" in page
    asked = client.post("/", data={"address": "茜町駅"}).get_data(as_text=True)
    assert "茜町駅（福岡県北九州市小倉北区）" in asked
    assert "茜町駅（福岡県北九州市小倉南区）" in asked


def test_the_box_speaks_of_stations_where_there_are_any(client):
    assert "住所・町名・駅名（" in client.get("/?lang=ja").get_data(as_text=True)


def test_the_box_is_silent_about_stations_where_there_are_none(app):
    page = app.test_client().get("/?lang=ja").get_data(as_text=True)
    assert "住所・町名（" in page
    assert "駅名" not in page


def test_a_team_can_be_asked_for_around_a_station(client):
    page = client.post("/team", data={"address": "見本駅"}).get_data(as_text=True)
    assert "駅の位置からの直線距離です" in page
    asked = client.post("/team", data={"address": "茜町駅"}).get_data(as_text=True)
    assert "茜町駅（福岡県北九州市小倉南区）" in asked


def test_what_was_typed_is_left_nowhere(client):
    with capture_logs() as logs:
        client.post("/api/v1/suggest", json={"text": "見本駅"})
        client.post("/api/v1/locate", json={"address": "見本駅"})
    assert "見本" not in str(logs)
    assert "見本" not in client.get("/metrics").text


def test_hostile_names_stay_text(city):
    hostile = Station("9", "<script>alert(1)</script>", *KOKURA, 40, ((JR, "<b>線"),))
    twin = Station("8", "<script>alert(1)</script>", 131.0, 33.88, 40, ())
    with city.engine.begin() as connection:
        replace_stations(connection, "stations", "2024-12-31", [hostile, twin])
    fresh = create_app(
        Portal(city, shipped_reference(), clock=lambda: NOW), Settings()
    ).test_client()
    page = fresh.post("/", data={"address": "<script>alert(1)</script>駅"}).get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_facility_can_be_planned_at_a_station(with_stations):
    words = messages("ja")

    def plan(place):
        return read_plan(with_stations.view(), {"place": [place]}, lambda _district: None, words)

    (planned,) = plan("見本駅").changes.add
    assert "北九州市小倉北区見本駅" in planned.name
    assert (planned.lon, planned.lat) == KOKURA
    assert [one.name for one in plan("茜町駅").candidates] == [
        "北九州市小倉北区茜町駅（位置の誤差 約 100 m）",
        "北九州市小倉南区茜町駅（位置の誤差 約 100 m）",
    ]
