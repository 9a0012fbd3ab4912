"""A search answer, and the page of results, against others of the same size through one server.

The others are a constant, and what is usually put together for such a question: scipy's cKDTree,
pyproj, a dictionary for each facility, Flask's ``jsonify``. All are served by Granian with two
workers in the same run; requests are sent by two client processes over kept-alive connections.
Only the ratios mean anything.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask, Response, jsonify, request
from pyproj import Geod

from geoportal.serving.worker import application

SECONDS = 4.0
WARM_UP = 10
"""Requests before the clock: a worker compiles templates with its first page."""
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
    app = application()
    for name, body in (("/hello", asked.data), ("/hello-page", shown.data)):
        text = b"x" * len(body)

        def hello(text: bytes = text) -> Response:
            request.get_data()
            return Response(text, mimetype="application/geo+json")

        app.add_url_rule(name, name, hello, methods=["POST", "GET"])
    everything: list[dict[str, Any]] = []
    while page := client.get(LISTED.format(len(everything))).get_json()["features"]:
        everything += page
    app.add_url_rule("/usual", view_func=usual(everything), methods=["POST"])
    return app


def usual(features: list[dict[str, Any]]) -> Callable[[], Response]:
    """Return a route that answers as programs usually do, from the features of facilities."""
    from scipy.spatial import cKDTree  # noqa: PLC0415, RUF100

    placed = [one for one in features if one["geometry"]]
    points = np.array([one["geometry"]["coordinates"] for one in placed])
    tree, geod = cKDTree(points), Geod(ellps="GRS80")

    def answer() -> Response:
        question = request.get_json()
        lon, lat = question["near"]["lon"], question["near"]["lat"]
        found = []
        for row in tree.query_ball_point((lon, lat), question["radius_m"] / 80_000):
            properties = placed[row]["properties"]
            metres = geod.inv(lon, lat, *points[row])[2]
            if metres > question["radius_m"] or properties["kind"] not in question["kinds"]:
                continue
            known = {need: properties.get("needs", {}).get(need) for need in question["needs"]}
            found.append({**placed[row], "distance_m": round(metres), "needs": known})
        found.sort(key=lambda one: one["distance_m"])
        return jsonify(type="FeatureCollection", numberMatched=len(found), features=found[:20])

    return answer


JSON = {"Content-Type": "application/json"}


PAGE = "/?district=40106&kind=clinic&need=VM.REG"
LISTED = "/api/v1/facilities?limit=500&offset={}"


def count(port: int, path: str, method: str) -> int:
    """Return how many requests one client gets answered in a few seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    asked = (QUESTION, JSON) if method == "POST" else (None, {})

    def ask() -> None:
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
            usually = rate(port, "/usual")
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
        "usual_per_s": usually,
        "page_per_s": page,
        "hello_page_per_s": hello_page,
    }
    figures = {name: round(value) for name, value in figures.items()}
    figures |= {
        "search_of_hello": round(search / hello, 2),
        "search_of_usual": round(search / usually, 1),
        "page_of_hello": round(page / hello_page, 2),
    }
    print("  ".join(f"{name} {value:,}" for name, value in figures.items()))
    return figures


if __name__ == "__main__":
    main()
