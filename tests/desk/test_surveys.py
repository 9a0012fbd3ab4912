"""A survey round: letters, forms that ask what is open, answers that wait and become facts."""

from __future__ import annotations

import csv
import io
import re

import pytest
from python_calamine import CalamineWorkbook

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import Audience, Way, facts_of, standing
from geoportal.desk.domain.survey import CameBy, Given, Round, Said
from geoportal.desk.services.ledger import history
from geoportal.desk.services.office_links import LinkRefusedError, revoke_link
from geoportal.desk.services.survey_answers import answers_of, office_of, take_answers
from geoportal.desk.services.survey_tally import tally
from geoportal.desk.services.surveys import (
    DAYS_AFTER,
    begin_round,
    end_round,
    make_letters,
    opened_form,
    round_of,
    spoken,
)
from geoportal.errors import UsageError
from tests.desk.conftest import Browser, count, made, trail
from tests.factories import NEEDS, make_vocabulary

DAY_S = 86_400
WANTED = Round("", "在宅医療資源調査 2026", ("clinic",), ("40106",), (), "2026-12-20")
OFFICES = [("near", "clinic", "40106"), ("maybe", "clinic", "40106")]
OFFICE = Actor("office", "0123456789abcdef")


@pytest.fixture
def survey(desk, administrator) -> Round:
    return begin_round(desk, administrator.actor, WANTED, OFFICES)


def letter_codes(desk, actor, survey) -> dict[str, str]:
    _, offices = round_of(desk, survey.id)
    return {one.office.facility_id: one.code for one in make_letters(desk, actor, survey, offices)}


@pytest.fixture
def codes(desk, coordinator, survey) -> dict[str, str]:
    return letter_codes(desk, coordinator.actor, survey)


def give(desk, survey, submission: str, **said: str) -> bool:
    """Answer as an office: ``AC_PAIN="yes"``, with ``note__AC_PAIN`` where there is a condition."""
    terms = list(make_vocabulary(NEEDS))
    answers = [
        Given("", "", code, value, said.get(f"note__{name}", ""), "看護師")
        for name, value in said.items()
        if not name.startswith("note__")
        for code in [name.replace("_", ".") if name != "capacity" else name]
    ]
    office = office_of(desk, survey.id, "near")
    return take_answers(desk, OFFICE, office, answers, terms, submission=submission.ljust(20, "x"))


def hidden(page: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]


REVIEW = "/desk/surveys/{}/offices/near"


def approve(browser: Browser, survey, choices: dict[str, object], page: str = ""):
    path = REVIEW.format(survey.id)
    page = page or browser.get(path).text
    form = {f"choice-{subject}": str(number) for subject, number in choices.items()}
    return browser.post(path, {"seen": hidden(page, "seen"), **form})


@pytest.fixture
def staff(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def test_a_round_needs_title_kinds_wards_and_a_day_to_come(desk, administrator):
    for change in ({"title": ""}, {"kinds": ()}, {"wards": ()}, {"deadline": "2020-01-01"}):
        values = {name: getattr(WANTED, name) for name in WANTED.__dataclass_fields__} | change
        with pytest.raises(UsageError) as error:
            begin_round(desk, administrator.actor, Round(**values), OFFICES)
        assert error.value.field == next(iter(change))
    assert count(desk, "desk_survey_rounds") == 0


def test_only_administrators_begin_a_round(app, staff, desk, administrator):
    form = {"title": "調査", "ward": "40106", "kind": "clinic", "deadline": "2026-12-20"}
    assert staff.post("/desk/surveys", form, page="/desk").status_code == 403
    city = Browser(app.test_client())
    city.sign_in("city.ito")
    answer = city.post("/desk/surveys", form)
    assert answer.status_code == 303
    board = city.get(answer.headers["Location"]).text
    assert "見本ハートクリニック" in board
    assert "受付中" in city.get("/desk/surveys").text
    assert "survey.begin" in trail(desk)


def test_a_code_opens_its_form_and_can_be_typed_carelessly(desk, survey, codes):
    code = codes["near"]
    _, office, _ = opened_form(desk, spoken(code).lower().replace("0", "o").replace("1", "l"))
    assert office.facility_id == "near"
    assert round_of(desk, survey.id)[1][1].opened_at
    assert [one.stage for one in round_of(desk, survey.id)[1]] == ["sent", "opened"]


@pytest.mark.parametrize("code", ["", "0" * 12, "near", "A" * 400])
def test_no_other_code_opens_anything(desk, codes, app, code):
    with pytest.raises(LinkRefusedError):
        opened_form(desk, code)
    if code:
        assert Browser(app.test_client()).get(f"/o/s/{code}").status_code == 404


def test_a_form_ends_with_its_link_and_with_the_round(desk, clock, coordinator, survey, codes):
    office = office_of(desk, survey.id, "near")
    revoke_link(desk, coordinator.actor, office.link_id)
    with pytest.raises(LinkRefusedError):
        opened_form(desk, codes["near"])
    end_round(desk, coordinator.actor, survey.id)
    with pytest.raises(LinkRefusedError):
        opened_form(desk, codes["maybe"])


def test_a_link_lasts_some_weeks_longer_than_the_round(desk, clock, codes):
    clock.move((26 + DAYS_AFTER) * DAY_S - 1)
    assert opened_form(desk, codes["maybe"])
    clock.move(1)
    with pytest.raises(LinkRefusedError):
        opened_form(desk, codes["maybe"])


def test_a_reminder_has_the_same_code_until_it_is_revoked(desk, coordinator, survey, codes):
    assert letter_codes(desk, coordinator.actor, survey) == codes
    office = office_of(desk, survey.id, "near")
    assert office.reminders == 1
    revoke_link(desk, coordinator.actor, office.link_id)
    assert letter_codes(desk, coordinator.actor, survey)["near"] != codes["near"]


def test_the_form_asks_what_is_not_known_or_old(app, codes):
    page = Browser(app.test_client()).get(f"/o/s/{codes['near']}").text
    asked, known = page.split("すでに分かっていること")
    assert 'name="value-AC.PAIN"' in asked
    assert 'name="value-VM.REG"' not in asked  # a claim of the small city
    assert 'name="value-VM.REG"' in known
    assert "この市" not in page


def test_answers_of_an_office_wait_and_are_no_facts_yet(app, desk, survey, codes):
    office = Browser(app.test_client())
    path = f"/o/s/{codes['near']}"
    form = {
        "key": hidden(office.get(path).text, "key"),
        "value-AC.PAIN": "consult",
        "note-AC.PAIN": "平日のみ",
        "value-AC.ULCER": "",
        "value-capacity": "full",
        "who": "看護師長",
        "public": "1",
    }
    assert [office.send(path, form).status_code for _ in range(2)] == [303, 303]
    kept = answers_of(desk, survey.id)
    assert [(one.subject, one.value, one.note) for one in kept] == [
        ("AC.PAIN", "consult", "平日のみ"),
        ("capacity", "full", ""),
    ]
    assert {one.audience for one in kept} == {Audience.PUBLIC}
    assert history(desk, "near") == []
    assert office_of(desk, survey.id, "near").stage == "answered"


@pytest.mark.parametrize(
    "fault",
    [
        {"value-AC.PAIN": "maybe"},
        {"value-AC.PAIN": "yes", "note-AC.PAIN": "田中さんは可"},
        {"value-AC.PAIN": "yes", "who": "093-123-4567"},
        {"value-FT.CLINIC": "yes"},
        {"value-CAP.OPEN": "yes"},
        {"value-AC.PAIN": "yes", "key": "short"},
    ],
)
def test_what_is_no_answer_is_not_taken(app, desk, codes, fault):
    office, path = Browser(app.test_client()), f"/o/s/{codes['near']}"
    form = {"key": hidden(office.get(path).text, "key"), **fault}
    answer = office.send(path, form)
    assert answer.status_code == 400
    assert "受け取れない答え" in answer.text
    assert count(desk, "desk_survey_answers") == 0


def test_an_empty_form_says_that_what_is_known_stands(desk, survey, codes):
    assert give(desk, survey, "empty")
    assert office_of(desk, survey.id, "near").stage == "approved"


@pytest.mark.parametrize(
    ("said", "answer", "note"),
    [
        (Said.YES, "yes", "夜間も"),
        (Said.CONDITIONAL, "conditional", "夜間も"),
        (Said.CONSULT, "conditional", "要相談。夜間も"),
        (Said.FULL, "conditional", "回答時は満員（2026-11-24）。夜間も"),
        (Said.NO, "no", "夜間も"),
    ],
)
def test_an_approved_answer_is_a_survey_claim(desk, survey, codes, staff, said, answer, note):
    give(desk, survey, "one", AC_PAIN=said.value, note__AC_PAIN="夜間も")
    (given,) = answers_of(desk, survey.id)
    assert approve(staff, survey, {"AC.PAIN": given.id}).status_code == 303
    (entry,) = history(desk, "near")
    assert (entry.draft.value, entry.draft.note, entry.draft.way) == (answer, note, Way.SURVEY)
    (claim,) = facts_of("near", [entry], {}, professional=True).claims
    assert (claim.code, claim.evidence) == ("AC.PAIN", "survey")
    assert office_of(desk, survey.id, "near").stage == "approved"


def test_two_answers_that_disagree_are_shown_and_somebody_decides(desk, survey, codes, staff):
    give(desk, survey, "first", AC_PAIN="yes")
    give(desk, survey, "second", AC_PAIN="no")
    first, second = answers_of(desk, survey.id)
    page = staff.get(REVIEW.format(survey.id)).text
    assert "食い違っています" in page
    choices = re.findall(r'name="choice-AC.PAIN" value="(\d*)"( checked)?', page)
    assert choices == [(str(first.id), ""), (str(second.id), ""), ("0", ""), ("", " checked")]
    assert approve(staff, survey, {"AC.PAIN": ""}).status_code == 303
    assert history(desk, "near") == []
    approve(staff, survey, {"AC.PAIN": second.id})
    assert [one.state for one in answers_of(desk, survey.id)] == ["declined", "approved"]
    assert [entry.draft.value for entry in history(desk, "near")] == ["no"]


def test_a_later_answer_is_shown_beside_the_one_approved_before(desk, survey, codes, staff):
    give(desk, survey, "first", AC_PAIN="yes")
    approve(staff, survey, {"AC.PAIN": answers_of(desk, survey.id)[0].id})
    give(desk, survey, "second", AC_PAIN="no")
    page = staff.get(REVIEW.format(survey.id)).text
    assert "食い違っています" in page
    assert "承認済み" in page
    assert office_of(desk, survey.id, "near").stage == "answered"


def test_none_of_the_answers_is_a_decision_as_well(desk, survey, codes, staff):
    give(desk, survey, "one", AC_PAIN="yes")
    approve(staff, survey, {"AC.PAIN": 0})
    assert history(desk, "near") == []
    assert office_of(desk, survey.id, "near").stage == "approved"


def test_who_approves_second_is_shown_what_the_first_did(app, desk, survey, codes, staff):
    give(desk, survey, "first", AC_PAIN="yes")
    give(desk, survey, "second", AC_PAIN="no")
    first, second = answers_of(desk, survey.id)
    made(desk, "kokura.ito")
    other = Browser(app.test_client())
    other.sign_in("kokura.ito")
    page = other.get(REVIEW.format(survey.id)).text
    approve(staff, survey, {"AC.PAIN": first.id})
    assert approve(other, survey, {"AC.PAIN": second.id}, page).status_code == 409
    assert [entry.draft.value for entry in history(desk, "near")] == ["yes"]


def test_another_ward_is_approved_by_its_own_centre_alone(app, desk, survey, codes):
    made(desk, "yahata.mori", centre="yahata")
    give(desk, survey, "one", AC_PAIN="yes")
    (given,) = answers_of(desk, survey.id)
    other = Browser(app.test_client())
    other.sign_in("yahata.mori")
    assert approve(other, survey, {"AC.PAIN": given.id}).status_code == 403
    assert history(desk, "near") == []


def test_the_board_counts_each_office_once_in_each_column(desk, survey, codes):
    give(desk, survey, "one", AC_PAIN="yes")
    (row,) = tally(round_of(desk, survey.id)[1])
    assert (row.asked, row.sent, row.opened, row.answered, row.approved, row.silent) == (
        2, 2, 0, 1, 0, 1,
    )  # fmt: skip


def test_letters_are_a_pdf_of_two_pages_or_more_for_each_office(staff, desk, survey):
    path = f"/desk/surveys/{survey.id}"
    form = {"ward": "40106", "which": "new"}
    answer = staff.post(f"{path}/letters", form, page=path)
    assert answer.mimetype == "application/pdf"
    assert len(re.findall(rb"/Type /Page\b", answer.data)) >= 4
    assert staff.post(f"{path}/letters", form, page=path).status_code == 400  # nobody is left
    again = staff.post(f"{path}/letters", {**form, "which": "reminder"}, page=path)
    assert again.mimetype == "application/pdf"
    other = {**form, "ward": "40109"}
    assert staff.post(f"{path}/letters", other, page=path).status_code == 403


def test_the_sheet_of_a_round_comes_back_as_answers_that_wait(staff, desk, survey, tmp_path):
    path = f"/desk/surveys/{survey.id}"
    sent = staff.get(f"{path}/sheet?kind=clinic")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sent.data))
    rows = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    heads = next(row for row in rows if "施設番号" in row)
    near = next(row for row in rows if "near" in row)
    near[next(n for n, head in enumerate(heads) if "[AC.PAIN]" in head)] = "要相談"
    near[heads.index("新規の受入状況")] = "満員・新規停止"
    filled = io.StringIO()
    csv.writer(filled).writerows(rows)
    for _ in range(2):
        form = {"sheet": (io.BytesIO(filled.getvalue().encode()), "survey.csv")}
        answer = staff.post(f"/desk/sheets/{survey.id}", form, page=path)
        assert answer.status_code == 200
    given = answers_of(desk, survey.id)
    assert [(one.subject, one.value, one.came_by) for one in given] == [
        ("AC.PAIN", "consult", CameBy.SHEET),
        ("capacity", "full", CameBy.SHEET),
    ]
    assert history(desk, "near") == []
    bad = {"sheet": (io.BytesIO(b"no table"), "survey.xlsx")}
    assert staff.post(f"/desk/sheets/{survey.id}", bad, page=path).status_code == 400


def test_what_comes_back_by_fax_is_entered_and_waits_as_well(staff, desk, survey):
    path = f"{REVIEW.format(survey.id)}/enter"
    key = hidden(staff.get(path).text, "key")
    form = {"key": key, "value-AC.PAIN": "no"}
    assert staff.post(path, form).status_code == 303
    (given,) = answers_of(desk, survey.id)
    assert given.came_by is CameBy.FAX
    assert standing(history(desk, "near")) == {}
