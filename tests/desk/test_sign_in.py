"""Signing in, and every way in that must stay shut."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from flask.sessions import SecureCookieSessionInterface

from geoportal.desk.domain.account import COMMAND_LINE
from geoportal.desk.domain.password import (
    ABSOLUTE_S,
    IDLE_S,
    MOST_OF_ACCOUNT,
    MOST_OF_ADDRESS,
    WINDOW_S,
)
from geoportal.desk.services.accounts import (
    change_password,
    disable_account,
    reset_account,
    turn_second_factor_on,
)
from geoportal.desk.services.second_factor import new_secret
from geoportal.desk.services.sign_in import SignInRefusedError, sign_in
from geoportal.desk.store.schema import sessions
from tests.desk.conftest import HTTPS, PASSWORD, Browser, count, trail

IN, OUT = "/desk", "/login?next=/desk"


def is_in(browser: Browser) -> bool:
    return browser.get("/desk").status_code == 200


def test_a_member_of_staff_signs_in_and_out(browser, coordinator, desk):
    answer = browser.get("/desk")
    assert (answer.status_code, answer.location) == (303, OUT)
    answer = browser.sign_in("kokura.sato")
    assert (answer.status_code, answer.location) == (303, IN)
    page = browser.get("/desk")
    assert page.status_code == 200
    assert "見本 kokura.sato" in page.text
    left = browser.post("/logout", {}, page="/desk")
    assert left.location == "/login?said=signed-out"
    assert not is_in(browser)
    assert count(desk, "desk_sessions") == 0
    assert trail(desk)[-2:] == ["sign_in", "sign_out"]


def test_the_cookie_is_for_this_host_over_tls_and_not_for_scripts(browser, coordinator):
    answer = browser.sign_in("kokura.sato")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *attributes = [part.strip() for part in cookie.split(";")]
    assert name.startswith("__Host-desk=")
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("kokura.sato", "wrong horse battery"),
        ("kokura.sato", ""),
        ("kokura.sato", PASSWORD.upper()),
        ("kokura.sato", PASSWORD + "x" * 200),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("kokura.sato' OR '1'='1", PASSWORD),
        (PASSWORD, "kokura.sato"),
    ],
)
def test_a_wrong_name_or_password_is_refused_alike(browser, coordinator, name, password):
    answer = browser.sign_in(name, password)
    assert answer.status_code == 400
    assert "サインインできませんでした" in answer.text
    assert PASSWORD not in answer.text
    assert not is_in(browser)


def test_a_password_typed_in_full_width_letters_is_the_same(browser, coordinator):
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in PASSWORD)
    assert browser.sign_in("Kokura.Sato ", wide).status_code == 303


def test_a_disabled_account_is_refused_and_put_out(browser, coordinator, desk):
    browser.sign_in("kokura.sato")
    disable_account(desk, COMMAND_LINE, "kokura.sato")
    assert not is_in(browser)
    assert browser.sign_in("kokura.sato").status_code == 400


def test_a_password_made_by_somebody_else_opens_only_the_page_to_change_it(
    browser, coordinator, desk
):
    _, password = reset_account(desk, COMMAND_LINE, "kokura.sato")
    browser.sign_in("kokura.sato", password)
    for path in ("/desk", "/desk/accounts"):
        assert browser.get(path).location == "/desk/account"
    assert browser.send("/desk/accounts", {"name": "x"}).status_code in {303, 400}
    form = {"present": password, "wanted": PASSWORD, "again": PASSWORD}
    changed = browser.post("/desk/account/password", form, page="/desk/account")
    assert changed.location == "/login?said=password-changed"
    browser.sign_in("kokura.sato")
    assert is_in(browser)


# Sessions


def test_a_session_brought_along_is_not_the_one_that_is_signed_in(app, coordinator):
    """Fixation: who planted a cookie before the sign-in is not signed in by it afterwards."""
    attacker, victim = Browser(app.test_client()), Browser(app.test_client())
    attacker.get("/login")
    planted = attacker.cookie()
    victim.set_cookie(planted)
    victim.sign_in("kokura.sato")
    assert victim.cookie() != planted
    assert is_in(victim)
    assert not is_in(attacker)


def test_signing_in_again_gives_another_session(app, coordinator):
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    first = browser.cookie()
    browser.post("/logout", {}, page="/desk")
    browser.sign_in("kokura.sato")
    assert browser.cookie() != first


def test_a_cookie_kept_from_before_signing_out_opens_nothing(browser, coordinator):
    """Replay: the server has forgotten the session, whatever the browser remembers."""
    browser.sign_in("kokura.sato")
    kept = browser.cookie()
    browser.post("/logout", {}, page="/desk")
    browser.set_cookie(kept)
    assert not is_in(browser)


def test_a_session_ends_when_idle_and_after_a_day(browser, coordinator, clock):
    browser.sign_in("kokura.sato")
    clock.move(IDLE_S - 1)
    assert is_in(browser)
    clock.move(IDLE_S)
    assert not is_in(browser)
    browser.sign_in("kokura.sato")
    for _ in range(ABSOLUTE_S // (IDLE_S - 60) + 1):
        clock.move(IDLE_S - 60)
        is_in(browser)
    assert not is_in(browser)


def test_every_session_ends_by_a_change_of_the_password(app, coordinator, desk):
    here, there = Browser(app.test_client()), Browser(app.test_client())
    for browser in (here, there):
        browser.sign_in("kokura.sato")
        assert is_in(browser)
    change_password(desk, coordinator, PASSWORD, "another horse battery")
    assert not is_in(here)
    assert not is_in(there)


def test_a_cookie_that_was_made_or_altered_elsewhere_opens_nothing(app, browser, coordinator, desk):
    browser.sign_in("kokura.sato")
    whole = browser.cookie()
    app.config["SECRET_KEY"] = "guessed" * 8
    forged = SecureCookieSessionInterface().get_signing_serializer(app)
    app.config["SECRET_KEY"] = desk.secret_key
    for value in (
        whole[:-9] + ("A" if whole[-9] != "A" else "B") + whole[-8:],  # the last has unused bits
        whole[:10],
        "",
        "x.y.z",
        forged.dumps({"_user_id": coordinator.id}),
        SecureCookieSessionInterface()
        .get_signing_serializer(app)
        .dumps({"_user_id": coordinator.id}),
    ):
        browser.set_cookie(value)
        assert not is_in(browser), value[:8]
    browser.set_cookie(whole)
    assert is_in(browser)


def test_the_table_of_sessions_opens_no_session(browser, coordinator, desk, app):
    """Who reads the table has digests, not what a cookie holds."""
    browser.sign_in("kokura.sato")
    with desk.database.reading() as connection:
        (digest,) = connection.execute(
            sessions.select().with_only_columns(sessions.c.id_hash)
        ).scalars()
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    browser.set_cookie(signer.dumps({"_user_id": digest}))
    assert not is_in(browser)


@pytest.mark.parametrize(
    "goal", ["//evil.example", "https://evil.example/desk", "/\\evil", "/desk/../x", "/desk\n"]
)
def test_signing_in_leads_to_the_desk_only(browser, coordinator, goal):
    form = {"name": "kokura.sato", "password": PASSWORD, "next": goal}
    assert browser.post("/login", form).location == "/desk"


# Forms of others


@pytest.mark.parametrize("path", ["/login", "/logout", "/desk/account/password", "/desk/accounts"])
def test_a_form_without_the_token_is_refused(browser, administrator, path, desk):
    browser.sign_in("city.ito")
    before = trail(desk)
    form = {"name": "x", "present": PASSWORD, "wanted": "y" * 20, "again": "y" * 20}
    assert browser.send(path, form).status_code == 400
    assert browser.send(path, {**form, "csrf_token": "wrong"}).status_code == 400
    assert trail(desk) == before
    assert is_in(browser)


def test_a_form_with_the_token_of_another_session_is_refused(app, administrator, coordinator, desk):
    own, other = Browser(app.test_client()), Browser(app.test_client())
    own.sign_in("city.ito")
    other.sign_in("kokura.sato")
    page = other.get("/desk").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"name": "kokura.sato", "csrf_token": token}
    assert own.send("/desk/accounts/disable", form).status_code == 400
    assert "account.disable" not in trail(desk)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_comes_from_another_site_is_refused(browser, administrator, site):
    browser.sign_in("city.ito")
    form = {"name": "kokura.sato"}
    options = {"headers": {"Sec-Fetch-Site": site}}
    answer = browser.post("/desk/accounts/disable", form, page="/desk/accounts", **options)
    assert answer.status_code == 400


# Guessing


def test_guesses_at_an_account_end_however_many_addresses_they_come_from(app, coordinator, clock):
    answers = []
    for number in range(MOST_OF_ACCOUNT + 3):
        guesser = Browser(app.test_client(), address=f"203.0.113.{number}")
        answers.append(guesser.sign_in("kokura.sato", f"guess number {number}").status_code)
    assert answers == [400] * MOST_OF_ACCOUNT + [429] * 3
    late = Browser(app.test_client()).sign_in("kokura.sato")
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    clock.move(WINDOW_S + 1)
    assert Browser(app.test_client()).sign_in("kokura.sato").status_code == 303


def test_guesses_from_an_address_end_however_many_accounts_they_try(desk, coordinator):
    refused = []
    for number in range(MOST_OF_ADDRESS + 2):
        with pytest.raises(SignInRefusedError) as error:
            sign_in(desk, f"guess{number}", "x" * 12, "", "203.0.113.9")
        refused.append(error.value.reason)
    assert refused == ["wrong"] * MOST_OF_ADDRESS + ["too_many"] * 2
    assert sign_in(desk, "kokura.sato", PASSWORD, "", "203.0.113.10")


def test_guesses_at_once_stay_within_the_limit(desk, coordinator):
    def guess(number: int) -> str:
        try:
            sign_in(desk, "kokura.sato", f"guess number {number}", "", f"203.0.113.{number}")
        except SignInRefusedError as error:
            return error.reason
        return "in"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(24)))
    assert answers.count("wrong") == MOST_OF_ACCOUNT
    assert answers.count("too_many") == 24 - MOST_OF_ACCOUNT


def test_signing_in_oneself_gives_no_more_guesses_at_others(desk, coordinator, administrator):
    for number in range(MOST_OF_ACCOUNT):
        with pytest.raises(SignInRefusedError):
            sign_in(desk, "city.ito", f"guess number {number}", "", "203.0.113.9")
        sign_in(desk, "kokura.sato", PASSWORD, "", "203.0.113.9")
    with pytest.raises(SignInRefusedError) as error:
        sign_in(desk, "city.ito", PASSWORD, "", "203.0.113.9")
    assert error.value.reason == "too_many"


def test_neither_names_nor_addresses_of_failures_are_kept(desk, tmp_path, coordinator):
    with pytest.raises(SignInRefusedError):
        sign_in(desk, "my-secret-password", "x" * 12, "", "203.0.113.77")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("test.db.desk*"))
    assert b"my-secret-password" not in kept
    assert b"203.0.113.77" not in kept


# Second factor


@pytest.fixture
def secret(desk, coordinator, clock) -> str:
    made = new_secret()
    code = pyotp.TOTP(made).at(clock.now)
    turn_second_factor_on(desk, coordinator, PASSWORD, made, code)
    clock.move(30)
    return made


def test_a_code_is_asked_for_and_taken_once(app, secret, clock):
    browser = Browser(app.test_client())
    assert browser.sign_in("kokura.sato").status_code == 400
    assert browser.sign_in("kokura.sato", code="000000").status_code == 400
    code = pyotp.TOTP(secret).at(clock.now)
    assert browser.sign_in("kokura.sato", "wrong horse battery", code).status_code == 400
    assert browser.sign_in("kokura.sato", code=f"{code[:3]} {code[3:]}").status_code == 303
    thief = Browser(app.test_client())
    assert thief.sign_in("kokura.sato", code=code).status_code == 400  # replayed
    before = pyotp.TOTP(secret).at(clock.now.timestamp() - 30)
    assert thief.sign_in("kokura.sato", code=before).status_code == 400  # older than one used


def test_a_code_is_taken_once_however_many_send_it_at_once(desk, secret, clock):
    code = pyotp.TOTP(secret).at(clock.now)

    def enter(number: int) -> bool:
        try:
            sign_in(desk, "kokura.sato", PASSWORD, code, f"203.0.113.{number}")
        except SignInRefusedError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(enter, range(6))) == 1


def test_a_code_of_a_clock_that_is_a_little_wrong_is_taken_and_an_old_one_not(desk, secret, clock):
    clock.move(300)
    ahead = pyotp.TOTP(secret).at(clock.now.timestamp() + 30)
    old = pyotp.TOTP(secret).at(clock.now.timestamp() - 90)
    with pytest.raises(SignInRefusedError):
        sign_in(desk, "kokura.sato", PASSWORD, old, "127.0.0.1")
    assert sign_in(desk, "kokura.sato", PASSWORD, ahead, "127.0.0.1")


def test_the_page_turns_it_on_and_off(browser, coordinator, clock):
    browser.sign_in("kokura.sato")
    page = browser.get("/desk/account").text
    secret = page.split('name="secret" value="')[1].split('"')[0]
    path = "/desk/account/second-factor"
    wrong = {"present": PASSWORD, "secret": secret, "code": "000000"}
    assert browser.post(path, wrong, page="/desk/account").status_code == 400
    weak = {"present": PASSWORD, "secret": "A", "code": "000000"}
    assert browser.post(path, weak, page="/desk/account").status_code == 400
    right = {**wrong, "code": pyotp.TOTP(secret).at(clock.now)}
    assert browser.post(path, right, page="/desk/account").location.endswith("second-factor-on")
    clock.move(60)
    assert browser.sign_in("kokura.sato").status_code == 400
    browser.sign_in("kokura.sato", code=pyotp.TOTP(secret).at(clock.now))
    off = browser.post(path, {"present": PASSWORD}, page="/desk/account")
    assert off.location.endswith("second-factor-off")
    assert browser.sign_in("kokura.sato").status_code == 303


# Without TLS


def test_the_desk_is_shut_without_tls(app, coordinator):
    client = app.test_client()
    for path in ("/login", "/desk", "/desk/account", "/o/x"):
        answer = client.get(path, base_url="http://localhost")
        assert answer.status_code == 403
        assert "暗号化された接続" in answer.text
        assert "Set-Cookie" not in answer.headers
    assert client.get("/", base_url="http://localhost").status_code == 200
    assert client.get("/login", base_url=HTTPS).status_code == 200
