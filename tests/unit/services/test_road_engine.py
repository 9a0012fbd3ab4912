"""A routing engine by URL: both protocols, and what is done when it is away, slow or elsewhere."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from geoportal.domain.hours import OpeningCalendar
from geoportal.domain.query import Origin, Query
from geoportal.errors import UsageError
from geoportal.search.answer import search
from geoportal.search.driving import EngineError
from geoportal.services import road_engine as module
from geoportal.services.road_engine import RoadEngine, is_at_home, road_engine
from geoportal.services.view import is_holiday
from geoportal.settings import Settings
from tests.factories import make_facility, make_snapshot

HOME = (130.875100, 33.883400)
PLACES = [(130.88, 33.88), (130.90, 33.90), (131.00, 33.80)]


def seconds_between(place: list[float], home: list[float]) -> float | None:
    """What the fake engines answer: as far as the degrees between; none to the east of 130.95."""
    if place[0] > 130.95:
        return None
    return round(100_000 * (abs(place[0] - home[0]) + abs(place[1] - home[1])), 1)


class Fake(BaseHTTPRequestHandler):
    """Answers as valhalla_service and osrm-routed do."""

    mode = ""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        asked = json.loads(self.rfile.read(length))
        assert self.path == "/sources_to_targets"
        assert asked["costing"] == "auto"
        spots = [
            [[s[key] for key in ("lon", "lat")] for s in asked[name]]
            for name in ("sources", "targets")
        ]
        rows = [
            [
                {"from_index": i, "to_index": j, "time": seconds_between(a, b), "distance": 1.0}
                for j, b in enumerate(spots[1])
            ]
            for i, a in enumerate(spots[0])
        ]
        self._send({"sources_to_targets": rows, "units": "kilometers"})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        assert url.path.startswith("/table/v1/driving/")
        spots = [list(map(float, one.split(","))) for one in url.path.rsplit("/", 1)[1].split(";")]
        asked = {key: value[0].split(";") for key, value in parse_qs(url.query).items()}
        if len(spots) > 100:
            self._send({"code": "TooBig", "message": "Too many table coordinates"}, 400)
            return
        durations = [
            [seconds_between(spots[int(i)], spots[int(j)]) for j in asked["destinations"]]
            for i in asked["sources"]
        ]
        self._send({"code": "Ok", "durations": durations, "sources": [], "destinations": []})

    def _send(self, document: object, status: int = 200) -> None:
        if self.mode == "slow":
            time.sleep(0.6)
        body = b"<html>" if self.mode == "garbage" else json.dumps(document).encode()
        self.send_response(302 if self.mode == "away" else status)
        if self.mode == "away":
            self.send_header("Location", "http://192.0.2.1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def mode(monkeypatch):
    return lambda name: monkeypatch.setattr(Fake, "mode", name)


def engine_at(port: int, engine: str) -> RoadEngine:
    made = road_engine(Settings(roads_url=f"{engine}+http://127.0.0.1:{port}"))
    assert made is not None
    return made


@pytest.mark.parametrize("engine", ["valhalla", "osrm"])
def test_both_protocols_give_the_seconds_to_the_home(port, engine):
    found = engine_at(port, engine).seconds(HOME, PLACES)
    expected = [seconds_between(list(place), list(HOME)) for place in PLACES]
    assert found[:2] == pytest.approx(expected[:2], abs=0.2)
    assert np.isnan(found[2])
    many = engine_at(port, engine).seconds(HOME, PLACES * 80)
    assert many[237:239] == pytest.approx(expected[:2], abs=0.2)


@pytest.mark.parametrize("how", ["slow", "garbage", "away", "gone"])
def test_a_failure_says_nothing_of_the_home(port, mode, monkeypatch, caplog, how):
    mode(how)
    monkeypatch.setattr(module, "_TIMEOUT_S", 0.3)
    engine = engine_at(1 if how == "gone" else port, "osrm")
    with caplog.at_level("DEBUG"), pytest.raises(EngineError) as error:
        engine.seconds(HOME, PLACES)
    assert not error.value.args
    assert error.value.__context__ is None or error.value.__suppress_context__
    assert "130.875" not in caplog.text + repr(engine) + repr(error.value)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:5000", "osrm+http://", "osrm+ftp://127.0.0.1", "osrm+http://u:p@127.0.0.1"],
)
def test_what_is_no_address_of_an_engine_is_refused(url):
    with pytest.raises(UsageError):
        road_engine(Settings(roads_url=url))


def test_a_home_leaves_the_house_only_where_a_setting_says_so(monkeypatch):
    away = "valhalla+https://203.0.113.5"
    with pytest.raises(UsageError, match="leave the house"):
        road_engine(Settings(roads_url=away.replace("203.0.113.5", "8.8.8.8")))
    assert road_engine(Settings(roads_url="valhalla+http://8.8.8.8", roads_send_homes_out=True))
    named = road_engine(Settings(roads_url="valhalla+http://routes.example:8002"))
    asked = []
    monkeypatch.setattr(
        module.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 8002))]
    )
    monkeypatch.setattr(RoadEngine, "_ask", lambda *_: asked.append(1))
    with pytest.raises(EngineError):
        named.seconds(HOME, PLACES)
    assert not asked
    assert road_engine(Settings()) is None


def test_addresses_at_home():
    for address in ("127.0.0.1", "::1", "10.0.0.8", "192.168.1.2", "172.16.0.1", "fd00::1"):
        assert is_at_home(address)
    for address in ("8.8.8.8", "2001:4860:4860::8888"):
        assert not is_at_home(address)


def test_minutes_come_from_the_engine_and_fail_to_straight_lines(port, mode):
    snapshot = make_snapshot([make_facility(f"f{n}", at) for n, at in enumerate(PLACES)])
    query = Query(origin=Origin(*HOME), radius_m=50_000, sort="drive_minutes", limit=10)
    calendar = OpeningCalendar(is_holiday)
    answer = search(snapshot, query, calendar, engine_at(port, "valhalla"))
    said = {snapshot.facilities[r.row].id: (r.drive, r.minutes) for r in answer.results}
    assert said == {"f0": ("road", 14), "f1": ("road", 69), "f2": ("no_way", None)}
    assert answer.roads == "held"
    mode("garbage")
    failed = search(snapshot, query, calendar, engine_at(port, "valhalla"))
    assert failed.roads == "engine_failed"
    assert [(r.drive, r.minutes) for r in failed.results] == [("", None)] * 3
    metres = [r.distance_m for r in failed.results]
    assert metres == sorted(metres)
