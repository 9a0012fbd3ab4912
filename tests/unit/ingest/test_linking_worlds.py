"""Invented cities with gaps, moves, namesakes, answers and decisions: the order never matters."""

from __future__ import annotations

import random

import pytest
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.link import LinkDecision
from geoportal.store.database import open_database
from geoportal.store.facilities import all_redirects, iter_facilities, read_records
from geoportal.store.links import add_decision
from geoportal.store.schema import records
from tests.unit.ingest.test_linking import bureau, navii, record
from tests.unit.ingest.test_linking_order import content, take

EDITIONS = (
    ("navii-facility", "2025-01-01"),
    ("bureau", "2025-02-01"),
    ("municipal-medical", "2025-02-15"),
    ("navii-facility", "2025-03-01"),
    ("bureau", "2025-04-01"),
    ("survey", "2025-05-01"),
)


class World:
    """Ten places, six editions that disagree a little, four decisions."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.places = [(self.name(), self.address()) for _ in range(10)]
        self.editions = [(source, day, self.listed(source, day)) for source, day in EDITIONS]
        self.decisions = [self.decision() for _ in range(4)]

    def name(self):
        return self.chance.choice(["青木", "赤木", "白木"]) + self.chance.choice(["医院", "内科"])

    def address(self):
        town = self.chance.choice(["浅野", "魚町", "片野"])
        numbers = f"{self.chance.randrange(1, 3)}丁目{self.chance.randrange(1, 4)}番1号"
        return f"福岡県北九州市小倉北区{town}{numbers}"

    def listed(self, source, day):
        return [
            self.item(source, day, number, *place)
            for number, place in enumerate(self.places)
            if self.chance.random() > 0.25
        ]

    def item(self, source, day, number, name, address):
        address = self.address() if self.chance.random() < 0.15 else address
        phone = f"093-000-{number:04}" if self.chance.random() < 0.4 else ""
        if source == "navii-facility":
            return navii(f"40224000{number:05}", name, address=address)
        if source == "bureau":
            new = number + 50 * (self.chance.random() < 0.1)
            return bureau(f"401771{new:04}", f"医療法人　{name}", address=address, phone=phone)
        if source == "survey":
            id_ = self.chance.choice([f"n40224000{number:05}", f"m401771{number:04}"])
            return id_, FacilityRecord("survey", f"{id_}@{day}", "clinic", "")
        return f"mm-{number}", record(source, str(number), name, address=address, phone=phone)

    def decision(self):
        one = f"m401771{self.chance.randrange(10):04}"
        others = (f"n40224000{self.chance.randrange(10):05}", f"mm-{self.chance.randrange(10)}")
        first, second = sorted((one, self.chance.choice(others)))
        verdict = self.chance.choice(["same", "different"])
        return LinkDecision(first, second, verdict, "見本", "2026-01-01")


@pytest.mark.parametrize("seed", range(4))
def test_a_world_is_the_same_whatever_came_first(tmp_path, seed):
    world = World(seed)
    shuffled = random.Random(seed).sample(world.editions, len(world.editions))
    seen = []
    for number, order in enumerate((world.editions, shuffled)):
        database = open_database(tmp_path / f"{number}.db", create=True)
        with database.engine.begin() as connection:
            for decision in world.decisions:
                add_decision(connection, decision)
        for source, day, items in order:
            take(database, source, day, *items)
        seen.append(content(database))
    assert seen[0] == seen[1]
    check_ids_and_numbers(database)


def check_ids_and_numbers(database):
    """Every id leads to a place; no place has two numbers of one scheme."""
    with database.engine.connect() as connection:
        redirects = all_redirects(connection)
        places = {place.id for place in iter_facilities(connection)}
        own_ids = set(connection.scalars(sa.select(records.c.own_id)))
        assert {redirects.get(own, own) for own in own_ids} == places
        assert not redirects.keys() & places
        numbers = {}
        for item in read_records(connection):
            for scheme, number in item.record.identifiers.items():
                numbers.setdefault((item.facility_id, scheme), set()).add(number)
        assert all(len(found) == 1 for found in numbers.values())
