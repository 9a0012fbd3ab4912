"""A search answer against a hello-world answer of the same size, through the same server.

Both routes are served by the production server with two workers in the same run; requests are
sent by two client processes over kept-alive connections. Only the ratio means anything.
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
from pathlib import Path

from flask import Flask, Response, request

from geoportal.serving.worker import application

SECONDS = 4.0
QUESTION = json.dumps(
    {
        "near": {"lon": 130.8751, "lat": 33.8834},
        "radius_m": 4000,
        "kinds": ["clinic", "hospital"],
        "needs": ["VM.REG", "AC.ULCER"],
    }
).encode()


def with_hello() -> Flask:
    """Build the application with a route that answers as many bytes as a search does."""
    asked = application().test_client().post("/api/v1/search", data=QUESTION, headers=JSON)
    body = b"x" * len(asked.data)
    app = application()

    def hello() -> Response:
        request.get_data()
        return Response(body, mimetype="application/geo+json")

    app.add_url_rule("/hello", view_func=hello, methods=["POST"])
    return app


JSON = {"Content-Type": "application/json"}


def count(port: int, path: str) -> int:
    """Return how many requests one client gets answered in a few seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    done, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        connection.request("POST", path, QUESTION, JSON)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        done += 1
    return done


def rate(port: int, path: str) -> float:
    """Return requests per second with two clients."""
    with multiprocessing.Pool(2) as pool:
        return sum(pool.starmap(count, [(port, path)] * 2)) / SECONDS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def main() -> dict[str, float]:
    """Print the ratio; return it."""
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
             "tests.bench.bench_http:with_hello"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )  # fmt: skip
        try:
            wait_for(port)
            hello, search = rate(port, "/hello"), rate(port, "/api/v1/search")
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read()[-4000:].decode(errors="replace"))
            raise
        finally:
            server.terminate()
            server.wait(timeout=10)
            log.close()
    print(f"HTTP  search {search:,.0f}/s  hello of the same size {hello:,.0f}/s", end="  ")
    print(f"ratio {search / hello:.2f}")
    return {"search_per_s": round(search), "hello_per_s": round(hello), "ratio": search / hello}


if __name__ == "__main__":
    main()
