"""Which base map is in force, and whether it can be had."""

from __future__ import annotations

from pathlib import Path

from geoportal.cli.finding import Finding
from geoportal.errors import GeoportalError
from geoportal.services.basemap.archive import ArchivedTiles
from geoportal.services.basemap.configured import cache_directory, open_basemap
from geoportal.services.basemap.published import PublishedTiles
from geoportal.settings import Settings

_MIB = 1024 * 1024


def basemap_finding(settings: Settings, derived_directory: Path) -> Finding:
    """Say which base map is in force; a publisher is asked for one tile of all Japan."""
    try:
        basemap = open_basemap(settings, derived_directory)
    except GeoportalError as error:
        return Finding(
            "error", "basemap", f"背景の地図の設定に誤りがあります: {error}", "設定を直してください"
        )
    if isinstance(basemap, ArchivedTiles):
        return _of_file(settings, basemap)
    if isinstance(basemap, PublishedTiles):
        return _of_publisher(settings, basemap, cache_directory(settings, derived_directory))
    if settings.tile_url:
        return Finding(
            "warning",
            "basemap",
            "受け取った地図の画像を置く場所に書けないため、背景の地図を使えません",
            "GEOPORTAL_TILE_CACHE に、書ける場所を指定してください",
        )
    return Finding(
        "info",
        "basemap",
        "背景の地図は使わない設定です（GEOPORTAL_TILE_URL が空）。区の形を表示します",
    )


def _of_file(settings: Settings, basemap: ArchivedTiles) -> Finding:
    path = Path(settings.basemap)
    area = basemap.area
    holds = "ベクトルタイル" if basemap.is_vector else "画像"
    return Finding(
        "info",
        "basemap",
        f"背景の地図はファイル {path.name} です（{holds}、{path.stat().st_size / _MIB:,.1f} MiB、"
        f"拡大率 {area.min_zoom}～{area.max_zoom}、経度 {area.west:.2f}～{area.east:.2f}、"
        f"緯度 {area.south:.2f}～{area.north:.2f}）{_switch(settings)}",
    )


def _of_publisher(settings: Settings, basemap: PublishedTiles, directory: Path) -> Finding:
    files = [path for path in directory.rglob("*") if path.is_file() and path.suffix != ".lock"]
    used = sum(path.stat().st_size for path in files)
    kept = (
        f"置いてある画像は {len(files):,} 枚、{used / _MIB:,.1f} / {settings.tile_cache_mb:,} MiB"
    )
    basemap.probe()
    if basemap.available():
        return Finding(
            "info",
            "basemap",
            f"背景の地図は {basemap.host} から受け取れます（{kept}）{_switch(settings)}",
        )
    return Finding(
        "warning",
        "basemap",
        f"背景の地図の配信元 {basemap.host} が応えないため、区の形を表示します（{kept}）",
        "ネットワークや HTTPS_PROXY を確かめるか、GEOPORTAL_BASEMAP に PMTiles ファイルを"
        "指定してください。使わないなら GEOPORTAL_TILE_URL を空にしてください",
    )


def _switch(settings: Settings) -> str:
    """Say when visitors see the base map, unless it is at once."""
    return "" if settings.tiles_on else "。利用者が選ぶまで表示しません（GEOPORTAL_TILES_ON=0）"
