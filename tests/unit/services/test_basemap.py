"""Published tiles: fetched once, kept, bounded; a publisher that misbehaves harms nobody."""

from __future__ import annotations

import math
import os
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from geoportal.errors import UsageError
from geoportal.services.basemap import cache as caching
from geoportal.services.basemap import published, publisher
from geoportal.services.basemap.cache import CONNECTIONS, TileCache
from geoportal.services.basemap.configured import open_basemap
from geoportal.services.basemap.published import PublishedTiles
from geoportal.services.basemap.publisher import MAX_TILE_BYTES, Publisher
from geoportal.services.basemap.tile import Tile, TileUnavailableError, image_type
from geoportal.settings import Settings
from tests.tile_server import PNG, TileServer, send, serve_tiles

KOKURA = Tile(14, 14147, 6558)
NEIGHBOURS = [Tile(14, 14140 + column, 6550 + row) for column in range(6) for row in range(5)]
MIB = 1024 * 1024


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[TileServer]:
    with serve_tiles() as tiles:
        yield tiles


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def basemap(server: TileServer, clock: Clock, tmp_path: Path, monkeypatch) -> PublishedTiles:
    """A base map whose publisher has answered once."""
    monkeypatch.setattr(publisher, "_READ_S", 0.4)
    made = PublishedTiles(
        Publisher(server.template, CONNECTIONS),
        TileCache(tmp_path / "tiles", 16 * MIB),
        attribution="見本",
        clock=clock,
    )
    made.probe()
    server.asked.clear()
    server.headers.clear()
    return made


def refused(basemap: PublishedTiles, tile: Tile = KOKURA) -> TileUnavailableError:
    with pytest.raises(TileUnavailableError) as caught:
        basemap.read(tile)
    return caught.value


def test_a_tile_is_fetched_once_and_then_read_from_disk(server, basemap):
    for _ in range(3):
        image = basemap.read(KOKURA)
        assert (image.body, image.mimetype) == (PNG, "image/png")
    assert server.asked == {"/pale/14/14147/6558.png": 1}


def test_the_publisher_learns_nothing_of_the_visitor(server, basemap):
    basemap.read(KOKURA)
    assert set(server.headers[0]) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
    assert server.headers[0]["Accept-Encoding"] == "identity"
    assert "geoportal" in server.headers[0]["User-Agent"]


def test_many_who_ask_for_one_tile_make_one_fetch(server, basemap, tmp_path):
    server.delay_s = 0.2
    other = PublishedTiles(  # as another process has it: nothing is shared but the directory
        Publisher(server.template, CONNECTIONS),
        TileCache(tmp_path / "tiles", 16 * MIB),
        attribution="",
    )
    other._note_answer()
    images = []
    threads = [
        threading.Thread(target=lambda source=source: images.append(source.read(KOKURA)))
        for source in [basemap, other] * published.WAITING
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [image.body for image in images] == [PNG] * 2 * published.WAITING
    assert sum(server.asked.values()) == 1


def test_few_connections_and_nobody_waits_in_a_long_queue(server, basemap):
    server.delay_s = 0.15
    outcomes = []

    def ask(tile: Tile) -> None:
        try:
            outcomes.append(basemap.read(tile).mimetype)
        except TileUnavailableError as error:
            outcomes.append(f"in {error.retry_s} s")

    threads = [threading.Thread(target=ask, args=[tile]) for tile in NEIGHBOURS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.most_at_once <= CONNECTIONS
    assert outcomes.count("image/png") >= published.WAITING
    assert set(outcomes) == {"image/png", "in 1 s"}


@pytest.mark.parametrize(
    "tile",
    [
        Tile(14, 0, 6558),
        Tile(14, 14147, 100),
        Tile(4, 14, 6),
        Tile(19, 452704, 209856),
        Tile(14, 14147, 16384),
        Tile(5, -1, 12),
        Tile(0, 0, 0),
        Tile(9999999, 1, 1),
    ],
)
def test_what_is_not_in_japan_or_no_zoom_is_not_asked_for(server, basemap, tile):
    assert basemap.read(tile) is None
    assert not server.asked


@pytest.mark.parametrize(
    "place", [(141.9, 45.5), (122.94, 24.45), (153.98, 24.28), (136.08, 20.42), (130.88, 33.88)]
)
@pytest.mark.parametrize("zoom", [5, 11, 18])
def test_all_of_japan_is_covered(place, zoom):
    side = 2**zoom
    lon, lat = place
    row = (1 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.pi) / 2 * side
    assert published.JAPAN.covers(Tile(zoom, int((lon + 180) / 360 * side), int(row)))


def test_what_the_publisher_has_not_is_kept_as_such(server, basemap):
    server.answer = send(404, b"<html>", "text/html")
    assert basemap.read(KOKURA) is None
    assert basemap.read(KOKURA) is None
    assert sum(server.asked.values()) == 1
    assert basemap.available()


def _dripping(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(PNG[:8])
        handler.wfile.flush()
        time.sleep(0.02)
    handler.close_connection = True


def _endless(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(PNG[:8] + b"x" * 65536)
    handler.close_connection = True


MISBEHAVIOUR = {
    "fault": send(500, b"oops", "text/plain"),
    "refusal": send(403, PNG),
    "redirect to another host": send(302, b"", Location="http://127.0.0.1:1/x.png"),
    "redirect on the same host": send(301, b"", Location="/other.png"),
    "a page": send(200, b"<html>log in</html>", "text/html"),
    "a page that says it is a picture": send(200, b"<html>log in</html>"),
    "a drawing with scripts": send(200, b"<svg/>", "image/svg+xml"),
    "a picture that says it is a page": send(200, PNG, "text/html"),
    "nothing": send(200, b""),
    "packed": send(200, zlib.compress(PNG), **{"Content-Encoding": "deflate"}),
    "huge": send(200, PNG + b"x" * MAX_TILE_BYTES),
    "huge and never ending": _endless,
    "cut short": send(200, PNG, length=len(PNG) + 10),
    "no HTTP": lambda handler: handler.wfile.write(b"hello\r\n\r\n"),
    "drop by drop": _dripping,
}


@pytest.mark.parametrize("kind", list(MISBEHAVIOUR))
def test_misbehaviour_is_no_tile_and_not_kept(server, basemap, monkeypatch, kind):
    monkeypatch.setattr(publisher, "_WHOLE_S", 0.2)
    server.answer = MISBEHAVIOUR[kind]
    began = time.monotonic()
    error = refused(basemap)
    assert time.monotonic() - began < 3
    assert "14147" not in str(error)
    assert "14147" not in repr(error)
    asked = sum(server.asked.values())
    assert asked == 1
    refused(basemap)  # at once: it is remembered for some seconds
    assert sum(server.asked.values()) == asked
    server.answer = send()
    assert basemap.read(NEIGHBOURS[0]).body == PNG


def test_a_server_that_does_not_answer_in_time(server, basemap):
    server.delay_s = 0.8
    refused(basemap)


def test_after_failures_in_a_row_nobody_waits(server, basemap, clock, caplog):
    server.answer = send(500)
    for tile in NEIGHBOURS[:3]:
        refused(basemap, tile)
    assert not basemap.available()
    assert caplog.text.count("no tiles from 127.0.0.1") == 1
    asked = sum(server.asked.values())
    for tile in NEIGHBOURS:
        refused(basemap, tile)
    assert sum(server.asked.values()) == asked
    assert caplog.text.count("no tiles from 127.0.0.1") == 1
    basemap.probe()
    assert caplog.text.count("no tiles from 127.0.0.1") == 1
    assert "1414" not in caplog.text
    server.answer = send()
    clock.now += 61
    basemap.available()
    for thread in threading.enumerate():
        if thread.name == "tile-probe":
            thread.join(5)
    assert basemap.available()
    assert basemap.read(NEIGHBOURS[9]).body == PNG


def test_while_the_publisher_is_away_what_is_held_is_shown_however_old(
    server, basemap, clock, tmp_path
):
    basemap.read(KOKURA)
    (file,) = (path for path in (tmp_path / "tiles").rglob("6558") if path.is_file())
    os.utime(file, (0, 0))
    server.answer = send(500)
    assert basemap.read(KOKURA).body == PNG
    assert sum(server.asked.values()) == 2  # it was tried: the tile is old
    server.answer = send(200, PNG + b"new")
    clock.now += 20
    assert basemap.read(KOKURA).body == PNG + b"new"


def test_without_a_network_the_map_is_away_and_says_so_at_once(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/{{z}}/{{x}}/{{y}}.png"
    basemap = PublishedTiles(
        Publisher(url, CONNECTIONS), TileCache(tmp_path, 16 * MIB), attribution=""
    )
    basemap.probe()
    assert not basemap.available()
    refused(basemap)


def test_fetches_are_limited_in_number_over_time(server, basemap, clock):
    basemap._allowance = 2.0
    assert basemap.read(NEIGHBOURS[0])
    assert basemap.read(NEIGHBOURS[1])
    assert refused(basemap, NEIGHBOURS[2]).retry_s == 1
    assert basemap.read(NEIGHBOURS[0])  # held: costs nothing
    clock.now += 1
    assert basemap.read(NEIGHBOURS[2])
    assert sum(server.asked.values()) == 3


def test_the_cache_is_bounded_and_the_oldest_goes(tmp_path):
    cache = TileCache(tmp_path, 64 * 4096)
    for number in range(120):
        tile = Tile(14, 14000 + number, 6558)
        cache.write(tile, PNG)
        os.utime(cache._path(tile), (1e9 + number, 1e9 + number))
        held = sum(path.is_file() for path in tmp_path.rglob("6558"))
        assert held <= 64
    assert cache.read(tile).body == PNG
    assert cache.read(Tile(14, 14000, 6558)) is None
    assert held >= 50


def test_what_a_killed_write_left_goes_after_an_hour(tmp_path):
    cache = TileCache(tmp_path, 64 * 4096)
    cache.write(KOKURA, PNG)
    folder = cache._path(KOKURA).parent
    old, fresh = folder / "7.1-1.part", folder / "8.1-1.part"
    for partial, age_s in ((old, 3_700), (fresh, 3_500)):
        partial.write_bytes(PNG)
        os.utime(partial, (time.time() - age_s,) * 2)
    cache._prune()
    assert (old.exists(), fresh.exists()) == (False, True)
    assert cache.read(KOKURA).body == PNG


def test_broken_writes_leave_nothing_that_is_taken_for_a_tile(tmp_path, monkeypatch):
    cache = TileCache(tmp_path, 16 * MIB)

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caching.Path, "replace", full)
    cache.write(KOKURA, PNG)
    assert cache.read(KOKURA) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "template",
    [
        "ftp://host/{z}/{x}/{y}.png",
        "file:///etc/{z}/{x}/{y}",
        "/tiles/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
        "https://host/{z}/{x}.png",
        "https://{s}.host/{z}/{x}/{y}.png",
        "https://{z}/{x}/{y}.png",
        "https://host/{z}/{x}/{y}{r}.png",
        "https://host/{z}/{x}/{y",
        "https://host:port/{z}/{x}/{y}.png",
        "https://host/{}/{x}/{y}.png",
        "https://host/{z.__class__}/{x}/{y}.png",
    ],
)
def test_an_unusable_template_is_refused_at_the_start(template):
    with pytest.raises(UsageError, match="GEOPORTAL_TILE_URL must be like"):
        Publisher(template, CONNECTIONS)


def test_what_the_settings_make(tmp_path, caplog):
    assert open_basemap(Settings(tile_url=""), tmp_path) is None
    gsi = open_basemap(Settings(), tmp_path)
    assert gsi.attribution.startswith("地理院タイル")
    assert gsi.page.startswith("https://maps.gsi.go.jp/")
    with pytest.raises(UsageError, match="GEOPORTAL_TILE_ATTRIBUTION"):
        open_basemap(Settings(tile_url="https://host/{z}/{x}/{y}.png"), tmp_path)
    (tmp_path / "file").write_text("no directory")
    assert open_basemap(Settings(tile_cache=str(tmp_path / "file")), tmp_path) is None
    assert "no cache" in caplog.text


@pytest.mark.parametrize("size", ["", "8", "15", "10000000", "-1", "1e3", "５１２", "x"])
def test_a_cache_has_a_size(size):
    for text in (size, size * 5000):
        with pytest.raises(UsageError, match="GEOPORTAL_TILE_CACHE_MB must be"):
            Settings.from_environment({"GEOPORTAL_TILE_CACHE_MB": text})


def test_the_base_map_is_on_unless_switched_off():
    assert Settings.from_environment({}).tiles_on
    assert not Settings.from_environment({"GEOPORTAL_TILES_ON": "0"}).tiles_on
    for size in (16, 64, 9_999_999):
        made = Settings.from_environment({"GEOPORTAL_TILE_CACHE_MB": str(size)})
        assert made.tile_cache_mb == size


def test_pictures_are_known_by_their_first_bytes():
    assert image_type(PNG) == "image/png"
    assert image_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert image_type(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    assert image_type(b"<svg") is None
    assert image_type(b"") is None


def test_a_tile_says_nothing_of_where_it_is():
    assert "14147" not in repr(KOKURA)
    assert "14147" not in str(KOKURA)
