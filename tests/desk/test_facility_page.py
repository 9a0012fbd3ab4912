"""Writing to the ledger on the pages: staff on a facility's page, an office by its link."""

from __future__ import annotations

import re

import pytest

from geoportal.desk.domain.ledger import Audience, Way
from geoportal.desk.domain.office_link import LinkScope
from geoportal.desk.services.ledger import history
from geoportal.desk.services.office_links import issue_link, token_of
from tests.desk.conftest import Browser, count, made

PAGE = "/desk/facilities/near"
DOES = {"subject": "AC.PAIN", "value": "yes", "audience": "public", "way": "telephone"}


def field(page: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]


@pytest.fixture
def signed_in(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def say(browser: Browser, form: dict[str, str], page: str = ""):
    page = page or browser.get(PAGE).text
    hidden = {name: field(page, name) for name in ("seen", "key")}
    return browser.post(PAGE, {**hidden, **form})


def test_the_need_of_the_search_is_chosen(signed_in):
    page = signed_in.get(f"{PAGE}?need=AC.PAIN")
    assert page.headers["Cache-Control"] == "no-store"
    assert '<option value="AC.PAIN" selected>' in page.text


def test_one_button_writes_what_was_heard(signed_in, desk):
    assert say(signed_in, {**DOES, "who": "看護部長", "note": "週2回"}).status_code == 303
    (entry,) = history(desk, "near")
    assert (entry.draft.value, entry.draft.who) == ("yes", "看護部長")
    assert entry.actor.centre_id == "kokura"
    assert entry.draft.valid_until == "2027-11-24"
    page = signed_in.get(PAGE).text
    assert all(word in page for word in ("看護部長", "週2回", "いまの答え", "だれにでも"))


def test_what_is_said_of_nobody_in_particular_is_for_professionals(signed_in, desk):
    say(signed_in, {"subject": "AC.PAIN", "value": "no"})
    assert history(desk, "near")[0].draft.audience is Audience.PROFESSIONAL


def test_the_same_form_twice_is_one_entry(signed_in, desk):
    page = signed_in.get(PAGE).text
    assert [say(signed_in, DOES, page).status_code for _ in range(2)] == [303, 303]
    assert count(desk, "desk_ledger") == 1


def test_the_second_editor_sees_what_the_first_wrote_and_decides(app, signed_in, desk):
    made(desk, "kokura.ito")
    second = Browser(app.test_client())
    second.sign_in("kokura.ito")
    page = second.get(PAGE).text
    say(signed_in, {**DOES, "note": "夜間は不可"})
    answer = say(second, {**DOES, "value": "no"}, page)
    assert answer.status_code == 409
    assert all(word in answer.text for word in ("ほかの人が先に", "夜間は不可", "AC.PAIN"))
    assert count(desk, "desk_ledger") == 1
    assert say(second, {**DOES, "value": "no"}, answer.text).status_code == 303
    assert [entry.draft.value for entry in history(desk, "near")] == ["yes", "no"]


def test_undoing(signed_in, desk):
    say(signed_in, DOES)
    (entry,) = history(desk, "near")
    say(signed_in, {"subject": "AC.PAIN", "undoes": str(entry.id)})
    assert "いまの答え" not in signed_in.get(PAGE).text
    assert count(desk, "desk_public_facts") == 0


def test_corrections(signed_in, desk):
    say(signed_in, {"subject": "phone", "value": "093-111-2222", "audience": "public"})
    assert history(desk, "near")[0].draft.value == '"093-111-2222"'
    assert "093-111-2222" in signed_in.get(PAGE).text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({**DOES, "subject": "NO.SUCH"}, 400),
        ({**DOES, "value": "perhaps"}, 400),
        ({**DOES, "way": "office-gossip"}, 400),
        ({**DOES, "audience": "everybody"}, 400),
        ({**DOES, "seen": "x"}, 400),
        ({**DOES, "key": "short"}, 400),
        ({**DOES, "undoes": "999"}, 400),
        ({**DOES, "note": "佐藤 花子様 昭和10年1月1日生"}, 400),
    ],
)
def test_what_is_refused(signed_in, desk, form, status):
    assert say(signed_in, form).status_code == status
    assert count(desk, "desk_ledger") == 0


def test_other_wards_only_as_help(app, desk):
    made(desk, "yahata.abe", centre="yahata")
    browser = Browser(app.test_client())
    browser.sign_in("yahata.abe")
    assert say(browser, DOES).status_code == 403
    assert say(browser, {**DOES, "helping": "1"}).status_code == 303


def test_strangers_and_forms_of_others(app, signed_in, desk):
    assert Browser(app.test_client()).get(PAGE).status_code == 303
    assert signed_in.send(PAGE, DOES).status_code == 400
    assert signed_in.get("/desk/facilities/nobody").status_code == 404
    assert count(desk, "desk_ledger") == 0


def _office(app, desk, account, scope=LinkScope.CAPACITY):
    token = token_of(desk, issue_link(desk, account.actor, "near", scope, 30))
    return Browser(app.test_client()), f"/o/{token}"


def test_an_office_says_its_capacity_with_one_button(app, desk, coordinator, clock):
    browser, path = _office(app, desk, coordinator)
    page = browser.get(path).text
    form = {"seen": field(page, "seen"), "key": field(page, "key"), "value": "free", "note": "火木"}
    assert [browser.send(path, form).status_code for _ in range(2)] == [303, 303]
    (entry,) = history(desk, "near")
    assert (entry.actor.kind, entry.draft.way) == ("office", Way.OFFICE)
    assert entry.draft.audience is Audience.PROFESSIONAL
    assert count(desk, "desk_public_facts") == 0
    assert "◎ 空きあり</b>" in browser.get(path).text
    clock.move(8 * 86_400)
    assert "未確認" in browser.get(path).text


def test_only_where_the_office_chose_so_it_is_public(app, desk, coordinator):
    browser, path = _office(app, desk, coordinator)
    page = browser.get(path).text
    form = {name: field(page, name) for name in ("seen", "key")}
    browser.send(path, {**form, "value": "full", "public": "1"})
    assert count(desk, "desk_public_facts") == 1


def test_an_office_writes_nothing_else(app, desk, coordinator):
    browser, path = _office(app, desk, coordinator)
    page = browser.get(path).text
    form = {name: field(page, name) for name in ("seen", "key")}
    for wrong in (
        {"value": "yes", "subject": "AC.PAIN"},
        {"value": "free", "note": "田中 太郎様"},
        {"value": "free", "key": ""},
        {"value": "free", "seen": "-"},
    ):
        assert browser.send(path, {**form, **wrong}).status_code == 400
    survey, other = _office(app, desk, coordinator, LinkScope.SURVEY)
    assert survey.send(other, {**form, "value": "free"}).status_code == 403
    assert browser.send(f"{path}x", {**form, "value": "free"}).status_code == 404
    assert count(desk, "desk_ledger") == 0


def test_an_office_sees_that_somebody_wrote_before(app, desk, coordinator, signed_in):
    browser, path = _office(app, desk, coordinator)
    page = browser.get(path).text
    say(signed_in, {"subject": "capacity", "value": "full"})
    form = {"seen": field(page, "seen"), "key": field(page, "key"), "value": "free"}
    answer = browser.send(path, form)
    assert answer.status_code == 409
    assert "× 満員</b>" in answer.text
