"""A base map of vector tiles from a local file: drawn in the browser, in the page's language."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pmtiles.tile import Compression, TileType

from geoportal.services.basemap.configured import open_basemap
from geoportal.settings import Settings
from tests.e2e.conftest import Visitor, served
from tests.unit.services.test_archive import make_archive
from tests.vector_tiles import EXTENT, LINE, POINT, POLYGON, Shape, tile_of

ZOOM = 11
HALF = EXTENT // 2
WHOLE = [(-80, -80), (EXTENT + 80, -80), (EXTENT + 80, EXTENT + 80), (-80, EXTENT + 80)]
WEST = [(-80, -80), (HALF, -80), (HALF, EXTENT + 80), (-80, EXTENT + 80)]
TILE = tile_of(
    {
        "earth": [Shape(POLYGON, WHOLE, {"kind": "earth"})],
        "water": [Shape(POLYGON, WEST, {"kind": "ocean"})],
        "roads": [Shape(LINE, [(0, 300), (EXTENT, 300)], {"kind": "highway"})],
        "places": [
            Shape(
                POINT,
                [(3 * HALF // 2, HALF)],
                {"kind": "locality", "name": "Sample Town", "name:ja": "見本町", "name:en": "Town"},
            )
        ],
    }
)
SPY = """window.written = new Set();
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.written.add(text);
  return write.call(this, text, ...rest);
};"""
COLOURS = """Array.from(document.querySelectorAll("canvas.leaflet-tile"), (tile) => {
  const copy = new OffscreenCanvas(10, 10).getContext("2d", { willReadFrequently: true });
  copy.drawImage(tile, 0, 0, 10, 10);
  return [1, 8].map((right) => copy.getImageData(right, 5, 1, 1).data.slice(0, 3).join());
}).flat()"""


@pytest.fixture(scope="module")
def vector_site(tmp_path_factory: pytest.TempPathFactory, sample_database: Path) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("vector")
    side = 2**ZOOM
    column, row = int((130.8 + 180) / 360 * side), int(0.4003 * side)
    around = [(ZOOM, column + x, row + y) for x in range(-3, 4) for y in range(-3, 4)]
    path = make_archive(
        directory / "city.pmtiles",
        dict.fromkeys(around, gzip.compress(TILE)),
        TileType.MVT,
        Compression.GZIP,
        attribution="見本の地図",
    )
    with served(
        directory, sample_database, open_basemap(Settings(basemap=str(path)), directory)
    ) as site:
        yield site


def _colours(page: Page) -> set[str]:
    expect(page.locator(".map.has-tiles")).to_have_count(1)
    page.wait_for_function("window.written.has('見本町') || window.written.has('Town')")
    return set(page.evaluate(COLOURS))


def test_vector_tiles_are_drawn_with_names_in_the_page_s_language_and_dark(
    vector_site: str, browser: Browser
) -> None:
    visitor = Visitor(vector_site, browser)
    shown = {}
    for language, scheme in (("ja", "light"), ("en", "dark")):
        page = visitor.open("/privacy", ready=False, color_scheme=scheme)
        page.add_init_script(SPY)
        page.goto(f"{vector_site}/?district=40106&lang={language}")
        shown[scheme] = _colours(page)
        written = page.evaluate("Array.from(window.written)")
        assert ("見本町" in written, "Town" in written) == (language == "ja", language == "en")
        assert "Sample Town" not in written
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("見本の地図")
    assert {"207,223,234", "235,232,224"} <= shown["light"]  # water and land
    assert {"27,37,48", "43,47,53"} <= shown["dark"]
    for context in visitor.contexts:
        context.close()
    assert visitor.foreign == []
    assert visitor.problems == []
