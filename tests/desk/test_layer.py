"""The second layer: staff see professional facts on the public pages, marked; nobody else does."""

from __future__ import annotations

import re

import pytest

from geoportal.desk.services.ledger import history
from tests.desk.conftest import HTTPS, Browser, count, made
from tests.desk.test_facility_page import DOES, PAGE, field, say

WARD_PHONE = "093-987-6543"


@pytest.fixture
def signed_in(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def told(browser: Browser, **form: str) -> None:
    assert say(browser, form).status_code == 303


def rows(page: str) -> dict[str, str]:
    """The text of each result by id of its facility."""
    cards = re.split(r'<li class="card" id="r-', page)[1:]
    return {card.partition('"')[0]: card for card in cards}


def search(browser: Browser, path: str = "/results", **form: str) -> str:
    asked = {"district": "40106", "need": "AC.PAIN", **form}
    return browser.send(path, asked).text


def test_contacts_and_answers_stand_on_the_facilitys_page_marked(app, signed_in):
    told(signed_in, subject="ward_phone", value=WARD_PHONE)
    told(signed_in, subject="AC.PAIN", value="conditional", note="麻薬は火曜だけ")
    page = signed_in.get("/facilities/near")
    block = page.text.partition('id="staff-title"')[2].partition("</section>")[0]
    assert all(word in block for word in (WARD_PHONE, "麻薬は火曜だけ", "関係者のみ"))
    claims = page.text.partition('id="claims-title"')[2].partition("</section>")[0]
    assert re.search(r"麻薬は火曜だけ.*?badge--staff", claims, re.DOTALL)
    assert page.headers["Cache-Control"] == "no-store"
    assert "Cookie" in page.headers["Vary"]
    public = app.test_client().get("/facilities/near")
    assert not re.search(f"{WARD_PHONE}|麻薬|関係者のみ|staff", public.text)
    assert "Cache-Control" not in public.headers
    assert {"Cookie", "Accept-Language"} <= set(public.headers["Vary"].split(", "))


def test_rows_of_results_know_what_professionals_know(app, signed_in):
    told(signed_in, subject="AC.PAIN", value="yes", note="ひみつ")
    told(signed_in, subject="capacity", value="soon")
    row = rows(search(signed_in))["near"]
    assert "need--yes" in row
    assert re.search(r"need__evidence.*?関係者のみ", row, re.DOTALL)
    assert all(word in row for word in ("○ まもなく", "ひみつ", "今聞いた"))
    stranger = Browser(app.test_client())
    public = rows(search(stranger))["near"]
    assert "need--unknown" in public
    assert not re.search("ひみつ|関係者|まもなく", public)


def test_what_is_public_is_the_same_for_both(app, signed_in):
    told(signed_in, **DOES)
    assert "関係者のみ" not in rows(search(signed_in))["near"]


def test_capacity_that_has_expired_is_unknown(app, signed_in, clock):
    told(signed_in, subject="capacity", value="free")
    assert "◎ 空きあり</b>" in signed_in.get("/facilities/near").text
    clock.move(8 * 86_400)
    signed_in.sign_in("kokura.sato")
    page = signed_in.get("/facilities/near").text
    assert "空き：未確認" in page
    assert "◎ 空きあり</b>" not in page


def test_a_row_writes_what_was_heard(signed_in, desk):
    row = rows(search(signed_in))["near"]
    form = {name: field(row, name) for name in ("seen", "key", "csrf_token")}
    action = re.search(r'<form method="post" action="([^"]+)" data-quick-fact', row)[1]
    assert action == PAGE
    answer = signed_in.send(action, {**form, "subject": "AC.PAIN", "value": "no"})
    assert answer.status_code == 303
    assert history(desk, "near")[0].draft.value == "no"
    assert "near" not in rows(search(signed_in))


@pytest.mark.parametrize("path", ["/", "/note", "/team", "/facilities/near"])
def test_a_session_that_has_ended_gives_the_public_page(app, signed_in, path):
    cookie = signed_in.cookie()
    public = app.test_client().get(path, base_url="https://localhost")
    assert "data-staff" in signed_in.get(path).text
    signed_in.post("/logout", {}, page="/desk")
    signed_in.set_cookie(cookie)
    after = signed_in.get(path)
    assert after.text == public.text
    assert "Set-Cookie" not in after.headers


def test_without_tls_there_is_no_layer(app, signed_in):
    client = app.test_client()
    client.set_cookie("__Host-desk", signed_in.cookie(), domain="localhost", secure=False)
    assert "data-staff" in client.get("/facilities/near", base_url=HTTPS).text
    assert "data-staff" not in client.get("/facilities/near").text


def test_who_has_a_password_of_somebody_else_sees_no_layer(app, desk):
    from geoportal.desk.services.accounts import reset_account

    account = made(desk, "kokura.new")
    _, password = reset_account(desk, account.actor, "kokura.new")
    browser = Browser(app.test_client())
    browser.sign_in("kokura.new", password)
    assert "data-staff" not in browser.get("/facilities/near").text


def test_contacts_are_for_professionals_and_corrections_for_everybody(signed_in, desk):
    told(signed_in, subject="person", value="地域連携室", audience="public")
    told(signed_in, subject="phone", value="093-111-2222", audience="professional")
    audiences = {e.draft.subject: e.draft.audience.value for e in history(desk, "near")}
    assert audiences == {"person": "professional", "phone": "public"}
    assert count(desk, "desk_public_facts") == 1
