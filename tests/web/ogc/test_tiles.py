"""Vector tiles: decoded by the library and compared with positions worked out apart."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyproj
import pytest
from flask import Flask
from flask.testing import FlaskClient

from geoportal.documents.ogc import tiles
from geoportal.documents.ogc.tile_matrix import limits_of, tile_bounds, tile_matrix_set_document

SET = "/ogc/collections/facilities/tiles/WebMercatorQuad"
MERCATOR = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True)
HALF = 20037508.342789244


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def located(client: FlaskClient) -> dict[str, tuple[float, float]]:
    found = client.get("/ogc/collections/facilities/items?limit=10000").get_json(force=True)
    return {f["id"]: f["geometry"]["coordinates"] for f in found["features"] if f["geometry"]}


def place(point: tuple[float, float], zoom: int) -> tuple[float, float]:
    """Return column and row with fractions, as PROJ projects."""
    x, y = MERCATOR.transform(*point)
    size = 2 * HALF / 2**zoom
    return (x + HALF) / size, (HALF - y) / size


def decoded(content: bytes) -> list[dict[str, Any]]:
    layers = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    assert set(layers) == {"facilities"}
    assert layers["facilities"]["extent"] == 4096
    assert layers["facilities"]["version"] == 2
    return layers["facilities"]["features"]


@pytest.mark.parametrize("zoom", [0, 10, 14, 18])
def test_every_facility_is_where_it_lies_in_one_tile(client: FlaskClient, zoom: int) -> None:
    expected = {item: place(point, zoom) for item, point in located(client).items()}
    assert len(expected) > 3
    met = []
    for row, column in {(int(y), int(x)) for x, y in expected.values()}:
        response = client.get(f"{SET}/{zoom}/{row}/{column}")
        assert response.status_code == 200
        assert response.mimetype == "application/vnd.mapbox-vector-tile"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        for one in decoded(response.data):
            x, y = one["geometry"]["coordinates"]
            right = expected[one["properties"]["id"]]
            assert (x / 4096, y / 4096) == pytest.approx(
                (right[0] - column, right[1] - row), abs=1 / 4096
            )
            assert one["properties"]["count"] == 1
            met.append(one["properties"]["id"])
    assert sorted(met) == sorted(expected)


def test_many_are_counted_by_cell(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    points = located(client)
    monkeypatch.setattr(tiles, "MOST_SINGLE", 0)
    zoom = 14
    cells = Counter(
        (math.floor(y * tiles.CELLS), math.floor(x * tiles.CELLS))
        for x, y in (place(point, zoom) for point in points.values())
    )
    counts: Counter[tuple[int, int]] = Counter()
    for row, column in {(row // tiles.CELLS, col // tiles.CELLS) for row, col in cells}:
        for one in decoded(client.get(f"{SET}/{zoom}/{row}/{column}").data):
            x, y = one["geometry"]["coordinates"]
            counts[one["properties"]["count"]] += 1
            assert 0 <= x <= 4096
            assert 0 <= y <= 4096
            assert ("id" in one["properties"]) == (one["properties"]["count"] == 1)
    assert counts == Counter(cells.values())


def test_a_tile_is_not_sent_again_and_not_outside(client: FlaskClient) -> None:
    x, y = place(next(iter(located(client).values())), 12)
    address = f"{SET}/12/{int(y)}/{int(x)}"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{address}?f=mvt").status_code == 400
    for outside in ("12/0/0", "19/0/0", "0/1/0", "0/0/1", "2/9/9", "12/-1/3", "a/b/c"):
        assert client.get(f"{SET}/{outside}").status_code == 404, outside
    limits = {one["tileMatrix"]: one for one in client.get(SET).get_json()["tileMatrixSetLimits"]}[
        "18"
    ]
    rows = range(limits["minTileRow"], limits["maxTileRow"] + 1, 9)
    answers = {client.get(f"{SET}/18/{row}/{limits['minTileCol']}").status_code for row in rows}
    assert answers <= {200, 204}
    assert 204 in answers


def test_documents_lead_to_the_tiles(client: FlaskClient) -> None:
    landing = client.get("/ogc").get_json()
    schemes = next(one for one in landing["links"] if one["rel"].endswith("/tiling-schemes"))
    listed = client.get(schemes["href"].replace("http://localhost", "")).get_json()
    defined = listed["tileMatrixSets"][0]["links"][0]["href"].replace("http://localhost", "")
    matrices = client.get(defined).get_json()["tileMatrices"]
    assert matrices[0]["scaleDenominator"] == pytest.approx(559082264.0287178, rel=1e-12)
    assert [one["matrixWidth"] for one in matrices[:3]] == [1, 2, 4]
    collection = client.get("/ogc/collections/facilities").get_json()
    sets = next(one for one in collection["links"] if one["rel"].endswith("/tilesets-vector"))
    tileset = client.get(sets["href"].replace("http://localhost", "")).get_json()["tilesets"][0]
    assert tileset["dataType"] == "vector"
    described = client.get(tileset["links"][0]["href"].replace("http://localhost", "")).get_json()
    template = next(one for one in described["links"] if one.get("templated"))
    assert template["rel"] == "item"
    limits = described["tileMatrixSetLimits"][0]
    tile = (
        template["href"]
        .replace("{tileMatrix}", "0")
        .replace("{tileRow}", str(limits["minTileRow"]))
        .replace("{tileCol}", str(limits["minTileCol"]))
    )
    assert client.get(tile.replace("http://localhost", "")).status_code == 200
    paths = client.get("/ogc/api").get_json(force=True)["paths"]
    assert "/collections/facilities/tiles/WebMercatorQuad/{z}/{y}/{x}" in paths
    for page in (schemes["href"], defined, sets["href"], SET):
        address = page.replace("http://localhost", "")
        assert client.get(f"{address}?f=html").status_code == 200


def test_bounds_and_limits_are_those_of_the_projection() -> None:
    rng = np.random.default_rng(17)
    for zoom in (0, 3, 11, 18):
        point = (rng.uniform(-179, 179), rng.uniform(-84, 84))
        x, y = place(point, zoom)
        west, south, east, north = tile_bounds(zoom, int(y), int(x))
        assert west <= point[0] < east
        assert south < point[1] <= north
        limits = limits_of((*point, *point), zoom)
        assert limits == {
            "minTileRow": int(y),
            "maxTileRow": int(y),
            "minTileCol": int(x),
            "maxTileCol": int(x),
        }
    assert tile_matrix_set_document()["tileMatrices"][18]["id"] == "18"
