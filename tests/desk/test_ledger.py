"""The ledger: what decides, who sees it, two at once, forms sent twice, publication."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import (
    CAPACITY,
    Audience,
    Draft,
    Entry,
    Way,
    facts_of,
    standing,
)
from geoportal.desk.services.ledger import SeenOutdatedError, checked, history, write_entry
from geoportal.domain.hours import Hours, Session
from geoportal.errors import UsageError
from geoportal.services.portal import shipped_reference
from geoportal.store.staff_facts import facts_version, read_facts
from tests.conftest import NOW
from tests.desk.conftest import trail

CENTRES = {"kokura": "小倉センター"}
SATO, ITO = Actor("account", "sato", "kokura"), Actor("account", "ito", "kokura")
TODAY = date(2026, 11, 24)


def draft(subject: str = "AC.PAIN", value: str = "yes", **others) -> Draft:
    return Draft("near", subject, value, **{"audience": Audience.PUBLIC, **others})


def entry(number: int, *given, **others) -> Entry:
    return Entry(number, "2026-11-24T10:00:00+09:00", SATO, draft(*given, **others))


def told(*entries: Entry, professional: bool = False):
    return facts_of("near", entries, CENTRES, professional=professional)


def write(desk, what: Draft, seen: int = 0, key: str = "", actor: Actor = SATO) -> Entry:
    key = key or f"key-of-form-{seen:04}-{what.subject}-{what.value}"[:64].replace(".", "_")
    return write_entry(desk, actor, what, seen=seen, key=key, centres=CENTRES)


def published(desk):
    with desk.database.reading() as connection:

        def run(statement):
            return connection.exec_driver_sql(statement).all()

        return {facts.facility_id: facts for facts in read_facts(run)}, facts_version(run)


def test_the_newest_answer_decides_and_an_undoing_gives_back_the_one_before():
    first, second = entry(1), entry(2, value="no")
    undoing, again = entry(3, value="", undoes=2), entry(4, value="", undoes=3)
    assert standing([first])["AC.PAIN"] == first
    assert standing([first, second])["AC.PAIN"] == second
    assert standing([first, second, undoing])["AC.PAIN"] == first
    assert standing([first, second, undoing, again])["AC.PAIN"] == second
    assert standing([first, entry(2, value="", undoes=1)]) == {}


def test_a_newer_answer_for_professionals_leaves_the_public_untold():
    entries = (entry(1), entry(2, value="no", audience=Audience.PROFESSIONAL, note="秘"))
    assert told(*entries).claims == ()
    (claim,) = told(*entries, professional=True).claims
    assert (claim.value, "秘" in claim.note) == ("no", True)


@pytest.mark.parametrize(
    ("way", "evidence"), [(Way.TELEPHONE, "confirmed"), (Way.PLACEMENT, "observed")]
)
def test_a_claim_says_who_found_out_how_and_when(way, evidence):
    given = {"way": way, "who": "看護部長", "note": "週2回まで", "valid_until": "2027-01-01"}
    (claim,) = told(entry(1, value="conditional", **given)).claims
    assert (claim.value, claim.evidence, claim.source) == ("yes", evidence, "desk")
    assert (claim.as_of, claim.valid_until) == ("2026-11-24", "2027-01-01")
    assert all(word in claim.note for word in ("条件付き", "週2回まで", "小倉センター", "看護部長"))


@pytest.mark.parametrize(
    ("light", "values"),
    [
        ("free", {"CAP.OPEN": "yes", "CAP.FULL": "no"}),
        ("soon", {"CAP.COND": "yes", "CAP.FULL": "no"}),
        ("ask", {"CAP.COND": "yes", "CAP.FULL": "no"}),
        ("full", {"CAP.OPEN": "no", "CAP.FULL": "yes"}),
    ],
)
def test_the_light_is_a_claim_of_each_capacity(light, values):
    claims = told(entry(1, CAPACITY, light)).claims
    assert {claim.code: claim.value for claim in claims} == values


def test_corrections():
    hours = Hours(sessions=(Session(1, "09:00", "12:00"),))
    values = {"position": [130.9, 33.9], "hours": hours.as_dict(), "name": "新", "kind": "clinic"}
    entries = [entry(n, key, json.dumps(v)) for n, (key, v) in enumerate(values.items(), 1)]
    correction = told(*entries).correction
    assert correction.position == (130.9, 33.9)
    assert (correction.name, correction.kind, correction.phone) == ("新", "clinic", None)
    assert correction.hours == replace(hours, source="desk", as_of="2026-11-24")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (draft("NO.SUCH"), "subject"),
        (draft("CAP.OPEN"), "subject"),
        (draft(value="maybe"), "value"),
        (draft(CAPACITY, "empty"), "value"),
        (draft("position", "[200.0, 33.9]"), "value"),
        (draft("position", "[NaN, 33.9]"), "value"),
        (draft("kind", '"castle"'), "value"),
        (draft("closed_on", '"yesterday"'), "value"),
        (draft("name", '""'), "value"),
        (draft("name", "not json"), "value"),
        (draft(note="a" * 301), "note"),
        (draft(who="a" * 41), "who"),
        (draft(valid_until="2026-11-23"), "valid_until"),
        (draft(valid_until="soon"), "valid_until"),
    ],
)
def test_what_cannot_be_written(wrong, field):
    with pytest.raises(UsageError) as refused:
        checked(wrong, shipped_reference().vocabulary, TODAY)
    assert refused.value.field == field


def test_how_long_answers_hold():
    def last(what: Draft) -> str:
        return checked(what, shipped_reference().vocabulary, TODAY).valid_until

    assert last(draft()) == "2027-11-24"
    assert last(draft(valid_until="2026-12-01")) == "2026-12-01"
    assert last(draft(CAPACITY, "free")) == "2026-12-01"
    assert last(draft(CAPACITY, "free", valid_until="2027-01-01")) == "2026-12-01"
    assert last(draft("name", '"新"')) == ""


def test_what_is_written_is_published_in_the_same_moment(desk):
    write(desk, draft())
    facts, (version, changed_at) = published(desk)
    assert [claim.code for claim in facts["near"].claims] == ["AC.PAIN"]
    assert version
    assert changed_at == NOW.timestamp()
    write(desk, draft(value="", undoes=1), seen=1)
    facts, (later, _) = published(desk)
    assert facts == {}
    assert later != version
    assert trail(desk) == ["ledger.add", "ledger.undo"]


def test_what_is_for_professionals_is_not_published(desk):
    write(desk, draft(note="秘密", audience=Audience.PROFESSIONAL))
    assert published(desk)[0] == {}
    assert [each.draft.note for each in history(desk, "near")] == ["秘密"]


def test_a_form_sent_twice_is_one_entry(desk):
    first = write(desk, draft(), key="the-key-of-a-form")
    assert write(desk, draft(), key="the-key-of-a-form") == first
    assert len(history(desk, "near")) == 1
    with pytest.raises(UsageError):
        write(desk, draft(value="no"), key="the-key-of-a-form")
    with pytest.raises(UsageError):
        write(desk, draft(), key="the-key-of-a-form", actor=ITO)


def test_the_second_sees_what_the_first_did(desk):
    write(desk, draft())
    with pytest.raises(SeenOutdatedError) as refused:
        write(desk, draft(value="no"), seen=0, actor=ITO)
    (first,) = refused.value.entries
    assert (first.actor, first.draft.value) == (SATO, "yes")
    write(desk, draft("AC.ULCER"), actor=ITO)
    write(desk, draft(value="no"), seen=first.id, actor=ITO, key="decided-to-write-it")


def test_of_many_at_once_one_is_taken(desk):
    taken, refused, start = [], [], threading.Barrier(6)

    def one(number: int) -> None:
        start.wait()
        try:
            taken.append(write(desk, draft(), key=f"form-of-thread-{number:04}"))
        except SeenOutdatedError:
            refused.append(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (1, 5)


def test_nothing_is_undone_that_is_not_there(desk):
    write(desk, draft())
    for what in (draft(value="", undoes=7), draft("AC.ULCER", "", undoes=1)):
        with pytest.raises(UsageError):
            write(desk, what, seen=1 if what.subject == "AC.PAIN" else 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE desk_ledger SET value = 'no'",
        "DELETE FROM desk_ledger",
        "INSERT OR REPLACE INTO desk_ledger SELECT * FROM desk_ledger",
        (
            "INSERT OR REPLACE INTO desk_ledger SELECT 9, facility_id, subject, value, audience,"
            " way, who, note, valid_until, undoes, at, actor_kind, actor_id, centre_id, form_key"
            " FROM desk_ledger"
        ),
    ],
)
def test_lines_cannot_be_edited(desk, statement):
    write(desk, draft())
    with pytest.raises(sa.exc.DBAPIError), desk.database.writing() as connection:
        connection.exec_driver_sql(statement)
    assert [each.draft.value for each in history(desk, "near")] == ["yes"]
