"""``/tiles``: the base map from this site; no log, metric or error holds a tile's coordinates."""

from __future__ import annotations

import html
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from structlog.testing import capture_logs

from geoportal.services.basemap.configured import open_basemap
from geoportal.settings import Settings
from geoportal.web.app import create_app
from tests.tile_server import PNG, send, serve_tiles

KOKURA = "/tiles/14/14147/6558"
BASEMAP = re.compile('data-basemap="([^"]*)"')


@pytest.fixture
def server():
    with serve_tiles() as tiles:
        yield tiles


@pytest.fixture
def settings(server, tmp_path):
    return Settings(
        tile_url=server.template, tile_attribution="見本の地図", tile_cache=str(tmp_path / "tiles")
    )


@pytest.fixture
def application(portal, settings, tmp_path):
    basemap = open_basemap(settings, tmp_path)
    basemap.probe()
    return create_app(portal, settings, basemap)


def test_a_tile_is_an_image_that_this_browser_alone_may_keep(application):
    response = application.test_client().get(KOKURA)
    assert (response.status_code, response.data) == (200, PNG)
    assert response.content_type == "image/png"
    assert response.headers["Cache-Control"] == "private, max-age=86400"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_ask_no_other_host_for_anything(application):
    response = application.test_client().get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "img-src 'self' data:;" in policy
    assert "http" not in policy
    assert "cyberjapandata" not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        "/tiles/14/0/0",
        "/tiles/3/7/3",
        "/tiles/19/452704/209856",
        "/tiles/-1/1/1",
        "/tiles/14/14147/6558.png",
        "/tiles/14/14147/%EF%BC%95",
        "/tiles/14/14147/" + "9" * 5000,
        "/tiles/a/b/c",
        "/tiles/14/1e3/6558",
    ],
)
def test_what_is_no_tile_of_japan_is_not_found_and_not_fetched(application, server, path):
    server.asked.clear()
    response = application.test_client().get(path)
    assert response.status_code == 404
    assert response.data == b"no tile\n"
    assert not server.asked


def test_a_publisher_that_fails_is_unavailable(application, server):
    server.answer = send(500)
    response = application.test_client().get(KOKURA)
    assert response.status_code == 503
    assert response.headers["Cache-Control"] == "no-store"
    assert int(response.headers["Retry-After"]) > 0
    assert "14147" not in response.get_data(as_text=True) + str(response.headers)


def test_without_a_base_map_there_is_none(portal):
    client = create_app(portal, Settings()).test_client()
    assert client.get(KOKURA).status_code == 404


def test_no_log_and_no_metric_holds_coordinates(application, server, caplog):
    caplog.set_level(0)
    caplog.set_level(logging.INFO, "filelock")  # it logs addresses in memory, any digits
    client = application.test_client()
    with capture_logs() as logs:
        for answer in (
            send(),
            send(500),
            send(302, Location="http://127.0.0.1:9/1/2/3"),
            send(404),
        ):
            server.answer = answer
            client.get("/tiles/14/14148/6559" if answer else KOKURA)
            client.get(KOKURA)
            client.get(f"/tiles/15/{28290 + len(server.asked)}/13116")
    for line in logs:  # durations may have any digits
        line.pop("ms", None)
    metrics = client.get("/metrics").get_data(as_text=True).splitlines()
    said = json.dumps(logs) + caplog.text + "\n".join(line.rpartition(" ")[0] for line in metrics)
    assert "/tiles/<zoom>/<column>/<row>" in said
    for coordinate in ("14147", "6558", "14148", "2829", "13116"):
        assert coordinate not in said


def base_map_of(client, path="/"):
    match = BASEMAP.search(client.get(path).get_data(as_text=True))
    return json.loads(html.unescape(match[1])) if match else None


def test_pages_know_whether_there_are_tiles(portal, application, settings, server, tmp_path):
    told = base_map_of(application.test_client())
    assert told["url"] == "/tiles/{z}/{x}/{y}"
    assert (told["available"], told["on"]) == (True, True)
    assert told["attribution"] == "見本の地図"
    off = create_app(portal, Settings(tiles_on=False), application.extensions["geoportal-basemap"])
    told = base_map_of(off.test_client())
    assert (told["available"], told["on"]) == (True, False)
    server.answer = send(500)
    away = open_basemap(settings, tmp_path)
    away.probe()
    told = base_map_of(create_app(portal, settings, away).test_client())
    assert (told["available"], told["on"]) == (False, False)
    assert base_map_of(create_app(portal, Settings()).test_client()) is None


@pytest.mark.slow
def test_the_server_itself_writes_no_coordinates(server, sample_database, tmp_path):
    """Granian: tiles come, and nothing it prints tells which."""
    server.delay_s = 0.05
    environment = {
        **os.environ,
        "GEOPORTAL_TILE_URL": server.template,
        "GEOPORTAL_TILE_ATTRIBUTION": "見本",
        "GEOPORTAL_TILE_CACHE": str(tmp_path / "tiles"),
        "no_proxy": "127.0.0.1",
    }
    database = str(sample_database / "city.db")
    port = str(20_000 + os.getpid() % 20_000)
    main = "from geoportal.cli.main import main; main()"
    command = [
        sys.executable,
        "-c",
        main,
        "--db",
        database,
        "serve",
        "--port",
        port,
        "--workers",
        "1",
    ]
    log = tmp_path / "log"
    with log.open("wb") as output:
        served = subprocess.Popen(
            command, stdout=output, stderr=output, env=environment, start_new_session=True
        )
        try:
            statuses = {_status(port, "/tiles/14/14147/6558", until=200)}
            server.asked.clear()
            server.answer = send(500)
            statuses.add(_status(port, "/tiles/14/14147/6558"))
            statuses.add(_status(port, "/tiles/14/14149/6558"))
            statuses.add(_status(port, "/tiles/14/1/1"))
        finally:
            os.killpg(served.pid, signal.SIGKILL)
            served.wait(20)
    assert statuses == {200, 404, 503}
    said = log.read_text()
    assert "/tiles/<zoom>/<column>/<row>" in said
    assert not re.search("14147|14149|6558", said)


def _status(port: str, path: str, until: int = 0) -> int:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        except OSError:
            status = 0
        if status and status == (until or status):
            return status
        time.sleep(0.1)
    raise AssertionError("the server did not come up")
