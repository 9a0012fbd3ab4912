"""``geoportal serve`` itself: ends in time, keeps its port and its workers, whatever clients do."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.server import Served
from tests.rounds import first_always

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
SLOW_CLIENTS = 300
CROWD = 600
HOME = json.dumps({"near": {"lon": 130.8751, "lat": 33.8834}}).encode()
MOST_MB = 60
"""Memory that a worker may have for itself, whatever the number of facilities."""


@pytest.fixture(scope="module")
def database(tmp_path_factory, sample_database):
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(sample_database, folder, dirs_exist_ok=True)
    return folder / "city.db"


@pytest.fixture(scope="module")
def server(database):
    with Served(database) as served:
        yield served


def get(port, path="/healthz", timeout=30.0):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def is_alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def private_mb(process_id):
    lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def wait_until(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_a_port_in_use_is_refused_and_its_holder_named(server):
    command = [sys.executable, "-c", "from geoportal.cli.main import main; main()"]
    second = subprocess.run(
        [*command, "--db", str(server.database), "serve", "--port", str(server.port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 5
    assert f"port {server.port} of 127.0.0.1 is in use by process {server.process.pid}" in (
        second.stderr
    )
    assert get(server.port)[0] == 200


def test_workers_share_what_is_loaded(server):
    """Threads would not survive in workers, nor locks that they hold."""
    wait_until(lambda: server.log.read_text().count('"loaded"') >= 2)
    paths = ("/", "/api/v1/districts", "/centres", "/team", "/api/v1/points", "/coverage")
    for path in paths * 4:
        assert get(server.port, path)[0] == 200
    assert len(list(Path(f"/proc/{server.process.pid}/task").iterdir())) == 1
    assert max(map(private_mb, server.child_ids())) < MOST_MB


def test_coverage_is_answered_apart_and_nobody_notices_its_end(server):
    """Killed while it answers, too: the worker answers by itself."""
    wait_until(lambda: len(server.worker_ids()) == 2)
    expected = get(server.port, "/api/v1/coverage?area=40106")
    for pause_s in (0.0, 0.02):
        (apart,) = set(server.child_ids()) - set(server.worker_ids())
        killing = threading.Timer(pause_s, os.kill, (apart, signal.SIGKILL))
        killing.start()
        assert get(server.port, "/api/v1/coverage?area=40106&evidence=filed")[0] == 200
        killing.join()
        assert get(server.port, "/api/v1/coverage?area=40106") == expected
        wait_until(lambda gone=apart: len({*server.child_ids()} - {gone}) == 3)
    assert len(server.worker_ids()) == 2


def test_a_dead_worker_is_replaced_and_nobody_notices(server):
    wait_until(lambda: server.log.read_text().count('"loaded"') >= 2)
    dead, *_ = before = server.worker_ids()
    os.kill(dead, signal.SIGKILL)
    statuses = [get(server.port)[0] for _ in range(30)]
    assert statuses == [200] * 30
    wait_until(lambda: len(server.worker_ids()) == 2 and dead not in server.worker_ids())
    assert len(set(server.worker_ids()) & set(before)) == 1
    assert "a worker ended (-9); another is started" in server.log.read_text()


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5",
        b"GET /api/v1/points HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["headers", "body", "chunks", "reading"],
)
def test_slow_clients_hold_up_nobody(server, sent):
    with contextlib.ExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            client.sendall(sent)
        assert [get(server.port)[0] for _ in range(10)] == [200] * 10


def refused_in_all(server):
    found = re.search(
        rb'geoportal_refused_total{lane="memory"} (\d+)', get(server.port, "/metrics")[1]
    )
    return int(found[1]) if found else 0


@pytest.mark.parametrize("kept", ["keep-alive", "close"])
def test_a_crowd_is_answered_or_refused_and_told_when_to_ask_again(server, kept):
    before, statuses = refused_in_all(server), Counter()
    asked = (
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Connection: %s\r\nContent-Length: %d\r\n\r\n%s" % (kept.encode(), len(HOME), HOME)
    )
    with contextlib.ExitStack() as stack:
        crowd = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
            for _ in range(CROWD)
        ]
        for client in crowd:
            client.sendall(asked)
        for client in crowd:
            answer = http.client.HTTPResponse(client)
            answer.begin()
            statuses[answer.status] += 1
            content = json.loads(answer.read())
            assert content.get("status", 200) == answer.status
            assert (answer.getheader("Retry-After") is not None) == (answer.status == 503)
    assert set(statuses) == {200, 503}
    assert refused_in_all(server) - before == statuses[503]
    assert get(server.port)[0] == 200


def test_counts_of_all_workers_are_added(server):
    for _ in range(20):
        get(server.port, "/api/v1/vocabulary")
    first, second = (get(server.port, "/metrics")[1].decode() for _ in range(2))
    line = r'geoportal_requests_total{method="GET",route="/api/v1/vocabulary",status="200"} (\d+)'
    assert int(re.search(line, first)[1]) == int(re.search(line, second)[1]) == 20


@pytest.mark.parametrize("by", first_always([signal.SIGTERM, signal.SIGINT]))
def test_it_ends_before_it_has_started_a_worker(database, tmp_path, by):
    served = Served(database, environment={"TMPDIR": str(tmp_path)})
    served.start()
    wait_until(lambda: list(tmp_path.glob("geoportal-metrics-*")))
    assert served.end(by) < 10
    assert served.process.returncode == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("by", first_always([signal.SIGTERM, signal.SIGINT]))
def test_it_ends_while_a_worker_still_loads(database, by):
    served = Served(database)
    served.start()
    wait_until(served.worker_ids)
    children = served.child_ids()
    assert served.end(by) < 10
    assert not any(map(is_alive, children))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port))


def test_it_ends_when_what_is_being_answered_has_been_answered(server):
    """The last test of the server that the others share."""
    answers, sent = [], threading.Barrier(5)

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", "/coverage/cells.csv?district=40106")
            sent.wait()
            answer = connection.getresponse()
            answers.append((answer.status, len(answer.read()) > 0))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    idle = http.client.HTTPConnection("127.0.0.1", server.port)
    idle.request("GET", "/healthz")
    idle.getresponse().read()
    sent.wait()
    time.sleep(0.3)
    assert server.end() < 10
    for thread in threads:
        thread.join()
    idle.close()
    assert len(answers) == 4
    assert {(status in {200, 404, 503}, whole) for status, whole in answers} == {(True, True)}


@pytest.mark.long
def test_workers_end_with_a_supervisor_that_was_killed_and_leave_nothing(database, tmp_path):
    with Served(database, workers=1, environment={"TMPDIR": str(tmp_path)}) as served:
        assert get(served.port)[0] == 200
        children = served.child_ids()
        served.process.kill()
        served.process.wait()
        wait_until(lambda: not any(map(is_alive, children)), 15)
        assert not list(tmp_path.iterdir())


def test_it_says_why_it_does_not_start(database, tmp_path):
    broken = tmp_path / "broken.db"
    broken.write_bytes(database.read_bytes()[:200_000])
    served = Served(broken, workers=1)
    served.start()
    assert served.process.wait(60) not in {0, None}
    assert "geoportal: " in served.log.read_text() or "Error: " in served.log.read_text()
