"""A PostgreSQL server that is cut off, silent or busy: who asks is told so in time."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from geoportal.errors import BusyError, GeoportalError
from geoportal.store.faults import database_fault
from geoportal.store.server import server_engine
from tests.faults.cable import Cable
from tests.postgres import POSTGRES

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not POSTGRES, reason="GEOPORTAL_TEST_POSTGRES is not set"),
]
SOON_S = 2.5
"""A second, and what a busy machine may take on top."""
HEALED_S = 5.0
ONE = sa.text("SELECT 1")


@pytest.fixture
def cable() -> Iterator[Cable]:
    server = sa.make_url(POSTGRES)
    led = Cable(str(server.host), int(server.port or 5432))
    yield led
    led.close()


@pytest.fixture
def engine(cable: Cable) -> Iterator[sa.Engine]:
    through = sa.make_url(POSTGRES).set(host="127.0.0.1", port=cable.port)
    made = server_engine(through.render_as_string(hide_password=False), within_s=1.0)
    yield made
    made.dispose()


def ask(engine: sa.Engine, statement: sa.TextClause = ONE) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(statement) or 0)


def refused(engine: sa.Engine, statement: sa.TextClause = ONE) -> tuple[float, Exception | None]:
    """Return the seconds until a question is refused, and what that means to a person."""
    began = time.monotonic()
    with pytest.raises(sa.exc.DBAPIError) as caught:
        ask(engine, statement)
    return time.monotonic() - began, database_fault(caught.value)


def seconds_until_answered(engine: sa.Engine) -> float:
    began = time.monotonic()
    while True:
        try:
            assert ask(engine) == 1
        except sa.exc.DBAPIError:
            assert time.monotonic() - began < HEALED_S + SOON_S
            time.sleep(0.05)
        else:
            return time.monotonic() - began


@pytest.mark.parametrize("fault", ["stops", "swallows"])
def test_a_silent_server_is_known_after_a_second_and_found_again(
    engine: sa.Engine, cable: Cable, fault: str
) -> None:
    with ExitStack() as kept:  # several connections are kept
        for _ in range(3):
            kept.enter_context(engine.connect())
    cable.state = fault
    seconds, said = refused(engine)
    assert isinstance(said, GeoportalError)
    assert seconds < SOON_S
    began = time.monotonic()
    for _ in range(5):
        assert isinstance(refused(engine)[1], GeoportalError)
    assert time.monotonic() - began < 1.0, "the others do not wait"
    cable.state = "whole"
    assert seconds_until_answered(engine) < HEALED_S


def test_a_connection_that_was_cut_is_replaced_unnoticed(engine: sa.Engine, cable: Cable) -> None:
    assert ask(engine) == 1
    cable.cut()
    cable.state = "whole"
    assert ask(engine) == 1
    cable.cut()
    seconds, said = refused(engine)
    assert isinstance(said, GeoportalError)
    assert seconds < SOON_S
    cable.state = "whole"
    assert seconds_until_answered(engine) < 1.0


def test_a_connection_that_the_server_has_ended_is_replaced_unnoticed(engine: sa.Engine) -> None:
    ended = sa.text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = :it")
    with engine.connect() as kept, engine.connect() as other:
        number = kept.scalar(sa.text("SELECT pg_backend_pid()"))
        kept.rollback()
        assert other.scalar(ended, {"it": number}) == 1
        other.invalidate()
    assert ask(engine) == 1


def test_a_statement_that_takes_too_long_ends_with_its_connection(engine: sa.Engine) -> None:
    seconds, said = refused(engine, sa.text("SELECT 1 FROM pg_sleep(20)"))
    assert isinstance(said, GeoportalError)
    assert seconds < SOON_S
    assert ask(engine) == 1


def test_who_waits_for_a_lock_is_told_that_it_is_busy(engine: sa.Engine) -> None:
    lock = sa.text("SELECT 1 FROM pg_advisory_xact_lock(20261130)")
    with engine.begin() as holds:
        holds.execute(lock)
        seconds, said = refused(engine, lock)
    assert isinstance(said, BusyError)
    assert seconds < SOON_S
    assert ask(engine, lock) == 1


def test_a_server_with_thousands_of_clients_reaches_it(engine: sa.Engine, tmp_path: Path) -> None:
    """Numbers of files beyond 1,023."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limits[1]), limits[1]))
    (tmp_path / "file").touch()
    with ExitStack() as opened:
        for _ in range(1100):
            opened.enter_context((tmp_path / "file").open())
        assert ask(engine) == 1
        assert ask(engine) == 1
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
