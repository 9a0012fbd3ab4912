"""The collection of census cells: the figures of coverage, measured once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal.web.coverage import maker
from geoportal.web.coverage.files import FileState, PackFiles

CELLS = "/ogc/collections/coverage-cells"
WARD = "40106"
QUESTIONS = {
    "doctor": "kind=hospital&kind=clinic&need=VM.REG",
    "nurse": "kind=visiting_nursing",
}
MEASURES = ("within_2000_m", "within_16000_m", "nearest_m", "second_nearest_m")

pytestmark = pytest.mark.slow


def ask(client: FlaskClient, path: str, **asked: Any) -> dict[str, Any]:
    response = client.get(path, query_string=asked)
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.get_json(force=True)
    return document


def test_figures_are_those_of_coverage(sample_city: FlaskClient) -> None:
    items = ask(sample_city, f"{CELLS}/items", limit=10_000)
    held = {one["id"]: one["properties"] for one in items["features"]}
    assert items["numberMatched"] == len(held) > 100
    for name, asked in QUESTIONS.items():
        answer = sample_city.get(f"/api/v1/coverage?area={WARD}&{asked}").get_json()["cells"]
        assert answer["cell"]
        for n, cell in enumerate(answer["cell"]):
            for measure in MEASURES:
                for mark in ("", "_possible"):
                    told = held[cell][f"{name}_{measure}{mark}"]
                    assert told == answer[f"{measure}{mark}"][n], (cell, measure)
    people = sum(about["pop"] for about in held.values())
    assert people == pytest.approx(sum(one["properties"]["pop"] for one in items["features"]))


def test_cells_are_asked_by_place_and_property(sample_city: FlaskClient) -> None:
    items = ask(sample_city, f"{CELLS}/items", municipality_code=WARD, limit=10_000)
    ids = {one["id"] for one in items["features"]}
    assert ids
    asked = {"filter": f"municipality_code = '{WARD}'", "sortby": "-cell", "limit": 10_000}
    found = [one["id"] for one in ask(sample_city, f"{CELLS}/items", **asked)["features"]]
    assert (set(found), found) == (ids, sorted(found, reverse=True))
    first = items["features"][0]
    ring = first["geometry"]["coordinates"][0]
    west, south = (min(axis) for axis in zip(*ring, strict=True))
    east, north = (max(axis) for axis in zip(*ring, strict=True))
    assert (east - west, north - south) == pytest.approx((1 / 160, 1 / 240))
    inside = f"{west + 1e-4},{south + 1e-4},{east - 1e-4},{north - 1e-4}"
    boxed = ask(sample_city, f"{CELLS}/items", bbox=inside)["features"]
    assert [one["id"] for one in boxed] == [first["id"]]
    latitude_first = ask(
        sample_city,
        f"{CELLS}/items/{first['id']}",
        crs="http://www.opengis.net/def/crs/EPSG/0/4326",
    )["geometry"]["coordinates"][0]
    turned = [number for lat, lon in latitude_first for number in (lon, lat)]
    assert turned == pytest.approx([number for place in ring for number in place])


def test_nothing_is_measured_twice(
    sample_city: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(sample_city, f"{CELLS}/items")

    def fail(_view: object) -> bytes:
        raise AssertionError("measured again")

    monkeypatch.setattr(maker, "coverage_cells_file", fail)
    for offset in (0, 10, 20):
        ask(sample_city, f"{CELLS}/items", offset=offset)


def test_while_it_is_measured_one_is_told_when_to_ask_again(
    sample_city: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sample_city.application.extensions, "geoportal.ogc.cells", {})
    waiting = FileState("waiting")
    monkeypatch.setattr(PackFiles, "wait_for", lambda *_: waiting)
    response = sample_city.get(f"{CELLS}/items")
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert int(response.headers["Retry-After"]) > 0


def test_without_population_the_collection_says_so(app: Flask) -> None:
    client = app.test_client()
    described = ask(client, CELLS)
    assert "取り込まれていない" in described["description"]
    items = ask(client, f"{CELLS}/items")
    assert (items["numberMatched"], items["features"]) == (0, [])
    assert client.get(f"{CELLS}/items/503056781").status_code == 404


READER = """
import json, sys
import pyogrio
frame = pyogrio.read_dataframe("OAPIF:" + sys.argv[1], layer="coverage-cells")
print(json.dumps({"ids": list(frame["cell"]), "types": sorted(set(frame.geom_type)),
                  "near": int(frame["doctor_nearest_m_possible"].notna().sum())}))
"""


def test_gdal_reads_every_cell(sample_city: FlaskClient, served_sample: str) -> None:
    read = subprocess.run(
        [sys.executable, "-c", READER, f"{served_sample}/ogc"],
        capture_output=True,
        check=True,
        timeout=120,
    )
    told = json.loads(read.stdout)
    matched = ask(sample_city, f"{CELLS}/items")["numberMatched"]
    assert len(set(told["ids"])) == told["near"] == matched
    assert told["types"] == ["Polygon"]
