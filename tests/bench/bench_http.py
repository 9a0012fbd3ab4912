"""A search answer, and the page of results, against others of the same size through one server.

The others are a constant of an application that does nothing else (``bare``), the same constant
behind all that every request passes here (``hello``), and what is usually put together for such a
question, with less work and with as much as these tools can do (`tests.bench.usual`). All are
served by Granian with two workers in the same run; requests are sent by two client processes over
kept-alive connections. Only the ratios mean anything.
"""

from __future__ import annotations

import http.client
import itertools
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask.testing import FlaskClient

from geoportal.domain.facility import KINDS, VISITING_RULE_KINDS
from geoportal.serving.worker import application
from tests.bench.usual import nearest, whole

SECONDS = 4.0
WARM_UP = 16
"""Requests before the clock: a worker compiles templates with its first page."""
CONNECTIONS = 8
"""Of each client, used in turn: which worker a connection comes to is chance."""
QUESTION = json.dumps(
    {
        "near": {"lon": 130.8751, "lat": 33.8834},
        "radius_m": 4000,
        "kinds": ["clinic", "hospital"],
        "needs": ["VM.REG", "AC.ULCER"],
    }
).encode()


def with_others() -> Flask:
    """Build the application with routes that answer as much as the search and the page do."""
    client = application().test_client()
    asked = client.post("/api/v1/search", data=QUESTION, headers=JSON)
    shown = client.get(PAGE)
    if (asked.status_code, shown.status_code) != (200, 200):
        raise RuntimeError(f"search {asked.status_code}, page {shown.status_code}")
    app, bare = application(), Flask("bare")
    for name, body in (("/hello", asked.data), ("/hello-page", shown.data)):
        text = b"x" * len(body)

        def hello(text: bytes = text) -> Response:
            request.get_data()
            return Response(text, mimetype="application/geo+json")

        app.add_url_rule(name, name, hello, methods=["POST", "GET"])
        bare.add_url_rule(name.replace("hello", "bare"), name, hello, methods=["POST", "GET"])
    add_usual(app, client)
    served = app.wsgi_app
    app.wsgi_app = lambda environ, start: (  # type: ignore[method-assign]
        bare.wsgi_app(environ, start)
        if environ["PATH_INFO"].startswith("/bare")
        else served(environ, start)
    )
    return app


def add_usual(app: Flask, client: FlaskClient) -> None:
    """Add what is usually put together, and see that it counts as the search does."""
    vocabulary = app.extensions["geoportal"].reference.vocabulary
    needs = [term.code for term in vocabulary if term.need]
    everything: list[dict[str, Any]] = []
    asked = {"near": json.loads(QUESTION)["near"], "radius_m": 50_000, "kinds": KINDS}
    asked |= {"needs": needs, "include": "all", "limit": 500}
    while page := client.post(
        "/api/v1/search", json={**asked, "offset": len(everything)}
    ).get_json()["features"]:
        everything += page
    visits = set(vocabulary.visit_codes(*VISITING_RULE_KINDS))
    weighty = {code for code in needs if vocabulary[code].visit_kinds}
    app.add_url_rule("/usual", "usual", nearest(everything), methods=["POST"])
    app.add_url_rule("/usual-whole", "whole", whole(everything, visits, weighty), methods=["POST"])
    ours = client.post("/api/v1/search", data=QUESTION, headers=JSON).get_json()
    theirs = app.test_client().post("/usual-whole", data=QUESTION, headers=JSON).get_json()
    app._got_first_request = False
    for document in (ours, theirs):
        document["counts"].setdefault("not_applicable", 0)
    for told in ("numberMatched", "counts"):
        if ours[told] != theirs[told]:
            raise RuntimeError(f"{told} differ")
    for told in ("institutions", "visiting"):
        if ours["visit_evidence"][told] != theirs["visit_evidence"][told]:
            raise RuntimeError(f"{told} differ")
    first = ours["counts"]["match"]
    if [one["id"] for one in ours["features"][:first]] != [
        one["id"] for one in theirs["features"][:first]
    ]:
        raise RuntimeError("the matches differ")


JSON = {"Content-Type": "application/json"}


PAGE = "/?district=40106&kind=clinic&need=VM.REG"


def count(port: int, path: str, method: str) -> int:
    """Return how many requests one client gets answered in a few seconds."""
    connections = itertools.cycle(
        [http.client.HTTPConnection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    )
    asked = (QUESTION, JSON) if method == "POST" else (None, {})

    def ask() -> None:
        connection = next(connections)
        connection.request(method, path, *asked)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")

    for _ in range(WARM_UP):
        ask()
    done, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        ask()
        done += 1
    return done


def rate(port: int, path: str, method: str = "POST") -> float:
    """Return requests per second with two clients."""
    with multiprocessing.Pool(2) as pool:
        return sum(pool.starmap(count, [(port, path, method)] * 2)) / SECONDS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(1_200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def main() -> dict[str, float]:
    """Print the ratios; return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "bench.db")
        environment = {**os.environ, "GEOPORTAL_DATABASE": database}
        tool = [sys.executable, "-c", "from geoportal.cli.main import main; main()"]
        subprocess.run([*tool, "init", "--sample"], env=environment, check=True, stdout=sys.stderr)
        port = free_port()
        log = (Path(folder) / "server.log").open("w+b")  # the server goes on logging each request
        server = subprocess.Popen(
            [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--factory",
             "--workers", "2", "--port", str(port), "--no-access-log", "--log-level", "critical",
             "tests.bench.bench_http:with_others"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )  # fmt: skip
        try:
            wait_for(port)
            hello, search = rate(port, "/hello"), rate(port, "/api/v1/search")
            bare, usually = rate(port, "/bare"), rate(port, "/usual")
            wholly = rate(port, "/usual-whole")
            hello_page, page = rate(port, "/hello-page", "GET"), rate(port, PAGE, "GET")
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read()[-4000:].decode(errors="replace"))
            raise
        finally:
            server.terminate()
            server.wait(timeout=10)
            log.close()
    figures = {
        "search_per_s": search,
        "hello_per_s": hello,
        "bare_per_s": bare,
        "usual_per_s": usually,
        "usual_whole_per_s": wholly,
        "page_per_s": page,
        "hello_page_per_s": hello_page,
    }
    figures = {name: round(value) for name, value in figures.items()}
    figures |= {
        "search_of_hello": round(search / hello, 2),
        "search_of_bare": round(search / bare, 2),
        "search_of_usual": round(search / usually, 1),
        "search_of_usual_whole": round(search / wholly, 1),
        "page_of_hello": round(page / hello_page, 2),
    }
    print("  ".join(f"{name} {value:,}" for name, value in figures.items()))
    return figures


if __name__ == "__main__":
    main()
