"""A base map in a local PMTiles file: read without any host, refused with a reason."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geoportal.errors import InputRefusedError
from geoportal.services.basemap.configured import open_basemap
from geoportal.services.basemap.tile import Tile, TileUnavailableError
from geoportal.settings import Settings
from tests.tile_server import PNG

KOKURA = (14, 14147, 6558)


def make_archive(
    path: Path,
    tiles: dict[tuple[int, int, int], bytes],
    kind: TileType = TileType.PNG,
    compression: Compression = Compression.NONE,
    **metadata: object,
) -> Path:
    with path.open("wb") as file:
        writer = Writer(file)
        for address, body in sorted(tiles.items(), key=lambda tile: zxy_to_tileid(*tile[0])):
            writer.write_tile(zxy_to_tileid(*address), body)
        header = {
            "tile_type": kind,
            "tile_compression": compression,
            "min_lon_e7": int(130.6e7),
            "min_lat_e7": int(33.7e7),
            "max_lon_e7": int(131.0e7),
            "max_lat_e7": int(34.0e7),
            "center_zoom": 12,
            "center_lon_e7": int(130.8e7),
            "center_lat_e7": int(33.8e7),
        }
        writer.finalize(header, metadata)
    return path


def opened(path: Path, **settings: str):
    return open_basemap(Settings(basemap=str(path), **settings), path.parent)


def test_tiles_of_a_file(tmp_path):
    stated = '<a href="https://example.org">&copy; 見本市</a>'
    path = make_archive(tmp_path / "city.pmtiles", {KOKURA: PNG}, attribution=stated)
    basemap = opened(path)
    image = basemap.read(Tile(*KOKURA))
    assert (image.body, image.mimetype, image.encoding) == (PNG, "image/png", "")
    assert basemap.available()
    assert basemap.is_local
    assert not basemap.is_vector
    assert basemap.page == ""
    assert basemap.attribution == "© 見本市"
    assert basemap.read(Tile(14, 14146, 6558)) is None
    assert basemap.read(Tile(14, 0, 0)) is None
    assert basemap.read(Tile(15, 28294, 13116)) is None
    assert (basemap.area.min_zoom, basemap.area.max_zoom) == (14, 14)


def test_a_file_goes_before_a_publisher_and_its_line_may_be_set(tmp_path):
    path = make_archive(tmp_path / "city.pmtiles", {KOKURA: PNG})
    assert opened(path).attribution == "city"
    assert opened(path, tile_attribution="見本市の地図").attribution == "見本市の地図"


def test_compressed_tiles_are_sent_as_they_lie_there(tmp_path):
    packed = gzip.compress(PNG)
    path = make_archive(tmp_path / "city.pmtiles", {KOKURA: packed}, compression=Compression.GZIP)
    image = opened(path).read(Tile(*KOKURA))
    assert (image.body, image.encoding) == (packed, "gzip")


@pytest.mark.parametrize(
    "metadata", [{"vector_layers": [{"id": "earth"}, {"id": "own"}]}, {}], ids=["named", "silent"]
)
def test_vector_tiles_are_sent_as_they_lie_there(tmp_path, metadata):
    stated = '<a href="https://example.org">Protomaps</a> © <a href="#">OpenStreetMap</a>'
    path = make_archive(
        tmp_path / "vector.pmtiles",
        {KOKURA: b"packed"},
        TileType.MVT,
        Compression.GZIP,
        attribution=stated,
        **metadata,
    )
    basemap = opened(path)
    image = basemap.read(Tile(*KOKURA))
    assert basemap.is_vector
    assert (image.body, image.mimetype, image.encoding) == (
        b"packed",
        "application/vnd.mapbox-vector-tile",
        "gzip",
    )
    assert basemap.attribution == "Protomaps © OpenStreetMap"
    assert basemap.page == "https://www.openstreetmap.org/copyright"


def test_what_cannot_be_drawn_is_refused_with_its_reason(tmp_path):
    with pytest.raises(
        InputRefusedError, match=r"GEOPORTAL_BASEMAP: .*none.pmtiles cannot be read"
    ):
        opened(tmp_path / "none.pmtiles")
    (tmp_path / "empty.pmtiles").write_bytes(b"")
    (tmp_path / "text.pmtiles").write_bytes(b"PMTiles? no" * 50)
    (tmp_path / "old.pmtiles").write_bytes(b"PM\x02\x00" + bytes(600))
    for name in ("empty", "text", "old"):
        with pytest.raises(InputRefusedError, match="is not a PMTiles file of version 3"):
            opened(tmp_path / f"{name}.pmtiles")
    path = make_archive(
        tmp_path / "brotli.pmtiles", {KOKURA: b"x"}, TileType.MVT, Compression.BROTLI
    )
    with pytest.raises(InputRefusedError, match=r"holds MVT, BROTLI compression; images"):
        opened(path)
    path = make_archive(
        tmp_path / "other.pmtiles",
        {KOKURA: b"x"},
        TileType.MVT,
        vector_layers=[{"id": "transportation"}, {"id": "place"}],
    )
    with pytest.raises(
        InputRefusedError, match=r"has the layers place, transportation; .*Protomaps"
    ):
        opened(path)


def test_a_damaged_file_loses_tiles_only(tmp_path):
    path = make_archive(tmp_path / "city.pmtiles", {KOKURA: PNG})
    body = bytearray(path.read_bytes())
    body[127:131] = b"\0\0\0\0"  # the directory
    path.write_bytes(body)
    with pytest.raises(TileUnavailableError, match="damaged"):
        opened(path).read(Tile(*KOKURA))
