"""The portal from Python says what the API says: data frames beside answers over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal import open_portal
from geoportal.errors import AddressNotPlacedError, NotFoundError, UsageError
from geoportal.python_api.opened import OpenPortal
from geoportal.services.portal import Portal
from tests.factories import KOKURA

NEEDS = ["VM.REG", "AC.ULCER"]


@pytest.fixture
def opened(portal: Portal) -> Iterator[OpenPortal]:
    with OpenPortal(portal) as opened:
        yield opened


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def asked(client: FlaskClient, path: str, **body: Any) -> dict[str, Any]:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_a_search_is_that_of_the_api(opened: OpenPortal, client: FlaskClient) -> None:
    found = opened.search(KOKURA, radius_m=4_000, needs=NEEDS, include="all")
    near = {"lon": KOKURA[0], "lat": KOKURA[1]}
    told = asked(
        client, "/api/v1/search", near=near, radius_m=4000, needs=NEEDS, include="all", limit=100
    )
    assert found.document == told
    assert found.counts == told["counts"]
    frame = found.facilities
    assert list(frame.index) == [one["id"] for one in told["features"]]
    for (_, row), one in zip(frame.iterrows(), told["features"], strict=True):
        properties = one["properties"]
        assert row["match"] == properties["match"]
        assert row["distance_m"] == properties["distance_m"]
        for code in NEEDS:
            assert row[code.replace(".", "_")] == properties["needs"][code]["value"]
        place = one["geometry"]["coordinates"]
        assert [row.geometry.x, row.geometry.y] == place


def test_facilities_are_the_items_of_ogc(opened: OpenPortal, client: FlaskClient) -> None:
    frame = opened.facilities()
    items = client.get("/ogc/collections/facilities/items?limit=1000").get_json(force=True)
    told = {one["id"]: one for one in items["features"]}
    assert set(frame.index) == told.keys()
    assert frame.crs == "OGC:CRS84"
    for name, row in frame.iterrows():
        said = {k: None if pd.isna(v) else v for k, v in row.items() if k != "geometry"}
        assert said == told[str(name)]["properties"]
        assert pd.isna(row.geometry) == (told[str(name)]["geometry"] is None)
    assert set(opened.facilities(kinds=["pharmacy"]).index) == {"hostile"}
    box = (KOKURA[0] - 0.001, KOKURA[1] - 0.001, KOKURA[0] + 0.001, KOKURA[1] + 0.001)
    assert set(opened.facilities(bbox=box).index) == {"near"}


def test_one_facility_a_place_a_note_and_a_team(opened: OpenPortal, client: FlaskClient) -> None:
    assert opened.facility("near") == client.get("/api/v1/facilities/near").get_json(force=True)
    with pytest.raises(NotFoundError):
        opened.facility("nowhere")
    address = "北九州市小倉北区城内1-1"
    assert opened.geocode(address) == asked(client, "/api/v1/locate", address=address)
    assert list(opened.geocode_all([address, "?"])["status"]) == ["partial", "invalid"]
    note = "訪問診療の先生をさがしています"
    assert opened.interpret(note) == asked(client, "/api/v1/interpret", text=note)
    near = {"lon": KOKURA[0], "lat": KOKURA[1]}
    assert opened.team(KOKURA) == asked(client, "/api/v1/team", near=near)


def test_lists_of_words_and_districts(opened: OpenPortal) -> None:
    assert opened.needs().loc["VM.REG", "label_en"] == "Scheduled home visits (physician)"
    assert set(opened.districts().index) >= {"40106", "40107"}


def test_what_makes_no_sense_is_refused_and_not_repeated(opened: OpenPortal) -> None:
    for wrong in (
        {"near": (1, 2, 3)},
        {"near": KOKURA, "radius_m": -1},
        {"near": KOKURA, "needs": ["北九州市小倉北区"]},
        {"near": KOKURA, "北九州市小倉北区": 1},
        {},
    ):
        with pytest.raises(UsageError) as error:
            opened.search(**wrong)  # type: ignore[arg-type]
        assert "小倉" not in str(error.value)
    with pytest.raises(AddressNotPlacedError) as unplaced:
        opened.search("福岡県どこか村9-9")
    assert "福岡" not in str(unplaced.value)
    found = opened.search(KOKURA)
    assert str(KOKURA[0]) not in repr(found) + repr(opened)


def test_no_database_and_two_are_refused(tmp_path) -> None:
    with pytest.raises(NotFoundError):
        open_portal(tmp_path / "none.db")
    with pytest.raises(UsageError):
        open_portal(tmp_path / "none.db", sample=True)


@pytest.mark.slow
def test_importing_the_package_loads_nothing() -> None:
    code = (
        "import sys, geoportal;"
        "print([m for m in sys.modules if 'geoportal' in m or m in ('numpy', 'pandas')])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "['geoportal']"


@pytest.mark.slow
def test_coverage_is_that_of_the_api(sample_portal: Portal, tmp_path) -> None:
    from geoportal.settings import Settings
    from geoportal.web.app import create_app

    client = create_app(sample_portal, Settings()).test_client()
    with OpenPortal(sample_portal) as opened:
        held = opened.coverage("40106", kinds=["clinic"], needs=["VM.REG"])
        address = "/api/v1/coverage?area=40106&kind=clinic&need=VM.REG"
        told = client.get(address).get_json(force=True)
        assert list(held.districts.index[:-1]) == [row["district"] for row in told["districts"]]
        assert list(held.districts["sentence"])[:-1] == [r["sentence"] for r in told["districts"]]
        assert list(held.cells["pop75"]) == told["cells"]["pop75"]
        assert set(held.facilities.index) <= set(opened.facilities().index)
        more = opened.coverage(
            "40106", kinds=["clinic"], needs=["VM.REG"], add=[{"lon": 130.87, "lat": 33.88}]
        )
        assert more.districts["facilities"].iloc[-1] == held.districts["facilities"].iloc[-1] + 1
        assert "coverage.csv" in held.write(tmp_path / "pack", ["csv"])
