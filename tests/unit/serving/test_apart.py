"""Requests answered by the process apart, and what a worker does when nobody answers there."""

from __future__ import annotations

import socket
import threading

import pytest

from geoportal.serving.apart import Apart, ApartServer
from tests.unit.serving.loop import run

ENVIRON = {"REQUEST_METHOD": "POST", "PATH_INFO": "/coverage", "wsgi.errors": object()}


def echo(environ, start_response):
    start_response("201 Created", [("x-path", environ["PATH_INFO"])])
    return [environ["wsgi.input"].read() * 2]


@pytest.fixture
def line():
    asking, taking = socket.socketpair()
    asking.setblocking(False)
    with asking, taking:
        yield asking, taking


def served(taking, held="version 1", **options):
    """Answer in a thread; `begun` has an entry for each time that data were opened."""
    begun = []
    server = ApartServer(echo, lambda: begun.append(1), lambda: held, 2, **options)
    thread = threading.Thread(target=server.serve, args=(taking,))
    thread.start()
    return thread, begun


def asked(asking, body=b"body", held="version 1", within_s=3.0):
    return run(Apart(asking, lambda: held, within_s).answer(ENVIRON, body))


def test_a_request_is_answered_elsewhere_and_data_are_opened_once(line):
    asking, taking = line
    thread, begun = served(taking)
    large = b"a" * 3_000_000
    for body in (b"", b"body", large):
        answer = asked(asking, body)
        assert (answer.status, answer.headers) == (201, [("x-path", "/coverage")])
        assert answer.body == body * 2
    assert begun == [1]
    asking.close()
    thread.join(10)
    assert not thread.is_alive(), "it ends when nobody is left who could ask"


def test_from_other_data_nothing_is_answered(line):
    asking, taking = line
    thread, _ = served(taking, held="version 2")
    assert asked(asking) is None
    asking.close()
    thread.join(10)


def test_where_nobody_takes_it_the_worker_does_not_wait_long(line):
    asking, taking = line
    assert asked(asking, within_s=0.05) is None
    thread, _ = served(taking)  # and what was given up meanwhile holds nobody up
    assert asked(asking).body == b"bodybody"
    asking.close()
    thread.join(10)


def test_one_that_ends_half_way_is_not_an_answer(line):
    asking, taking = line

    def end_half_way():
        _, ends, _, _ = socket.recv_fds(taking, 1, 1)
        with socket.socket(fileno=ends[0]) as theirs:
            theirs.recv(1024)
            theirs.sendall(b"+half of it")

    thread = threading.Thread(target=end_half_way)
    thread.start()
    assert asked(asking) is None
    thread.join()


def test_one_that_has_grown_ends_after_its_answer(line):
    asking, taking = line
    thread, _ = served(taking, most_bytes=-1)
    assert asked(asking).status == 201
    thread.join(10)
    assert not thread.is_alive()
