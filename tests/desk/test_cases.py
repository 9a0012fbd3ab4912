"""The inquiry board: a case without a patient; the first confirmed candidate closes the rest."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from geoportal.desk.domain.case import KEPT_DAYS, Case, State, may_follow
from geoportal.desk.services.cases import (
    Answer,
    IdentityWarning,
    TakenError,
    case_of,
    confirm,
    heard_elsewhere,
    list_cases,
    note_answer,
    open_case,
)
from geoportal.errors import UsageError
from tests.desk.conftest import Browser, count, made, trail

DAY_S = 86_400
WANTED = Case(
    "", "", "", "40106", "clinic", ("VM.REG",), "80-89", "week", "doctor", "hospital",
    "見本病院", "", "胃ろう",
)  # fmt: skip
FORM = {
    "ward": "40106", "kind": "clinic", "need": "VM.REG", "age_band": "80-89", "urgency": "week",
    "topic": "doctor", "asker": "hospital", "office": "見本病院", "note": "胃ろう",
}  # fmt: skip


@pytest.fixture
def held(desk, coordinator) -> Case:
    return open_case(desk, coordinator.actor, WANTED)


def asks(desk, actor, case, *facilities: str) -> None:
    for facility in facilities:
        note_answer(desk, actor, case.id, Answer(facility, None, State.ASKED, way="phone"))


def states(desk, case) -> dict[str, str]:
    return {one.facility_id: one.state.value for one in case_of(desk, case.id)[1]}


def test_a_case_has_a_code_to_be_spoken_and_no_patient(desk, held):
    assert re.fullmatch(r"[ぁ-ん]{2,5}\d\d", held.code)
    columns = set(Case.__dataclass_fields__)
    assert not columns & {"name", "birth_date", "address", "phone", "lon", "lat", "home", "point"}
    assert (held.centre_id, held.state) == ("kokura", "open")


@pytest.mark.parametrize("text", ["田中さん", "S12.3.4", "093-123-4567", "桜並木1-2-3"])
@pytest.mark.parametrize("field", ["note", "office"])
def test_a_text_that_tells_of_a_patient_is_asked_about(desk, coordinator, field, text):
    wanted = replace(WANTED, **{field: text})
    with pytest.raises(IdentityWarning):
        open_case(desk, coordinator.actor, wanted)
    assert count(desk, "desk_cases") == 0
    assert open_case(desk, coordinator.actor, wanted, is_sure=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"age_band": "88"},
        {"urgency": "x"},
        {"topic": ""},
        {"asker": "x"},
        {"note": "x" * 201},
        {"wished": "soon"},
    ],
)
def test_a_case_holds_what_is_listed_only(desk, coordinator, wrong):
    with pytest.raises(UsageError) as error:
        open_case(desk, coordinator.actor, replace(WANTED, **wrong))
    assert error.value.field == next(iter(wrong))


def test_the_first_confirmed_closes_the_rest_who_are_to_be_told(desk, coordinator, held):
    actor = coordinator.actor
    asks(desk, actor, held, "near", "maybe", "refuses")
    note_answer(desk, actor, held.id, Answer("coarse", None, State.TO_ASK))
    note_answer(desk, actor, held.id, Answer("refuses", State.ASKED, State.DECLINED, "full"))
    note_answer(
        desk, actor, held.id, Answer("near", State.ASKED, State.ON_CONDITION, "", "", "火曜")
    )
    told = confirm(desk, actor, held.id, "near")
    assert [one.facility_id for one in told] == ["maybe"]
    assert states(desk, held) == {
        "near": "on_condition", "maybe": "closed", "coarse": "closed", "refuses": "declined",
    }  # fmt: skip
    assert case_of(desk, held.id)[0].state == "placed"
    assert trail(desk)[-1] == "case.placed"


def test_two_who_confirm_at_once_do_not_both_place_it(desk, coordinator, held):
    actor = coordinator.actor
    asks(desk, actor, held, "near", "maybe")
    for facility in ("near", "maybe"):
        note_answer(desk, actor, held.id, Answer(facility, State.ASKED, State.ACCEPTED))

    def place(facility: str) -> bool:
        try:
            confirm(desk, actor, held.id, facility)
        except TakenError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        placed = list(threads.map(place, ["near", "maybe", "near", "maybe"]))
    assert sum(placed) == 1
    assert sum(one.is_confirmed for one in case_of(desk, held.id)[1]) == 1


def test_the_second_of_two_answers_is_told_of_the_first(desk, coordinator, held):
    asks(desk, coordinator.actor, held, "near")
    said = Answer("near", State.ASKED, State.ACCEPTED)
    note_answer(desk, coordinator.actor, held.id, said)
    with pytest.raises(TakenError):
        note_answer(
            desk, coordinator.actor, held.id, replace(said, state=State.DECLINED, reason="full")
        )
    assert states(desk, held) == {"near": "accepted"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer("near", None, State.ACCEPTED),
        Answer("near", None, State.CLOSED),
        Answer("near", None, State.DECLINED, "full"),
        Answer("near", None, State.ASKED, way="pigeon"),
    ],
)
def test_states_follow_one_another(desk, coordinator, held, answer):
    with pytest.raises(UsageError):
        note_answer(desk, coordinator.actor, held.id, answer)
    assert states(desk, held) == {}
    assert not may_follow(State.CLOSED, State.ASKED)


def test_a_decline_says_why(desk, coordinator, held):
    asks(desk, coordinator.actor, held, "near")
    for reason in ("", "because"):
        with pytest.raises(UsageError):
            note_answer(
                desk,
                coordinator.actor,
                held.id,
                Answer("near", State.ASKED, State.DECLINED, reason),
            )


def test_what_one_centre_heard_is_seen_by_all_for_two_weeks(desk, coordinator, held, clock):
    other = made(desk, "yahata.abe", centre="yahata")
    asks(desk, coordinator.actor, held, "near")
    note_answer(
        desk, coordinator.actor, held.id, Answer("near", State.ASKED, State.DECLINED, "full")
    )
    theirs = open_case(desk, other.actor, WANTED)
    clock.move(3 * DAY_S)
    heard = heard_elsewhere(desk, ["near", "maybe"], theirs.id)
    assert {f: (e.reason, e.centre_id) for f, e in heard.items()} == {"near": ("full", "kokura")}
    assert heard_elsewhere(desk, ["near"], held.id) == {}
    clock.move(12 * DAY_S)
    assert heard_elsewhere(desk, ["near"], theirs.id) == {}


def test_cases_are_erased_to_counts(desk, coordinator, held, clock):
    asks(desk, coordinator.actor, held, "near", "maybe")
    note_answer(
        desk, coordinator.actor, held.id, Answer("near", State.ASKED, State.DECLINED, "full")
    )
    clock.move((KEPT_DAYS - 1) * DAY_S)
    assert len(list_cases(desk)) == 1
    clock.move(2 * DAY_S)
    assert list_cases(desk) == []
    assert count(desk, "desk_cases") == count(desk, "desk_enquiries") == 0
    with desk.database.reading() as connection:
        rows = connection.execute(sa.text("SELECT * FROM desk_case_counts")).mappings().all()
        asked = connection.execute(sa.text("SELECT * FROM desk_enquiry_counts")).mappings().all()
    assert [dict(row) for row in rows] == [
        {
            "month": "2026-11", "centre_id": "kokura", "ward": "40106", "kind": "clinic",
            "topic": "doctor", "asker": "hospital", "result": "open",
            "cases": 1, "calls": 2, "days": 0,
        }
    ]  # fmt: skip
    assert {(row["facility_id"], row["result"], row["reason"], row["count"]) for row in asked} == {
        ("near", "declined", "full", 1), ("maybe", "asked", "", 1),
    }  # fmt: skip
    assert "胃ろう" not in str(rows) + str(asked)


# Pages


@pytest.fixture
def staff(app, coordinator) -> Browser:
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    return browser


def test_from_the_form_to_the_sheet(staff, desk):
    opened = staff.post("/desk/cases", FORM)
    assert opened.status_code == 303
    page = opened.location
    shown = staff.get(page).text
    assert "見本ハートクリニック" in shown
    said = {"facility": "near", "before": "", "state": "asked", "way": "phone"}
    assert staff.post(f"{page}/answers", said, page=page).status_code == 303
    said |= {"before": "asked", "state": "accepted"}
    assert staff.post(f"{page}/answers", said, page=page).status_code == 303
    said |= {"facility": "maybe", "before": "", "state": "asked"}
    staff.post(f"{page}/answers", said, page=page)
    placed = staff.post(f"{page}/confirm", {"facility": "near"}, page=page)
    assert "次の事業所に伝えて" in placed.text
    assert "決まりました" in staff.get(f"{page}/sheet").text
    own = staff.get(f"{page}/sheet/maybe").text
    assert "見本ハートクリニック" not in own  # nobody sees the rivals
    assert staff.get(f"{page}/sheet/lost").status_code == 404


def test_candidates_stand_in_the_order_of_the_public_search(staff, app):
    page = staff.post("/desk/cases", FORM).location
    shown = re.findall(r'href="/facilities/([a-z]+)"', staff.get(page).text)
    question = {"district": "40106", "kinds": ["clinic"], "needs": ["VM.REG"]}
    answer = app.test_client().post("/api/v1/search", json=question).get_json()
    assert shown == [feature["id"] for feature in answer["features"]]


def test_a_text_that_tells_of_a_patient_comes_back_with_a_warning(staff, desk):
    answer = staff.post("/desk/cases", {**FORM, "note": "田中さん"})
    assert answer.status_code == 400
    assert "氏名のような言葉" in answer.text
    assert count(desk, "desk_cases") == 0
    assert staff.post("/desk/cases", {**FORM, "note": "田中さん", "sure": "1"}).status_code == 303


def test_another_centres_ward_takes_its_own_word_to_help(staff, desk):
    elsewhere = {**FORM, "ward": "40109"}
    assert staff.post("/desk/cases", elsewhere).status_code == 403
    assert count(desk, "desk_cases") == 0
    assert staff.post("/desk/cases", {**elsewhere, "helping": "1"}).status_code == 303


def test_a_case_of_another_centre_is_seen_and_not_written(app, desk, staff):
    other = made(desk, "yahata.abe", centre="yahata")
    theirs = open_case(desk, other.actor, replace(WANTED, ward="40109"))
    page = f"/desk/cases/{theirs.id}"
    assert theirs.code in staff.get(page).text
    said = {"facility": "near", "before": "", "state": "asked", "way": "phone"}
    for path, form in ((f"{page}/answers", said), (f"{page}/confirm", said), (f"{page}/end", {})):
        assert staff.post(path, form, page=page).status_code == 403, path
    assert states(desk, theirs) == {}
    assert staff.post(f"{page}/answers", {**said, "helping": "1"}, page=page).status_code == 303


def test_cases_and_facilities_that_are_not_there_are_not_found(staff, desk, held):
    assert staff.get("/desk/cases/0123456789abcdef").status_code == 404
    said = {"facility": "nowhere", "before": "", "state": "asked"}
    page = f"/desk/cases/{held.id}"
    assert staff.post(f"{page}/answers", said, page=page).status_code == 404
    assert (
        staff.post(
            f"{page}/answers", {**said, "facility": "near", "state": "x"}, page=page
        ).status_code
        == 400
    )
