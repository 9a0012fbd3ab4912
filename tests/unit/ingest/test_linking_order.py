"""Links in the database: any order of files ends in the same content; ids lead on for ever."""

from __future__ import annotations

import itertools
import random

import pytest
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.link import LinkDecision
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.listings import Listings
from geoportal.ingest.reading.municipalities import MunicipalityFinder
from geoportal.ingest.revise.gazetteer import load_geography
from geoportal.ingest.revise.records import update_records
from geoportal.ingest.revise.refresh import refresh_facilities
from geoportal.ingest.revise.relink import relink
from geoportal.progress import no_progress
from geoportal.store.database import advance_dataset_version, open_database
from geoportal.store.facilities import all_redirects, iter_facilities, redirect_of
from geoportal.store.links import add_decision, facility_of, read_pairs
from geoportal.store.schema import (
    claims,
    facilities,
    identifiers,
    link_pairs,
    record_contents,
    record_history,
    records,
    redirects,
)
from tests.unit.ingest.official import REFERENCE
from tests.unit.ingest.test_linking import bureau, navii, record

STRENGTHS = {name: info.evidence for name, info in REFERENCE.sources.items()}
TABLES = (
    records,
    claims,
    facilities,
    identifiers,
    redirects,
    link_pairs,
    record_history,
    record_contents,
)


def take(database, source, as_of, *items, scope="all"):
    """Take an edition into the database as an import does."""
    extract = FacilityExtract(
        listed=Listings(
            ListedRecord(line, found, own, scope)
            for line, (own, found) in enumerate(items, start=2)
        ),
        rows_read=len(items),
    )
    edition = Edition(source, as_of, MunicipalityFinder(REFERENCE), REFERENCE.kinds)
    with database.engine.begin() as connection:
        revision = update_records(connection, extract, edition)
        refresh(database, connection, revision.facility_ids)
        advance_dataset_version(connection, f"{source} {as_of}")
    return revision


def refresh(database, connection, ids):
    geography = load_geography(database, connection, REFERENCE)
    refresh_facilities(connection, sorted(ids), geography, STRENGTHS, no_progress)


def content(database):
    with database.engine.connect() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for table in TABLES
        }


def held(database):
    with database.engine.connect() as connection:
        return {facility.id: facility for facility in iter_facilities(connection)}


def decide(database, first, second, verdict):
    with database.engine.begin() as connection:
        add_decision(connection, LinkDecision(first, second, verdict, "見本", "2026-11-01"))
        refresh(database, connection, relink(connection))


MOVED = "福岡県北九州市小倉北区魚町３丁目２番１号"
EDITIONS = [
    ("navii-facility", "2025-06-01", [navii(), navii("4022400000002", "別館医院", address=MOVED)]),
    ("bureau-codes", "2025-08-01", [("m4017719999", record("bureau-codes", "4017719999"))]),
    ("bureau", "2025-09-01", [bureau(), bureau("4017710002", "別館医院", address=MOVED)]),
    (
        "bureau",
        "2025-10-01",
        [bureau(phone="093-000-0001"), bureau("4017710003", "別館医院", address=MOVED)],
    ),
    ("survey", "2025-11-01", [("s1", record("survey", "1", "見本医院", phone="093-000-0001"))]),
]


@pytest.mark.slow
def test_every_order_ends_in_the_same_content(tmp_path):
    orders = random.Random(3).sample(list(itertools.permutations(EDITIONS)), 4)
    first = None
    for number, order in enumerate([EDITIONS, *orders]):
        database = open_database(tmp_path / f"{number}.db", create=True)
        for source, as_of, items in order:
            take(database, source, as_of, *items)
        first = first or content(database)
        assert content(database) == first, [edition[:2] for edition in order]
    assert first["link_pairs"]


def test_what_the_editions_make_of_the_places(database):
    for source, as_of, items in EDITIONS:
        take(database, source, as_of, *items)
    found = held(database)
    assert set(found) == {"n4022400000001", "n4022400000002", "m4017710002"}
    place = found["n4022400000001"]
    assert place.phone == "093-000-0001"
    assert place.identifiers == {
        "navii_id": "4022400000001",
        "medical_institution_code": "4017719999",
    }
    assert {mention.source for mention in place.sources} == {
        "navii-facility",
        "bureau",
        "bureau-codes",
        "survey",
    }
    assert found["m4017710002"].status == "closed"
    with database.engine.connect() as connection:
        assert all_redirects(connection) == {
            "m4017719999": "n4022400000001",
            "m4017710003": "n4022400000002",
            "s1": "n4022400000001",
        }


def test_linking_everything_again_changes_nothing(database):
    for source, as_of, items in EDITIONS:
        take(database, source, as_of, *items)
    before = content(database)
    with database.engine.begin() as connection:
        assert relink(connection) == set()
    assert content(database) == before


def test_importing_an_edition_again_changes_nothing(database):
    for source, as_of, items in EDITIONS:
        take(database, source, as_of, *items)
    before = content(database)
    again = take(database, *EDITIONS[3][:2], *EDITIONS[3][2])
    assert (again.created, again.updated, again.removed, again.facility_ids) == (0, 0, 0, set())
    assert content(database) == before


def test_a_decision_parts_them_survives_a_new_edition_and_can_be_withdrawn(database):
    take(database, *EDITIONS[0][:2], *EDITIONS[0][2])
    take(database, *EDITIONS[2][:2], *EDITIONS[2][2])
    assert set(held(database)) == {"n4022400000001", "n4022400000002"}
    decide(database, "m4017719999", "n4022400000001", "different")
    assert set(held(database)) == {"n4022400000001", "n4022400000002", "m4017719999"}
    with database.engine.connect() as connection:
        assert redirect_of(connection, "m4017719999") == ""
    take(database, *EDITIONS[3][:2], *EDITIONS[3][2])
    assert held(database)["m4017719999"].phone == "093-000-0001"
    decide(database, "m4017719999", "n4022400000001", "withdrawn")
    assert "m4017719999" not in held(database)
    with database.engine.connect() as connection:
        assert redirect_of(connection, "m4017719999") == "n4022400000001"


def test_a_published_id_leads_on_when_a_stronger_one_comes(database):
    take(database, "bureau", "2025-09-01", bureau())
    assert set(held(database)) == {"m4017719999"}
    take(database, "navii-facility", "2025-10-01", navii())
    assert set(held(database)) == {"n4022400000001"}
    with database.engine.connect() as connection:
        assert redirect_of(connection, "m4017719999") == "n4022400000001"
        assert facility_of(connection, "m4017719999") == "n4022400000001"


def test_chains_of_redirects_are_followed_and_circles_end(database):
    steps = [("a", "b"), ("b", "c"), ("x", "y"), ("y", "x")]
    with database.engine.begin() as connection:
        connection.execute(sa.insert(redirects), [{"old_id": o, "new_id": n} for o, n in steps])
        assert redirect_of(connection, "a") == "c"
        assert all_redirects(connection)["a"] == "c"
        assert redirect_of(connection, "x") == "y"
        assert set(all_redirects(connection)) == {"a", "b", "x", "y"}


def test_a_record_whose_source_names_it_anew_leaves_a_redirect(database):
    take(database, "survey", "2025-09-01", ("s1", record("survey", "1")))
    take(database, "survey", "2025-10-01", ("s1b", record("survey", "1")))
    assert set(held(database)) == {"s1b"}
    with database.engine.connect() as connection:
        assert redirect_of(connection, "s1") == "s1b"


def test_a_clinic_that_moves_away_is_asked_about_and_stays_linked_to_no_one(database):
    take(database, "navii-facility", "2025-06-01", navii())
    take(database, "bureau", "2025-09-01", bureau())
    far = "福岡県北九州市小倉北区片野９丁目９番９号"
    take(database, "bureau", "2025-10-01", bureau(address=far))
    assert set(held(database)) == {"n4022400000001", "m4017719999"}
    with database.engine.connect() as connection:
        (pair,) = read_pairs(connection, outcome="review")
    assert pair.score > 0
    assert {part["field"] for part in pair.parts} >= {"name", "address"}


@pytest.mark.parametrize("kind", ["visiting_nursing", "home_help"])
def test_other_kinds_at_the_same_place_stay_places_of_their_own(database, kind):
    take(database, "navii-facility", "2025-06-01", navii())
    office = record("kaigo", "4067790001", "見本医院", kind)
    take(database, "kaigo", "2025-06-01", ("k130-4067790001", office))
    assert set(held(database)) == {"n4022400000001", "k130-4067790001"}


def test_an_answer_does_not_keep_a_closed_place_open(database):
    take(database, "bureau", "2025-09-01", bureau())
    answer = FacilityRecord("survey", "m4017719999@2025-09-15", "clinic", "")
    take(database, "survey", "2025-09-15", ("m4017719999", answer), scope="m4017719999@2025-09-15")
    assert held(database)["m4017719999"].status == "open"
    take(database, "bureau", "2025-10-01", bureau("4017710002", "別館医院", address=MOVED))
    assert held(database)["m4017719999"].status == "closed"
