"""The administrator's list of accounts, and the rules of names and passwords."""

from __future__ import annotations

import re

import pytest

from geoportal.desk.domain.account import COMMAND_LINE, Account, Role, account_name
from geoportal.desk.domain.password import fault_of
from geoportal.desk.services.accounts import (
    PasswordRefusedError,
    change_password,
    make_account,
)
from geoportal.desk.services.desk import Desk
from geoportal.errors import UsageError
from tests.desk.conftest import PASSWORD, Browser, trail


@pytest.fixture
def office(app, administrator) -> Browser:
    browser = Browser(app.test_client())
    browser.sign_in("city.ito")
    return browser


def shown_password(page: str) -> str:
    return re.search(r'class="desk-password">([^<]+)<', page)[1]


def test_an_account_is_made_and_its_password_shown_once(office, app, desk):
    form = {
        "name": "Yahata.Abe",
        "shown_name": "阿部 <b>",
        "role": "coordinator",
        "centre": "yahata",
    }
    answer = office.post("/desk/accounts", form)
    password = shown_password(answer.text)
    assert "阿部 &lt;b&gt;" in answer.text
    assert password not in office.get("/desk/accounts").text
    other = Browser(app.test_client())
    assert other.sign_in("yahata.abe", password).status_code == 303
    assert other.get("/desk").location == "/desk/account"
    assert "account.add" in trail(desk)


@pytest.mark.parametrize(
    "form",
    [
        {"name": "city.ito", "centre": "yahata"},
        {"name": "a b", "centre": "yahata"},
        {"name": "阿部", "centre": "yahata"},
        {"name": "abe", "centre": ""},
        {"name": "abe", "centre": "nowhere"},
    ],
    ids=["taken", "blank", "kanji", "no centre", "unknown centre"],
)
def test_what_is_wrong_is_said_and_nothing_made(office, desk, form):
    before = trail(desk)
    answer = office.post("/desk/accounts", {"role": "coordinator", "shown_name": "x", **form})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert trail(desk) == before


def test_an_account_is_disabled_and_comes_back_with_a_new_password(office, app, coordinator):
    inside = Browser(app.test_client())
    inside.sign_in("kokura.sato")
    office.post("/desk/accounts/disable", {"name": "kokura.sato"}, page="/desk/accounts")
    assert inside.get("/desk").status_code == 303
    assert inside.sign_in("kokura.sato").status_code == 400
    again = office.post("/desk/accounts/reset", {"name": "kokura.sato"}, page="/desk/accounts")
    assert inside.sign_in("kokura.sato").status_code == 400
    assert inside.sign_in("kokura.sato", shown_password(again.text)).status_code == 303


def test_the_last_administrator_stays(office, app, administrator, desk):
    answer = office.post("/desk/accounts/disable", {"name": "city.ito"}, page="/desk/accounts")
    assert answer.status_code == 400
    assert office.get("/desk").status_code == 200
    assert (
        office.post("/desk/accounts/reset", {"name": "nobody"}, page="/desk/accounts").status_code
        == 404
    )


def test_the_present_password_is_asked_for_and_guessed_a_few_times_only(desk, coordinator):
    reasons = []
    for number in range(10):
        with pytest.raises(PasswordRefusedError) as error:
            change_password(desk, coordinator, f"guess number {number}", "a new password")
        reasons.append(error.value.reason)
    assert reasons == ["wrong"] * 8 + ["too_many"] * 2


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "short"),
        ("elevenchars", "short"),
        ("aaaaaaaaaaaaaaaa", "simple"),
        ("x" * 129, "long"),
        ("abe-2026-kokura", "name"),
        ("correct horse battery", ""),
        ("さくらのしたでまいにちひるね", ""),
    ],
)
def test_passwords_are_long_and_hold_no_name(password, fault):
    assert fault_of(password, "abe") == fault


def test_the_same_password_is_no_new_one(desk, coordinator):
    with pytest.raises(PasswordRefusedError) as error:
        change_password(desk, coordinator, PASSWORD, PASSWORD)
    assert error.value.reason == "same"


@pytest.mark.parametrize("name", ["a", ".ab", "ab.", "a b", "あべ", "x" * 33, "a/b", "a\nb"])
def test_a_name_is_plain(name):
    with pytest.raises(UsageError) as error:
        account_name(name)
    assert name not in str(error.value) or len(name) == 1


def test_passwords_and_keys_are_in_no_representation(desk, coordinator):
    account, password = make_account(
        desk, COMMAND_LINE, Account("", "repr", "", Role.ADMINISTRATOR), []
    )
    for shown in (repr(desk), str(desk), repr(account)):
        assert password not in shown
        assert desk.secret_key not in shown
    assert "secret" not in repr(Desk(desk.database, "secret" * 8)).replace("secret_key", "")
