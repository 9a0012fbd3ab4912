"""The feed for professionals: a personal link that gives events, and nothing by guessing."""

from __future__ import annotations

import re

import pytest

from geoportal.desk.domain.account import COMMAND_LINE
from geoportal.desk.domain.event import Event, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.services.accounts import disable_account
from geoportal.desk.services.events import put
from geoportal.desk.services.feeds import give_feed, is_feed, take_feed_back
from geoportal.desk.services.office_links import token_of
from tests.desk.conftest import HTTPS, Browser, trail
from tests.desk.test_office_links import link  # noqa: F401

OPEN = Event(
    "", "公開の講演会", Sort.LECTURE, Audience.PUBLIC, "2026-12-01T14:00", "2026-12-01T16:00"
)
CLOSED = Event(
    "", "専門職の会議", Sort.MEETING, Audience.PROFESSIONAL, "2026-12-02T14:00", "2026-12-02T16:00"
)


@pytest.fixture
def token(desk, coordinator) -> str:
    for event in (OPEN, CLOSED):
        put(desk, coordinator.actor, event)
    return give_feed(desk, coordinator)


def fetched(app, token: str):
    return app.test_client().get(f"/o/calendar/{token}", base_url=HTTPS)


def test_the_personal_feed_has_all_events_and_the_public_one_the_public_ones(app, token):
    answer = fetched(app, token)
    assert answer.content_type.startswith("text/calendar")
    assert ("公開の講演会" in answer.text, "専門職の会議" in answer.text) == (True, True)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    public = app.test_client().get("/events.ics", base_url=HTTPS).text
    assert ("公開の講演会" in public, "専門職の会議" in public) == (True, False)


def test_a_link_ends_when_it_is_revoked_made_anew_or_its_account_disabled(
    app, desk, coordinator, token
):
    again = give_feed(desk, coordinator)
    assert (fetched(app, token).status_code, fetched(app, again).status_code) == (404, 200)
    take_feed_back(desk, coordinator)
    take_feed_back(desk, coordinator)
    assert fetched(app, again).status_code == 404
    assert trail(desk).count("feed.revoke") == 1
    last = give_feed(desk, coordinator)
    disable_account(desk, COMMAND_LINE, "kokura.sato")
    assert fetched(app, last).status_code == 404


def test_no_other_token_opens_it(app, desk, token, link):  # noqa: F811
    content, signature = token.rsplit(".", 1)
    for tried in (content, token[:-1], f"{token}x", f"x{token}", f".{signature}", "x"):
        assert not is_feed(desk, tried), tried
    assert fetched(app, token_of(desk, link)).status_code == 404
    assert app.test_client().get(f"/o/{token}", base_url=HTTPS).status_code == 404
    assert fetched(app, token).status_code == 200


def test_staff_make_and_revoke_their_own_link_on_the_page(app, desk, coordinator, token):
    browser = Browser(app.test_client())
    browser.sign_in("kokura.sato")
    shown = browser.post("/desk/events/feed", {}, page="/desk/events").text
    (address,) = re.findall(r"https://localhost(/o/calendar/[^<]+)", shown)
    assert app.test_client().get(address, base_url=HTTPS).status_code == 200
    assert address not in browser.get("/desk/events").text
    browser.post("/desk/events/feed/revoke", {}, page="/desk/events")
    assert app.test_client().get(address, base_url=HTTPS).status_code == 404


def test_it_is_not_given_without_tls(app, token):
    assert app.test_client().get(f"/o/calendar/{token}").status_code == 403
