"""``geoportal doctor`` on the base map: which is in force, whether it can be had, what it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.cli.basemap_diagnosis import basemap_finding
from geoportal.services.basemap.cache import TileCache
from geoportal.services.basemap.configured import cache_directory
from geoportal.services.basemap.tile import Tile
from geoportal.settings import Settings
from tests.tile_server import PNG, send, serve_tiles
from tests.unit.services.test_archive import KOKURA, make_archive


def test_a_publisher_that_answers_with_what_is_kept_of_its_tiles(tmp_path: Path) -> None:
    with serve_tiles() as server:
        settings = Settings(
            tile_url=server.template, tile_attribution="見本", tile_cache_mb=64, tiles_on=False
        )
        cache = TileCache(cache_directory(settings, tmp_path), 64 * 1024 * 1024)
        for column in range(3):
            cache.write(Tile(14, column, 6558), bytes(1024 * 1024))
        finding = basemap_finding(settings, tmp_path)
        assert (finding.severity, finding.code) == ("info", "basemap")
        assert (
            "127.0.0.1 から受け取れます（置いてある画像は 3 枚、3.0 / 64 MiB）" in finding.message
        )
        assert "GEOPORTAL_TILES_ON=0" in finding.message
        server.answer = send(500)
        away = basemap_finding(settings, tmp_path)
    assert away.severity == "warning"
    assert "応えないため" in away.message
    assert "GEOPORTAL_BASEMAP" in away.mend


def test_a_file_with_its_size_zooms_and_extent(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "city.pmtiles", {KOKURA: PNG * 20_000})
    finding = basemap_finding(Settings(basemap=str(path)), tmp_path)
    assert finding.severity == "info"
    size = f"{path.stat().st_size / 1024 / 1024:.1f} MiB"
    assert (
        f"city.pmtiles です（画像、{size}、拡大率 14～14、経度 130.60～131.00、緯度 33.70～34.00）"
        in (finding.message)
    )


@pytest.mark.parametrize(
    ("settings", "severity", "said"),
    [
        (Settings(tile_url=""), "info", "使わない設定です"),
        (Settings(tile_url="https://host/{z}.png"), "error", "GEOPORTAL_TILE_URL must be"),
        (Settings(basemap="/nowhere/city.pmtiles"), "error", "cannot be read"),
        (Settings(tile_cache="/dev/null/tiles"), "warning", "書けないため"),
    ],
    ids=["switched off", "no template", "no file", "no cache"],
)
def test_no_base_map_and_why(settings: Settings, severity: str, said: str, tmp_path: Path) -> None:
    finding = basemap_finding(settings, tmp_path)
    assert (finding.severity, finding.code) == (severity, "basemap")
    assert said in finding.message
    assert finding.mend or severity == "info"
