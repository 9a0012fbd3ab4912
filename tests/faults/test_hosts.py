"""Two web hosts over one PostgreSQL server: both follow imports, and go on when it is away."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import threading
import time
import urllib.parse

import pytest
import sqlalchemy as sa

from geoportal.store.database import dataset_version, open_database
from tests.faults.cable import Cable
from tests.faults.process import PROGRAM
from tests.faults.server import Served
from tests.postgres import POSTGRES, own_postgres
from tests.unit.ingest.official import KAIGO_HEADER, TOWNS, TOWNS_HEADER, kaigo_row, write_csv

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(not POSTGRES, reason="GEOPORTAL_TEST_POSTGRES is not set"),
]
HEALED_S = 5.0
SLACK_S = 30.0
"""What a busy machine may take on top: the test is about whether, not how fast."""
FAULTS = ("stops", "swallows", "cut")
QUESTION = json.dumps({"near": {"lon": 130.88, "lat": 33.88}, "radius_m": 8000}).encode()
SECRET = "a secret of the tests, long enough to be taken"  # noqa: S105


@pytest.fixture(scope="module")
def cable():
    server = sa.make_url(POSTGRES)
    led = Cable(server.host, server.port)
    yield led
    led.close()


@pytest.fixture(scope="module")
def locations(cable):
    """Return where the database is: by itself, and by the cable."""
    location = own_postgres("_hosts")
    through = sa.make_url(location).set(host="127.0.0.1", port=cable.port)
    return location, through.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """Towns and five editions of a list."""
    folder = tmp_path_factory.mktemp("editions")
    rows = [kaigo_row(事業所番号=f"40677{i:05}", 事業所名=f"見本{i}") for i in range(60)]
    lists = [
        write_csv(folder / f"kaigo_2025{month}01.csv", KAIGO_HEADER, rows[number:])
        for number, month in enumerate(("06", "09", "10", "11", "12"))
    ]
    return [write_csv(folder / "towns.csv", TOWNS_HEADER, TOWNS), *lists]


@pytest.fixture(scope="module")
def hosts(locations, editions, tmp_path_factory):
    open_database(locations[0], create=True).engine.dispose()
    do(locations[0], "import", editions[0], editions[1])
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                Served(
                    locations[1],
                    workers=2,
                    environment={"SECRET_KEY": SECRET, "GEOPORTAL_DESK_ON_PLAIN_HTTP": "1"},
                    folder=tmp_path_factory.mktemp(f"host{number}"),
                )
            )
            for number in range(2)
        ]


def do(location, *arguments):
    command = [PROGRAM, "--db", location, *map(str, arguments)]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        cwd=arguments[-1].parent if len(arguments) > 1 else None,
    )


def version_of(location):
    database = open_database(location)
    with database.engine.connect() as connection:
        found = dataset_version(connection)
    database.engine.dispose()
    return found


def ask(host):
    """Return status and dataset version of one search."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=30)
    with contextlib.closing(connection):
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/v1/search", QUESTION, headers)
        answer = connection.getresponse()
        document = json.loads(answer.read())
    return answer.status, document.get("dataset_version")


def sign_in(host):
    """Return status and Retry-After of an attempt to sign in."""
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", "/login")
        page = connection.getresponse()
        (token,) = re.findall(r'name="csrf_token" value="([^"]+)"', page.read().decode())
        cookie = page.getheader("Set-Cookie").split(";")[0]
        form = urllib.parse.urlencode({"csrf_token": token, "name": "a", "password": "b"})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/login", form, headers)
        answer = connection.getresponse()
        answer.read()
    return answer.status, answer.getheader("Retry-After")


def seconds_until_all(hosts, version, most):
    began = time.monotonic()
    while any(ask(host) != (200, version) for host in hosts):
        assert time.monotonic() - began < most, "a host does not follow"
        time.sleep(0.05)
    return time.monotonic() - began


def test_both_follow_an_import_under_load(hosts, locations, editions):
    before, heard, ended = version_of(locations[0]), [[], []], threading.Event()

    def hammer(number):
        while not ended.is_set():
            heard[number].append(ask(hosts[number]))
            time.sleep(0.1)

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        do(locations[0], "import", editions[2])
        after = version_of(locations[0])
        seconds_until_all(hosts, after, HEALED_S + SLACK_S)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    for answers in heard:
        assert {status for status, _ in answers} == {200}
        told = [version for _, version in answers]
        assert set(told) <= {before, after}
        assert told == sorted(told, key=[before, after].index), "never back to the earlier one"


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_without_the_database_public_questions_are_answered_and_it_heals(
    hosts, locations, editions, cable, fault
):
    held = version_of(locations[0])
    if fault == "cut":
        cable.cut()
    else:
        cable.state = "swallows"
    for _ in range(10):
        assert [ask(host) for host in hosts] == [(200, held)] * 2
        time.sleep(0.1)
    began = time.monotonic()
    assert sign_in(hosts[0]) == (503, "60")
    assert time.monotonic() - began < HEALED_S + SLACK_S
    do(locations[0], "import", editions[FAULTS.index(fault) + 3])
    cable.state = "whole"
    seconds_until_all(hosts, version_of(locations[0]), HEALED_S + SLACK_S)
