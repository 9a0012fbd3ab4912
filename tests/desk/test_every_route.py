"""Every route of the desk that changes something, tried by whom it is not for.

The routes are those the application has: one that is added belongs into one of the lists below,
or a test fails.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from geoportal.desk.domain.case import STANDBY, State
from geoportal.desk.domain.group import Group
from geoportal.desk.domain.group import Sort as GroupSort
from geoportal.desk.domain.ledger import CAPACITY, Audience
from geoportal.desk.domain.office_link import LinkScope
from geoportal.desk.services.accounts import change_password
from geoportal.desk.services.cases import Answer, note_answer, open_case
from geoportal.desk.services.groups import make_group
from geoportal.desk.services.office_links import issue_link, revoke_link, token_of
from geoportal.desk.services.surveys import begin_round
from geoportal.desk.store.schema import metadata
from tests.desk.conftest import PASSWORD, Browser, count, made, trail
from tests.desk.test_boundaries import desk_routes
from tests.desk.test_cases import FORM, WANTED
from tests.desk.test_surveys import WANTED as ROUND

ADMINISTRATORS = {
    "/desk/accounts", "/desk/accounts/disable", "/desk/accounts/reset", "/desk/surveys",
    "/desk/surveys/<round_id>/end",
}  # fmt: skip
"""Changes by administrators only."""
OWN = {
    "/desk/account/password", "/desk/account/second-factor", "/desk/events/feed",
    "/desk/events/feed/revoke", "/logout",
}  # fmt: skip
"""Changes of one's own account or session; whose it is, is the session's."""
CITY = {
    "/desk/events", "/desk/events/file", "/desk/events/<event_id>/remove",
    "/desk/figures/issues", "/desk/figures/issues/<issue_id>/marks",
}  # fmt: skip
"""Changes of what all centres share, by any member of staff."""
QUESTIONS = {"/desk/cases/new", "/desk/facilities", "/desk/free"}
"""Questions that are posted because they may hold a home; they change nothing."""
PROVED = {"/login", "/o/<token>", "/o/s/<code>"}
"""Opened by a password, or by a token or code of an office."""
WARDS = {
    "/desk/cases": FORM,
    "/desk/cases/<case_id>/answers": {"facility": "near", "before": "asked", "state": "accepted"},
    "/desk/cases/<case_id>/confirm": {"facility": "near"},
    "/desk/cases/<case_id>/end": {},
    "/desk/cases/<case_id>/call-up": {"urgency": "week"},
    "/desk/cases/<case_id>/renew": {},
    "/desk/facilities/<facility_id>": {
        "subject": CAPACITY, "value": "full", "seen": "0", "key": "k" * 20,
    },
    "/desk/facilities/<facility_id>/groups": {
        "sort": "night", "audience": "public", "group_name": "x", "key": "k" * 20,
    },
    "/desk/facilities/<facility_id>/groups/join": {"group": "<group_id>"},
    "/desk/facilities/<facility_id>/groups/<group_id>": {"do": "end"},
    "/desk/facilities/<facility_id>/links": {"days": "90"},
    "/desk/facilities/<facility_id>/links/<link_id>/revoke": {},
    "/desk/surveys/<round_id>/letters": {"ward": "40106", "which": "unsent"},
    "/desk/surveys/<round_id>/offices/<facility_id>": {"seen": "0", "key": "k" * 20},
    "/desk/surveys/<round_id>/offices/<facility_id>/enter": {"key": "k" * 20, "AC.PAIN": "yes"},
    "/desk/sheets/<round_id>": None,
}  # fmt: skip
"""Changes for a ward, with a form that would change something; a workbook is sorted by ward."""


@pytest.fixture
def held(desk, coordinator, administrator) -> dict[str, str]:
    """Return ids of what there is of ward 40106, by the names routes have for them."""
    case = open_case(desk, coordinator.actor, replace(WANTED, state=STANDBY))
    note_answer(desk, coordinator.actor, case.id, Answer("near", None, State.ASKED, way="phone"))
    group = make_group(
        desk,
        coordinator.actor,
        Group("", next(iter(GroupSort)), "見本の連携", audience=Audience.PUBLIC, members=("near",)),
        key="g" * 20,
    )
    link = issue_link(desk, coordinator.actor, "near", LinkScope.CAPACITY, 30)
    survey = begin_round(desk, administrator.actor, ROUND, [("near", "clinic", "40106")])
    return {
        "case_id": case.id,
        "facility_id": "near",
        "group_id": group.id,
        "link_id": link.id,
        "round_id": survey.id,
    }


def filled(text: str, held: dict[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda name: held.get(name[1], "0123456789abcdef"), text)


def state(desk) -> dict[str, int]:
    """Return the number of rows of every table but those of sessions."""
    left_out = {"desk_sessions", "desk_attempts"}
    return {name: count(desk, name) for name in metadata.tables if name not in left_out}


def signed_in(app, name: str) -> Browser:
    browser = Browser(app.test_client())
    assert browser.sign_in(name).status_code == 303
    return browser


def test_every_change_is_of_one_list(app):
    rules = {route.rule for route in desk_routes(app, "POST", "PUT", "PATCH", "DELETE")}
    lists = (ADMINISTRATORS, OWN, CITY, QUESTIONS, PROVED, set(WARDS))
    assert rules == set().union(*lists)
    assert len(rules) == sum(map(len, lists))


def test_a_change_for_another_centres_ward_is_refused(app, desk, held):
    made(desk, "yahata.abe", centre="yahata")
    browser, before, lines = signed_in(app, "yahata.abe"), state(desk), trail(desk)
    for rule, form in WARDS.items():
        if form is None:
            continue
        sent = {name: filled(value, held) for name, value in form.items()}
        answer = browser.post(filled(rule, held), sent, page="/desk")
        assert answer.status_code == 403, rule
    assert (state(desk), trail(desk)) == (before, lines)


def test_a_coordinator_is_refused_what_administrators_change(app, desk, held):
    browser = signed_in(app, "kokura.sato")
    lines = trail(desk)
    for rule in ADMINISTRATORS:
        form = {"name": "city.ito", "title": "x", "kind": "clinic", "ward": "40106"}
        assert browser.post(filled(rule, held), form, page="/desk").status_code == 403, rule
    assert trail(desk) == lines


def test_whoever_is_not_of_a_centre_that_is_held_changes_nothing(app, desk, held, application):
    made(desk, "kokura.lost")
    with desk.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE desk_accounts SET centre_id = 'closed' WHERE name = 'kokura.lost'"
        )
    browser, before = signed_in(app, "kokura.lost"), state(desk)
    for rule, form in WARDS.items():
        sent = {name: filled(value, held) for name, value in (form or {}).items()}
        answer = browser.post(filled(rule, held), {**sent, "helping": "1"}, page="/desk")
        assert answer.status_code == (403 if form is not None else 400), rule
    assert state(desk) == before


def test_no_change_is_taken_without_the_token_of_its_form(app, desk, held):
    browser = signed_in(app, "city.ito")
    before, tried = state(desk), 0
    for route in desk_routes(app, "POST"):
        if route.rule.startswith("/o/"):
            continue
        form = {name: filled(value, held) for name, value in (WARDS.get(route.rule) or {}).items()}
        path = filled(route.rule, held)
        for sent, options in (
            (form, {}),
            ({**form, "csrf_token": "wrong"}, {}),
            ({**form, "csrf_token": ""}, {"headers": {"Sec-Fetch-Site": "cross-site"}}),
        ):
            assert browser.send(path, sent, **options).status_code == 400, route
        crossing = {"headers": {"Sec-Fetch-Site": "cross-site"}}
        assert browser.post(path, form, page="/desk", **crossing).status_code == 400, route
        tried += 1
    assert tried > 25
    assert state(desk) == before
    assert browser.get("/desk").status_code == 200


def test_every_form_on_the_pages_has_its_token(app, desk, held):
    browser, seen = signed_in(app, "city.ito"), 0
    for route in desk_routes(app, "GET"):
        if not route.rule.startswith("/desk"):
            continue
        page = browser.get(filled(route.rule, held)).data.decode(errors="replace")
        for form in re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL):
            assert 'name="csrf_token"' in form, (route.rule, form[:100])
            seen += 1
    assert seen > 30


def test_nobody_reads_the_desk_without_signing_in(app, held):
    for route in desk_routes(app, "GET"):
        if route.rule.startswith("/desk"):
            answer = Browser(app.test_client()).get(filled(route.rule, held))
            assert answer.status_code == 303, route
            assert answer.location.startswith("/login"), route


def test_a_revoked_link_is_not_replayed(app, desk, coordinator, held):
    """What an office's browser kept, page and form, writes nothing any more."""
    link = issue_link(desk, coordinator.actor, "near", LinkScope.CAPACITY, 30)
    path = f"/o/{token_of(desk, link)}"
    office = Browser(app.test_client())
    page = office.get(path).text
    form = {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in ("seen", "key")}
    revoke_link(desk, coordinator.actor, link.id)
    for value in ("free", "full"):
        assert office.send(path, {**form, "value": value}).status_code == 410
    assert count(desk, "desk_ledger") == 0


def test_every_page_is_shut_by_a_change_of_the_password(app, desk, coordinator, held):
    browser = signed_in(app, "kokura.sato")
    token = re.search('name="csrf_token" value="([^"]+)"', browser.get("/desk").text)[1]
    change_password(desk, coordinator, PASSWORD, "another horse battery")
    before = state(desk)
    for route in desk_routes(app, "GET", "POST"):
        if route.rule.startswith("/desk"):
            answer = browser._open(
                route.method, filled(route.rule, held), data={"csrf_token": token}
            )
            assert answer.status_code == 303, route
            assert answer.location.startswith("/login"), route
    assert state(desk) == before
