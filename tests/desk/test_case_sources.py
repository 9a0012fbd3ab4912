"""A case from a note, a search or a team; what an answer tells of an office; errors; erasing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from geoportal.desk.domain.case import KEPT_DAYS, State
from geoportal.desk.services.case_facts import facts_of_answer
from geoportal.desk.services.cases import Answer, case_of, list_cases, open_case
from geoportal.desk.services.ledger import history
from geoportal.desk.web.case_question import question_of, town_of
from geoportal.errors import UsageError
from tests.desk.conftest import HTTPS, Browser, count
from tests.desk.test_cases import DAY_S, FORM, WANTED

CASE = replace(WANTED, needs=("VM.REG",))


@pytest.fixture
def signed_in(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def chosen(page: str, name: str) -> list[str]:
    """The values chosen in a form's boxes and lists."""
    inside = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    ticked = re.findall(rf'name="{name}" value="([^"]+)" checked', page)
    return re.findall(r'value="([^"]+)" selected', inside[0]) if inside else ticked


def begin(browser: Browser, **form) -> str:
    return browser.post("/desk/cases/new", form, page="/desk").text


def test_a_search_becomes_a_case_and_nothing_of_the_home_is_taken(signed_in, desk):
    home = {"lon": "130.8765432", "lat": "33.8876543", "address": "さくら町3-5-1"}
    page = begin(signed_in, kind="clinic", need=["AC.PAIN", "CAP.OPEN", "X"], **home)
    assert chosen(page, "ward") == ["40106"]
    assert chosen(page, "kind") == ["clinic"]
    assert chosen(begin(signed_in, kind=["hospital", "clinic"], **home), "kind") == []
    assert chosen(page, "need") == ["AC.PAIN"]
    assert not re.search("さくら町|3-5-1|130.87|33.88", page)
    assert count(desk, "desk_cases") == 0


@pytest.mark.slow
def test_a_town_gives_distances_and_offices_of_other_wards(sample_portal):
    view = sample_portal.view()
    town = view.example_place.removeprefix("八幡西区")
    case = replace(CASE, ward="40109", town=town_of(view, "40109", town))
    assert case.town == town
    results = view.search(question_of(view, case, 50)).results
    assert all(one.distance_m is not None for one in results if one.facility.location.known)
    assert len({one.facility.municipality_code for one in results}) > 1
    nowhere = question_of(view, replace(case, town=""), 50)
    assert (nowhere.origin, nowhere.districts) == (None, ("40109",))
    for ward, text in (("40109", f"{town}3-5-1"), ("40106", town), ("40109", "どこでもない町")):
        with pytest.raises(UsageError):
            town_of(view, ward, text)


def test_a_team_becomes_a_case_of_each_role(signed_in):
    form = {
        "board_role": "nurse",
        "board_kind-nurse": "visiting_nursing",
        "board_kind-doctor": "clinic",
        "needs-nurse": ["AC.ULCER"],
    }
    page = begin(signed_in, need="AC.PAIN", kind="clinic", district="40106", **form)
    assert (chosen(page, "kind"), chosen(page, "need")) == (["visiting_nursing"], ["AC.ULCER"])
    assert chosen(page, "ward") == ["40106"]


@pytest.mark.parametrize("path", ["/note", "/"])
def test_the_way_to_the_board_is_on_the_pages_of_staff_only(app, signed_in, path):
    form = {"note": "褥瘡の処置と訪問診療を希望", "district": "40106", "need": "AC.PAIN"}
    path = "/results" if path == "/" else path
    assert 'formaction="/desk/cases/new"' in signed_in.send(path, form).text
    assert "/desk" not in app.test_client().post(path, data=form, base_url=HTTPS).text


def test_free_now_finds_who_said_so_within_seven_days(signed_in, desk, app, coordinator):
    case = open_case(desk, coordinator.actor, CASE)
    page = f"/desk/cases/{case.id}"
    ask = {"facility": "near", "before": "", "state": "asked", "way": "phone"}
    signed_in.post(f"{page}/answers", ask, page=page)
    accepted = {"facility": "near", "before": "asked", "state": "accepted", "as_fact": "1"}
    signed_in.post(f"{page}/answers", accepted, page=page)
    found = {"district": "40106", "kind": "clinic", "need": "CAP.OPEN", "include": "match"}
    assert 'id="r-near"' in signed_in.send("/results", found).text
    public = app.test_client().post("/results", data=found, base_url=HTTPS).text
    assert 'id="r-near"' not in public


@pytest.mark.parametrize(
    ("answer", "facts"),
    [
        (Answer("near", State.ASKED, State.ACCEPTED), {"VM.REG": "yes", "capacity": "free"}),
        (
            Answer("near", State.ASKED, State.ON_CONDITION, condition="火曜"),
            {"VM.REG": "conditional", "capacity": "ask"},
        ),
        (Answer("near", State.ASKED, State.DECLINED, "full"), {"capacity": "full"}),
        (Answer("near", State.ASKED, State.DECLINED, "cannot"), {"VM.REG": "no"}),
        (Answer("near", State.ASKED, State.DECLINED, "no_answer"), {}),
        (Answer("near", None, State.ASKED), {}),
    ],
)
def test_what_an_answer_tells_of_an_office(answer, facts):
    assert {draft.subject: draft.value for draft in facts_of_answer(CASE, answer)} == facts


def test_which_of_several_needs_is_not_met_is_not_guessed():
    case = replace(CASE, needs=("VM.REG", "AC.PAIN"))
    declined = Answer("near", State.ASKED, State.DECLINED, "cannot")
    assert list(facts_of_answer(case, declined)) == []


@pytest.mark.parametrize("ticked", [True, False])
def test_an_answer_becomes_a_fact_with_the_coordinators_tick(signed_in, desk, coordinator, ticked):
    case = open_case(desk, coordinator.actor, CASE)
    page = f"/desk/cases/{case.id}"
    ask = {"facility": "near", "before": "", "state": "asked", "way": "phone"}
    full = {"facility": "near", "before": "asked", "state": "declined", "reason": "full"}
    signed_in.post(f"{page}/answers", ask, page=page)
    signed_in.post(f"{page}/answers", full | ({"as_fact": "1"} if ticked else {}), page=page)
    assert case_of(desk, case.id)[1][0].state is State.DECLINED
    values = [(e.draft.value, e.draft.audience.value) for e in history(desk, "near")]
    assert values == ([("full", "professional")] if ticked else [])


def test_a_town_is_a_town_of_the_ward_or_refused(signed_in, desk):
    for town in ("3-5-1", "大手町3番5号", "天神一丁目", "どこでもない町"):
        answer = signed_in.post("/desk/cases", {**FORM, "town": town})
        assert answer.status_code == 400, town
    assert count(desk, "desk_cases") == 0


@pytest.mark.parametrize("path", ["/desk/nothing", "/desk/cases/0123456789abcdef"])
def test_errors_of_the_desk_show_its_own_frame(signed_in, path):
    answer = signed_in.get(path)
    assert answer.status_code == 404
    assert all(
        words in answer.text for words in ("センターの窓口", "サインアウト", "できませんでした")
    )
    assert "センターの窓口" not in signed_in.get("/nothing").text


def test_other_errors_of_the_desk(app, signed_in):
    assert "担当の区では" in signed_in.get("/desk/accounts").text
    assert signed_in.send("/desk/cases", FORM).status_code == 400
    wrong = signed_in._open("PUT", "/desk/cases")
    assert (wrong.status_code, "GET" in wrong.headers["Allow"]) == (405, True)


def test_cases_are_erased_by_any_request_of_staff(signed_in, desk, coordinator, clock):
    open_case(desk, coordinator.actor, CASE)
    clock.move(KEPT_DAYS * DAY_S + 1)
    signed_in.sign_in("kokura.sato")
    signed_in.get("/desk/account")
    assert count(desk, "desk_cases") == 0
    assert count(desk, "desk_case_counts") == 1
    assert list_cases(desk) == []
