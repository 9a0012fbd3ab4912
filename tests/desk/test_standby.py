"""Stand-by (備え): offices agree in advance to be asked; nobody accepts before it is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoportal.desk.domain.case import KEPT_DAYS, STANDBY, Case, State
from geoportal.desk.services.case_facts import facts_of_answer
from geoportal.desk.services.cases import (
    Answer,
    TakenError,
    call_up,
    case_of,
    confirm,
    end_case,
    list_cases,
    note_answer,
    open_case,
    renew,
)
from geoportal.errors import UsageError
from tests.desk.conftest import Browser, made, trail
from tests.desk.test_cases import DAY_S, FORM, WANTED, asks, states

RESPITE = replace(
    WANTED, kind="hospital", needs=("BK.RESPITE",), urgency="later", topic="backup_bed",
    state=STANDBY,
)  # fmt: skip


@pytest.fixture
def held(desk, coordinator) -> Case:
    return open_case(desk, coordinator.actor, RESPITE)


def agrees(desk, actor, case, facility: str) -> None:
    asks(desk, actor, case, facility)
    said = Answer(facility, State.ASKED, State.AGREED, condition="2 週まで")
    note_answer(desk, actor, case.id, said)


def test_an_office_agrees_and_is_asked_when_it_is_needed(desk, coordinator, held, clock):
    actor = coordinator.actor
    agrees(desk, actor, held, "near")
    assert case_of(desk, held.id)[0].state == STANDBY
    clock.move(40 * DAY_S)
    call_up(desk, actor, held.id, "three_days")
    now = case_of(desk, held.id)[0]
    assert (now.state, now.urgency, now.created_at[:10]) == ("open", "three_days", "2027-01-03")
    assert states(desk, held) == {"near": "agreed"}
    note_answer(desk, actor, held.id, Answer("near", State.AGREED, State.ASKED, way="phone"))
    note_answer(desk, actor, held.id, Answer("near", State.ASKED, State.ACCEPTED))
    confirm(desk, actor, held.id, "near")
    assert case_of(desk, held.id)[0].state == "placed"
    assert "case.called_up" in trail(desk)


def test_nobody_accepts_a_stand_by_and_nobody_agrees_to_a_case(desk, coordinator, held):
    actor = coordinator.actor
    asks(desk, actor, held, "near")
    for state in (State.ACCEPTED, State.ON_CONDITION):
        with pytest.raises(UsageError):
            note_answer(desk, actor, held.id, Answer("near", State.ASKED, state))
    with pytest.raises(TakenError):
        confirm(desk, actor, held.id, "near")
    case = open_case(desk, actor, WANTED)
    asks(desk, actor, case, "near")
    with pytest.raises(UsageError):
        note_answer(desk, actor, case.id, Answer("near", State.ASKED, State.AGREED))
    for again in (
        lambda: call_up(desk, actor, case.id, "week"),
        lambda: renew(desk, actor, case.id),
    ):
        with pytest.raises(TakenError):
            again()


def test_an_agreement_says_nothing_of_a_free_place(held):
    agreed = Answer("near", State.ASKED, State.AGREED, condition="2 週まで")
    assert list(facts_of_answer(held, agreed)) == []


def test_who_only_agreed_is_not_told_that_another_was_confirmed(desk, coordinator, held):
    actor = coordinator.actor
    agrees(desk, actor, held, "near")
    agrees(desk, actor, held, "maybe")
    call_up(desk, actor, held.id, "today")
    note_answer(desk, actor, held.id, Answer("near", State.AGREED, State.ASKED))
    note_answer(desk, actor, held.id, Answer("near", State.ASKED, State.ACCEPTED))
    assert confirm(desk, actor, held.id, "near") == []
    assert states(desk, held)["maybe"] == "closed"


def test_a_stand_by_lasts_as_long_as_somebody_renews_it(desk, coordinator, held, clock):
    clock.move((KEPT_DAYS - 1) * DAY_S)
    renew(desk, coordinator.actor, held.id)
    clock.move((KEPT_DAYS - 1) * DAY_S)
    assert len(list_cases(desk)) == 1
    clock.move(2 * DAY_S)
    assert list_cases(desk) == []


def test_a_stand_by_is_ended(desk, coordinator, held):
    agrees(desk, coordinator.actor, held, "near")
    end_case(desk, coordinator.actor, held.id)
    assert states(desk, held) == {"near": "closed"}


def test_the_board_shows_stand_bys_apart(app, desk, coordinator):
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    form = {**FORM, "kind": "clinic", "need": "VM.REG", "standby": "1"}
    page = browser.post("/desk/cases", form).location
    board = browser.get("/desk/cases").text
    assert "standby-cases" in board
    assert "open-cases" not in board
    said = {"facility": "near", "before": "", "state": "agreed", "way": "phone", "at_once": "1"}
    assert browser.post(f"{page}/answers", said, page=page).status_code == 303
    shown = browser.get(page).text
    assert "要るようになった" in shown
    assert "ここに決める" not in shown
    assert "前もってのおたずね" in browser.get(f"{page}/sheet/near").text
    assert browser.post(f"{page}/call-up", {"urgency": "x"}, page=page).status_code == 400
    assert browser.post(f"{page}/renew", {}, page=page).status_code == 303
    assert browser.post(f"{page}/call-up", {"urgency": "week"}, page=page).status_code == 303
    assert "open-cases" in browser.get("/desk/cases").text
    assert browser.post(f"{page}/renew", {}, page=page).status_code == 409


def test_another_centre_does_not_call_up_without_its_word_to_help(app, desk):
    other = made(desk, "yahata.abe", centre="yahata")
    case = open_case(desk, other.actor, replace(RESPITE, ward="40109"))
    made(desk, "kokura.sato")
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    page = f"/desk/cases/{case.id}"
    for path in (f"{page}/call-up", f"{page}/renew"):
        assert browser.post(path, {"urgency": "week"}, page=page).status_code == 403
    assert case_of(desk, case.id)[0].state == STANDBY
