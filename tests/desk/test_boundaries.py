"""Who may do what, and what the public side sees of it: nothing."""

from __future__ import annotations

import re

import pytest

from geoportal.desk.domain.account import Account, Role
from geoportal.desk.domain.scope import scope_of
from geoportal.desk.web.desk_here import is_layered_path
from geoportal.domain.centre import Centre
from geoportal.settings import Settings
from geoportal.web.app import create_app
from geoportal.web.current_view import EXTENSION as PORTAL
from tests.desk.conftest import HTTPS, Browser, trail
from tests.privacy.conftest import routes

COORDINATOR = Account("1", "moji", "門司", Role.COORDINATOR, "moji")
CENTRES = [
    Centre("moji", "liaison_centre", "門司", districts=("40101",)),
    Centre("wakamatsu", "liaison_centre", "若松", districts=("40103",)),
]
DESK = ("/desk", "/login", "/logout", "/o/")


def desk_routes(app, *methods):
    return [route for route in routes(app, *methods) if route.path.startswith(DESK)]


def test_a_coordinator_writes_for_its_wards_and_helps_out_when_it_says_so():
    scope = scope_of(COORDINATOR, CENTRES)
    assert scope.allows("40101")
    assert not scope.allows("40103")
    assert scope.allows("40103", helping=True)


@pytest.mark.parametrize(
    "account",
    [
        Account("1", "moji", "門司", Role.COORDINATOR, "moji", is_disabled=True),
        Account("1", "moji", "門司", Role.COORDINATOR, "closed-centre"),
        Account("1", "moji", "門司", Role.COORDINATOR, ""),
    ],
    ids=["disabled", "of a centre that is not held", "of no centre"],
)
def test_who_has_no_scope_writes_nowhere(account):
    scope = scope_of(account, CENTRES)
    assert not any(scope.allows(ward, helping=True) for ward in ("40101", "40103", ""))


def test_an_administrator_writes_everywhere():
    scope = scope_of(Account("1", "city", "市", Role.ADMINISTRATOR), CENTRES)
    assert scope.allows("40103")


def test_strangers_are_sent_to_sign_in_from_every_page_of_the_desk(app):
    seen = 0
    for route in desk_routes(app, "GET", "POST"):
        if not route.path.startswith("/desk"):
            continue
        stranger = Browser(app.test_client())
        answer = stranger._open(route.method, route.path, data={"name": "x"})
        assert answer.status_code == 303, route
        assert answer.location.startswith("/login"), route
        seen += 1
    assert seen >= 8


def test_a_coordinator_is_refused_what_is_the_administrators(app, coordinator, administrator, desk):
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    before = trail(desk)
    assert browser.get("/desk/accounts").status_code == 403
    forms = {
        "/desk/accounts": {"name": "mine", "role": "administrator", "shown_name": "x"},
        "/desk/accounts/disable": {"name": "city.ito"},
        "/desk/accounts/reset": {"name": "city.ito"},
    }
    for path, form in forms.items():
        assert browser.post(path, form, page="/desk").status_code == 403, path
    assert trail(desk) == before
    assert "アカウント" not in browser.get("/desk").text


def test_nobody_changes_the_password_of_another(app, coordinator, administrator, desk):
    """The forms of one's own account take nobody's name but one's own."""
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    form = {
        "present": "correct horse battery",
        "wanted": "quite another one",
        "again": "quite another one",
    }
    extra = {"name": "city.ito", "id": administrator.id, "account_id": administrator.id}
    browser.post("/desk/account/password", {**form, **extra}, page="/desk/account")
    assert Browser(app.test_client()).sign_in("city.ito").status_code == 303


def test_nothing_of_the_desk_is_kept_listed_or_run_from_elsewhere(app, coordinator):
    browser = Browser(app.test_client())
    for _ in ("stranger", "signed in"):
        for route in desk_routes(app, "GET", "POST"):
            answer = browser._open(route.method, route.path, data={})
            assert answer.headers["Cache-Control"] == "no-store", route
            assert "noindex" in answer.headers["X-Robots-Tag"], route
            assert "unsafe" not in answer.headers["Content-Security-Policy"], route
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Content-Encoding" not in answer.headers
            assert not re.search(
                r"<script(?![^>]*(?:\bsrc=|application/json))|\bon[a-z]+=|style=",
                answer.data.decode(errors="replace"),
            ), route
        browser.sign_in("kokura.sato")


def test_answers_of_the_desk_are_not_compressed(app, coordinator):
    browser = Browser(app.test_client(), headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in browser.get("/login").headers
    assert browser.client.get("/", headers=browser.headers).headers["Content-Encoding"] == "br"


@pytest.mark.slow
def test_the_public_site_is_what_it_was(app, coordinator):
    """Public answers are those of an application without a staff side, and for staff as well but
    on pages with a second layer."""
    plain = create_app(app.extensions[PORTAL], Settings()).test_client()
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    cookie = browser.cookie()
    own = (*DESK, "/events")  # what staff publish
    paths = [route.path for route in routes(app, "GET") if not route.path.startswith(own)]
    paths += ["/facilities/near", "/districts/40106", "/robots.txt", "/sitemaps/1.txt", "/sw.js"]
    volatile = {"/metrics", "/readyz"}
    compared = 0
    for path in sorted(set(paths) - volatile):
        without = plain.get(path, base_url=HTTPS)
        for held in ("", cookie):
            visitor = Browser(app.test_client())
            if held:
                visitor.set_cookie(held)
            answer = visitor.get(path)
            assert ("Cookie" in answer.vary) == is_layered_path(path), path
            if is_layered_path(path) and held:
                assert answer.headers["Cache-Control"] == "no-store", path
                continue
            assert answer.status_code == without.status_code, path
            assert "Set-Cookie" not in answer.headers, path
            assert set(answer.vary) - {"Cookie"} == set(without.vary), path
            assert answer.headers.get("Cache-Control") == without.headers.get("Cache-Control")
            assert not re.search(r"/desk|/login|/logout|/o/", answer.text), path
            compared += 1
    assert compared > 50


def test_without_accounts_the_staff_side_lets_nobody_in(app):
    browser = Browser(app.test_client())
    assert browser.sign_in("admin", "admin").status_code == 400
    assert browser.get("/desk").status_code == 303
