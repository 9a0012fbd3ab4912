"""The gate: bodies within time and size, the WSGI environment, refusals in the form asked for."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

import pytest

from geoportal.serving.gate import Gate, environment_of
from geoportal.serving.lanes import LaneFullError
from geoportal.serving.rates import Rates
from geoportal.serving.refusals import Refusals
from geoportal.settings import Settings
from geoportal.web.arrival import Arrival
from tests.unit.serving.loop import run

LIMIT = 100


@dataclass
class Scope:
    method: str = "POST"
    path: str = "/api/v1/search"
    headers: dict[str, str] = field(default_factory=lambda: {"host": "localhost"})
    query_string: str = ""
    http_version: str = "1.1"
    scheme: str = "http"
    server: str = "127.0.0.1:8000"
    client: str = "192.0.2.7:4321"


@dataclass
class Exchange:
    """A body in pieces, each after a pause; keeps the answer."""

    pieces: list[bytes] = field(default_factory=list)
    pause_s: float = 0.0
    breaks: bool = False
    answer: tuple[int, dict[str, str], bytes] | None = None

    async def __call__(self):
        whole = b"".join([piece async for piece in self])
        if self.breaks:
            raise RuntimeError("transport is closed")
        return whole

    async def __aiter__(self):
        for piece in self.pieces:
            await asyncio.sleep(self.pause_s)
            yield piece

    def response_bytes(self, status, headers, body):
        assert self.answer is None
        self.answer = (status, dict(headers), body)


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert int(environ.get("CONTENT_LENGTH", 0)) >= len(body)
    start_response("200 OK", [("content-type", "text/plain")])
    return [str(len(body)).encode()]


@pytest.fixture
def refusals(app):
    return Refusals(app)


def answered(refusals, scope, exchange, application=echo, full=False, rates=None):
    rates = rates or Rates(0)
    gate = Gate(application, refusals, Arrival(Settings()), LIMIT, rates, body_seconds=0.2)

    async def ask():
        gate.__rsgi_init__(asyncio.get_running_loop())
        if full:
            for lane in gate._lanes.values():

                async def refuse(*_):
                    raise LaneFullError(3)

                lane.run = refuse
        await gate.__rsgi__(scope, exchange)

    run(ask())
    return exchange.answer


def sized(size):
    return Scope(headers={"host": "localhost", "content-length": str(size)})


CHUNKED = Scope(headers={"host": "localhost", "transfer-encoding": "chunked"})


@pytest.mark.parametrize(
    ("scope", "pieces", "handed_on"),
    [
        (Scope(), [], b"0"),
        (sized(3), [b"abc"], b"3"),
        (CHUNKED, [b"a" * 60, b"b" * 30], b"90"),
        (CHUNKED, [b"a" * 60, b"b" * 60], b"101"),  # enough to be refused as too large
        (sized(5000), [b"a" * 5000], b"101"),
        (sized(10**12), [b"never read"], b"0"),  # refused by its length
    ],
)
def test_a_body_is_handed_on_whole_or_as_too_large(refusals, scope, pieces, handed_on):
    status, _, body = answered(refusals, scope, Exchange(pieces))
    assert (status, body) == (200, handed_on)


@pytest.mark.parametrize(
    ("piece", "status"), [(b"", 400), (b"a", 200)]
)  # the application refuses what is too large
def test_a_body_in_thousands_of_pieces_is_not_read_to_its_end(refusals, piece, status):
    read = []
    exchange = Exchange()
    exchange.pieces = (read.append(one) or one for one in [piece] * 100_000)
    assert answered(refusals, CHUNKED, exchange)[0] == status
    assert len(read) < 3000


@pytest.mark.parametrize("scope", [sized(4), CHUNKED])
def test_a_slow_body_is_cut_in_time(refusals, scope):
    status, headers, body = answered(refusals, scope, Exchange([b"a"] * 4, pause_s=0.15))
    assert status == 408
    assert headers["cache-control"] == "no-store"
    assert json.loads(body)["status"] == 408


@pytest.mark.parametrize(
    ("scope", "breaks"), [(sized(4), True), (sized("4x"), False), (sized("４"), False)]
)
def test_a_body_other_than_announced_is_refused(refusals, scope, breaks):
    status, _, body = answered(refusals, scope, Exchange([b"ab"], breaks=breaks))
    assert status == 400
    assert json.loads(body)["detail"] == "the body is not as its headers announce"


def test_what_cannot_be_taken_is_told_when_to_ask_again(refusals, app):
    status, headers, body = answered(refusals, Scope(), Exchange(), full=True)
    assert (status, headers["retry-after"]) == (503, "3")
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["status"] == 503
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    metrics = app.test_client().get("/metrics").text
    assert 'geoportal_refused_total{lane="memory"} 1.0' in metrics


def in_full_lanes(refusals, scope, exchange, waiting_for="192.0.2.7"):
    """What a request is told when as many wait for its client as one may have, or for any."""
    gate = Gate(echo, refusals, Arrival(Settings()), LIMIT, Rates(0), body_seconds=0.2)

    async def ask():
        loop = asyncio.get_running_loop()
        gate.__rsgi_init__(loop)
        for lane in gate._lanes.values():
            most = lane.rule.waiting // (2 if waiting_for else 1)
            lane._running = lane.rule.running
            lane._by_client[waiting_for] = most
            lane._queue.extend(
                (loop.time(), waiting_for, loop.create_future()) for _ in range(most)
            )
        if not gate.refuses(scope, exchange):
            await gate.__rsgi__(scope, exchange)

    run(ask())
    return exchange.answer


class Unread(Exchange):
    async def __aiter__(self):
        raise AssertionError("the body was read")
        yield b""


FORWARDED = {"host": "localhost", "x-forwarded-for": "198.51.100.4", "content-length": "3"}


@pytest.mark.parametrize(
    ("scope", "waiting_for"),
    [(sized(3), "192.0.2.7"), (Scope("GET", "/"), "192.0.2.7"), (Scope(headers=FORWARDED), "")],
)
def test_a_small_request_to_a_full_lane_is_refused_before_it_is_read(refusals, scope, waiting_for):
    status, headers, _ = in_full_lanes(refusals, scope, Unread([b"abc"]), waiting_for)
    assert (status, "retry-after" in headers) == (503, True)


def test_another_client_than_the_one_that_fills_a_lane_is_heard(refusals):
    status, _, _ = in_full_lanes(refusals, sized(3), Exchange([b"ab"], breaks=True), "192.0.2.8")
    assert status == 400


@pytest.mark.parametrize("scope", [sized(5000), CHUNKED])
def test_a_large_one_is_read_so_that_the_refusal_arrives(refusals, scope):
    exchange = Exchange([b"a" * 5000])
    read = []
    exchange.pieces = (read.append(piece) or piece for piece in [b"a" * 5000])
    assert in_full_lanes(refusals, scope, exchange)[0] == 503
    assert read


@pytest.mark.parametrize(
    ("accepted", "words"),
    [("ja", "ただいま表示できません"), ("en-GB,en", "cannot be shown just now")],
)
def test_a_page_that_cannot_be_taken_says_so_in_the_visitors_language(refusals, accepted, words):
    scope = Scope("GET", "/", {"host": "localhost", "accept-language": accepted})
    status, headers, body = answered(refusals, scope, Exchange(), full=True)
    assert (status, headers["cache-control"]) == (503, "no-store")
    assert headers["content-type"].startswith("text/html")
    assert words in body.decode()


def test_an_application_that_fails_answers_without_words(refusals):
    def fails(environ, start_response):
        raise ValueError("北九州市小倉北区")

    status, _, body = answered(refusals, Scope(), Exchange(), fails)
    assert (status, body) == (500, b"fault\n")


def test_the_environment_is_as_wsgi_has_it():
    headers = {
        "host": "map.example",
        "x-a": "1",
        "content-type": "text/plain",
        "x_forwarded_for": "x",
    }
    environ = environment_of(Scope("GET", "/施設", headers, "q=%E3%81%82"))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/施設"
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("192.0.2.7", "8000")
    assert (environ["HTTP_HOST"], environ["HTTP_X_A"]) == ("map.example", "1")
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert "HTTP_X_FORWARDED_FOR" not in environ  # an underscore is no dash


@pytest.mark.parametrize(("version", "protocol"), [("1", "HTTP/1.0"), ("1.1", "HTTP/1.1")])
def test_the_version_of_http_is_told(version, protocol):
    assert environment_of(Scope(http_version=version))["SERVER_PROTOCOL"] == protocol


def test_a_header_sent_twice_is_one_list():
    class Twice(dict):
        def items(self):
            return [("host", "a"), ("host", "b")]

    assert environment_of(Scope(headers=Twice()))["HTTP_HOST"] == "a,b"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/search", "application/problem+json"),
        ("/ogc/collections", "application/problem+json"),
        ("/fhir/Organization", "application/fhir+json"),
        ("/hsds/organizations", "application/problem+json"),
        ("/search", "text/html; charset=utf-8"),
    ],
)
def test_an_address_that_asks_too_often_is_told_when_to_come_back(refusals, path, kind):
    rates = Rates(1)
    scope = Scope(path=path, headers={"host": "localhost"})
    for _ in range(10):
        rates.take("192.0.2.7", 1, time.monotonic())
    status, headers, body = answered(refusals, scope, Exchange(), rates=rates)
    assert (status, headers["content-type"]) == (429, kind)
    assert 1 <= int(headers["retry-after"]) <= 5
    assert headers["cache-control"] == "no-store"
    assert b"192.0.2" not in body
    if kind == "application/problem+json":
        assert json.loads(body)["status"] == 429
    status, _, _ = answered(refusals, Scope(path="/healthz", method="GET"), Exchange(), rates=rates)
    assert status == 200


@pytest.mark.parametrize(
    ("path", "kind", "member"),
    [
        ("/ogc/collections", "application/problem+json", "status"),
        ("/hsds/services", "application/problem+json", "status"),
        ("/fhir/Location", "application/fhir+json", "issue"),
    ],
)
def test_programs_are_refused_in_the_form_of_their_interface(refusals, path, kind, member):
    status, headers, body = answered(refusals, Scope("GET", path), Exchange(), full=True)
    assert (status, headers["content-type"]) == (503, kind)
    assert member in json.loads(body)
