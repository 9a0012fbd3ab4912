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
from geoportal.desk.store.database import DeskDatabase, open_desk
from geoportal.desk.store.ledger import entries_after
from geoportal.store.staff_facts import read_facts
from tests.postgres import POSTGRES, own_postgres

SATO = Actor("account", "sato", "kokura")


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [12, pytest.param(500, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_kills_lose_nothing_and_repeat_nothing(tmp_path: Path, kind: str, rounds: int) -> None:
    """Each writer goes on with the form that the one before did not acknowledge."""
    if kind == "postgres" and not POSTGRES:
        pytest.skip("no PostgreSQL: GEOPORTAL_TEST_POSTGRES is not set")
    location = own_postgres() if kind == "postgres" else str(tmp_path / "test.db")
    database = open_desk(location, create=True)
    draw, acknowledged = random.Random(1), 0
    for _ in range(rounds):
        acknowledged += _killed(database, acknowledged, draw)
        with database.reading() as connection:
            entries = entries_after(connection, 0)
            facts = read_facts(lambda text, c=connection: c.exec_driver_sql(text).all())
        keys = [entry.draft.note for entry in entries]
        assert keys == [_key(number) for number in range(len(keys))]
        assert acknowledged <= len(keys) <= acknowledged + 1
        expected = facts_of("near", entries, {}, professional=False)
        assert facts == ([expected] if entries else [])
    database.engine.dispose()
    assert acknowledged > rounds / 2


def _key(number: int) -> str:
    return f"form-number-{number:08}"


def _killed(database: DeskDatabase, first: int, draw: random.Random) -> int:
    """Return how many entries a writer acknowledged that was killed while it wrote.

    It is killed a moment after it has acknowledged none to three, so in whatever it does then.
    """
    reading, writing = os.pipe()
    database.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            desk, number = Desk(database), first
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
    with open(reading, "rb", buffering=0) as acknowledgements:  # noqa: PTH123 - a descriptor
        awaited = draw.randrange(4)
        assert all(acknowledgements.read(1) for _ in range(1 + awaited))
        time.sleep(draw.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return awaited + len(acknowledgements.readall())
