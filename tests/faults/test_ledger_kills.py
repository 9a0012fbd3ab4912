"""The ledger's writer killed at any moment: nothing acknowledged is lost, or written twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import Audience, Draft, facts_of
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.ledger import history, write_entry
from geoportal.desk.store.database import open_desk
from geoportal.desk.store.ledger import entries_after
from geoportal.store.staff_facts import read_facts
from tests.contract.test_databases import POSTGRES, own_postgres

SATO = Actor("account", "sato", "kokura")


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [12, pytest.param(500, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, kind: str, rounds: int) -> None:
    """Each writer goes on with the form that the one before did not acknowledge."""
    if kind == "postgres" and not POSTGRES:
        pytest.skip("no PostgreSQL: GEOPORTAL_TEST_POSTGRES is not set")
    location = own_postgres() if kind == "postgres" else str(tmp_path / "test.db")
    open_desk(location, create=True).engine.dispose()
    draw, acknowledged = random.Random(1), 0
    for _ in range(rounds):
        acknowledged += _killed(location, acknowledged, draw.uniform(0.02, 0.25))
        database = open_desk(location)
        with database.reading() as connection:
            keys = [entry.draft.note for entry in entries_after(connection, 0)]
            entries = entries_after(connection, 0)
            facts = read_facts(lambda text, c=connection: c.exec_driver_sql(text).all())
        database.engine.dispose()
        assert keys == [_key(number) for number in range(len(keys))]
        assert acknowledged <= len(keys) <= acknowledged + 1
        expected = facts_of("near", entries, {}, professional=False)
        assert facts == ([expected] if entries else [])
    assert acknowledged > rounds / 2


def _key(number: int) -> str:
    return f"form-number-{number:08}"


def _killed(location: str, first: int, after_s: float) -> int:
    """Return how many entries a writer acknowledged that was killed after some seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            desk, number = Desk(open_desk(location)), first
            os.write(writing, b"r")
            while True:
                seen = max((entry.id for entry in history(desk, "near")), default=0)
                key = _key(number)
                draft = Draft("near", "AC.PAIN", "yes", Audience.PUBLIC, note=key)
                write_entry(desk, SATO, draft, seen=seen, key=key, centres={})
                os.write(writing, b".")
                number += 1
        finally:
            os._exit(1)
    os.close(writing)
    with open(reading, "rb") as acknowledgements:  # noqa: PTH123 - a descriptor
        assert acknowledgements.read(1) == b"r"
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return len(acknowledgements.read())
