"""Which blocks are linked again: not those of tables that bring nothing to compare."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.linking.units import make_unit
from geoportal.ingest.revise import records, relink
from geoportal.ingest.revise.affected import adds_nothing
from geoportal.store.database import open_database
from geoportal.store.facilities import StoredRecord
from geoportal.store.links import BlockRecord
from geoportal.store.schema import link_pairs
from geoportal.workers import usable_processes
from tests.unit.ingest.test_linking import bureau, navii
from tests.unit.ingest.test_linking_order import content, take

NUMBER = "4022400000001"


def hours(number=NUMBER, kind="clinic", **values):
    found = FacilityRecord("navii-hours", number, kind, "", **values)
    return f"n{number}", replace(found, identifiers={"navii_id": number})


def stored(item, closed_on=""):
    own, found = item
    days = ("2025-06-01",) * 3
    return StoredRecord(found, own, "all", *days, closed_on, own)


def beside(item, closed_on="", facility=""):
    own, found = item
    return BlockRecord(found, facility or own, closed_on, own)


BESIDE = [
    [],
    [beside(navii())],
    [beside(navii(), "2025-10-01")],
    [beside(navii(), facility="n4022400000009")],
    [beside(navii(kind="hospital"))],
    [beside(navii(municipality_code="13101"))],
    [beside(navii()), beside((f"n{NUMBER}", replace(hours()[1], source="survey")))],
]
FRESH = [
    hours(),
    hours(kind="hospital"),
    hours(phone="093-000-0001"),
    hours(municipality_code="40106"),
    (f"n{NUMBER}", hours("4022400000002")[1]),
    hours(services=("訪問看護",)),
]


@pytest.mark.parametrize(("held", "fresh"), [*itertools.product(BESIDE, FRESH)])
def test_what_adds_nothing_changes_nothing_but_the_sources_of_a_place(held, fresh):
    new = stored(fresh)
    if not adds_nothing(new, held):
        return
    before, after = (make_unit(new.own_id, each) for each in (held, [*held, new]))
    assert before == replace(after, sources=before.sources)


def test_hours_of_an_open_clinic_add_nothing_and_other_records_do():
    listed = [beside(navii(municipality_code=""))]
    assert adds_nothing(stored(hours()), listed)
    assert not adds_nothing(stored(hours(), "2025-10-01"), listed)
    assert not any(adds_nothing(stored(fresh), listed) for fresh in FRESH[1:])


@pytest.fixture
def database(tmp_path):
    opened = open_database(tmp_path / "a.db", create=True)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def linked(monkeypatch):
    """Return the blocks that are linked, in order."""
    seen = []

    def spy(connection, blocks, processes):
        seen.extend(sorted(blocks))
        return relink.relink(connection, blocks, processes)

    monkeypatch.setattr(records, "relink", spy)
    return seen


def test_hours_link_nothing_and_an_id_that_has_nothing_else_does(database, linked):
    plain = {"municipality_code": ""}
    listed = [navii(**plain), navii("4022400000002", name="別の医院", **plain)]
    take(database, "navii-facility", "2025-06-01", *listed)
    take(database, "bureau", "2025-06-01", bureau(**plain))
    linked.clear()
    take(database, "navii-hours", "2025-06-01", hours(), hours("4022400000002"))
    assert linked == []
    before = content(database)
    with database.engine.begin() as connection:
        assert relink.relink(connection) == set()
    assert content(database) == before
    take(database, "navii-hours", "2025-06-02", hours("4022400000003"))
    assert linked == ["medical/40"]


@pytest.mark.skipif(usable_processes() < 2, reason="needs a machine that forks")
def test_blocks_linked_in_workers_come_out_the_same(database, monkeypatch):
    monkeypatch.setattr(relink, "_FEWEST_IN_WORKERS", 1)
    take(database, "navii-facility", "2025-06-01", navii(), navii("1322400000001", name="東京医院"))
    tokyo = {"municipality_code": "13101", "address": "東京都千代田区大手町１丁目１番１号"}
    take(database, "bureau", "2025-06-01", bureau(), bureau("1310000001", name="東京医院", **tokyo))
    before = content(database)
    assert before["link_pairs"]
    with database.engine.begin() as connection:
        connection.execute(sa.delete(link_pairs))
        assert relink.relink(connection, None, 2) == set()
    assert content(database) == before
