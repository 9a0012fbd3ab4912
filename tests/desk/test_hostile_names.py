"""Names of strangers, and what staff and offices typed, in every page and file of the desk.

The routes are those the application has; how an answer is looked into is told by its media type.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from geoportal.desk.domain.account import COMMAND_LINE, Account, Role
from geoportal.desk.domain.case import State
from geoportal.desk.domain.event import Event
from geoportal.desk.domain.event import Sort as EventSort
from geoportal.desk.domain.group import Group
from geoportal.desk.domain.group import Sort as GroupSort
from geoportal.desk.domain.issue import Issue
from geoportal.desk.domain.ledger import Audience, Draft
from geoportal.desk.domain.office_link import LinkScope
from geoportal.desk.domain.survey import Given
from geoportal.desk.services.accounts import change_password, make_account
from geoportal.desk.services.cases import Answer, note_answer, open_case
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.events import calendar, put
from geoportal.desk.services.feeds import give_feed
from geoportal.desk.services.groups import make_group
from geoportal.desk.services.issues import change_issue
from geoportal.desk.services.ledger import write_entry
from geoportal.desk.services.office_links import issue_link, token_of
from geoportal.desk.services.survey_answers import office_of, take_answers
from geoportal.desk.services.surveys import begin_round, make_letters, round_of
from geoportal.desk.store.database import open_desk
from geoportal.desk.web.application import attach
from geoportal.desk.web.desk_here import EXTENSION
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.centres import read_centres, write_centres
from geoportal.store.database import advance_dataset_version
from geoportal.store.facilities import write_facilities
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.desk.conftest import CHEAP, PASSWORD, SECRET, Browser
from tests.desk.test_boundaries import desk_routes
from tests.desk.test_cases import FORM, WANTED
from tests.desk.test_every_route import WARDS, filled
from tests.desk.test_surveys import WANTED as ROUND
from tests.factories import KOKURA, NEEDS, make_facility, make_vocabulary
from tests.web.test_hostile_names import FORMULA, MARKUP, NAME, UNSEEN, look

LINES = "\r\nBEGIN:VEVENT\r\nSUMMARY:hostile()\r\nEND:VEVENT\r\u2028\x85\nX:"
SHORT = f"<script>hostile()</script>{UNSEEN}"
HYPERLINK = '=HYPERLINK("http://hostile")'
NAMES = (NAME, FORMULA, HYPERLINK, f"@SUM(1){LINES}", "<b>a</i>&#0;<br/><a href='javascript:x'>")
"""Of facilities: markup, formulas, lines of a calendar, markup that PDF libraries understand."""
SAME_WARD = ("near", "maybe", "refuses", "coarse", "hostile")


def make_city(database):
    with database.engine.begin() as connection:
        for name, facility in zip(NAMES, SAME_WARD, strict=True):
            texts = dict.fromkeys(("kana", "address", "phone", "operator", "note"), name)
            write_facilities(connection, [make_facility(facility, KOKURA, name=name, **texts)])
        (held,) = read_centres(connection)
        texts = dict.fromkeys(("name", "address", "phone", "fax"), f"<b>{NAME}")
        write_centres(connection, [replace(held, **texts)])
        advance_dataset_version(connection, "hostile")


def fill_desk(desk: Desk) -> dict[str, str]:
    """Put hostile texts wherever the desk takes any; return ids and tokens for its routes."""
    wanted = Account("", "city.ito", SHORT, Role.ADMINISTRATOR)
    account, password = make_account(desk, COMMAND_LINE, wanted, ["kokura"])
    change_password(desk, account, password, PASSWORD)
    actor = account.actor
    texts = {"office": SHORT, "note": NAME}
    case = open_case(desk, actor, replace(WANTED, **texts), is_sure=True)
    for facility in SAME_WARD:
        note_answer(desk, actor, case.id, Answer(facility, None, State.ASKED, way="phone"))
    accepted = Answer("near", State.ASKED, State.ACCEPTED, condition=SHORT)
    note_answer(desk, actor, case.id, accepted)
    group = Group("", next(iter(GroupSort)), SHORT, Audience.PUBLIC, ("near",), "", SHORT)
    group = make_group(desk, actor, group, key="g" * 20, is_sure=True)
    seen = 0
    for subject, value in (("AC.PAIN", "yes"), ("tip", MARKUP), ("refusal", FORMULA[1:])):
        draft = Draft("near", subject, value, Audience.PUBLIC, note=SHORT)
        key = f"hostile-{subject}".replace(".", "-").ljust(20, "x")
        seen = write_entry(desk, actor, draft, seen=seen, key=key, centres={}).id
    change_issue(desk, actor, Issue("0123456789abcdef", SHORT, "doctor", note=SHORT), is_new=True)
    titles = (SHORT, FORMULA, f"会{LINES}", "長い名前" * 20)
    for audience in Audience:
        for title in titles:
            event = Event("", title, next(iter(EventSort)), audience, "2026-12-01T14:00",
                          "2026-12-01T16:00", title, title[:60], f"https://a.example/{UNSEEN[0]}",
                          f"{title}{LINES}")  # fmt: skip
            put(desk, actor, event, is_sure=True)
    kinds = [("near", "clinic", "40106"), ("maybe", "clinic", "40106")]
    survey = begin_round(desk, actor, replace(ROUND, title=f"<i>{SHORT}"), kinds)
    codes = make_letters(desk, actor, survey, round_of(desk, survey.id)[1])
    office = office_of(desk, survey.id, "near")
    given = [Given("", "", "AC.PAIN", "yes", SHORT, SHORT)]
    take_answers(desk, actor, office, given, make_vocabulary(NEEDS), submission="s" * 20)
    link = issue_link(desk, actor, "near", LinkScope.CAPACITY, 30)
    return {
        "case_id": case.id,
        "facility_id": "near",
        "group_id": group.id,
        "link_id": link.id,
        "round_id": survey.id,
        "code": codes[0].code,
        "feed": give_feed(desk, account),
        "office": token_of(desk, link),
    }


@pytest.fixture(scope="module")
def hostile(city_of_module, empty_desk, tmp_path_factory):
    """Yield the browser of an administrator, and ids, over a city and a desk of hostile texts."""
    make_city(city_of_module)
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(empty_desk / "test.db.desk", folder)
    desk = Desk(open_desk(str(folder / "test.db")), SECRET, lambda: NOW, CHEAP)
    settings = Settings(secret_key=SECRET)
    app = create_app(Portal(city_of_module, shipped_reference(), clock=lambda: NOW), settings)
    attach(app, desk.database, settings)
    app.extensions[EXTENSION] = desk
    held = fill_desk(desk)
    browser = Browser(app.test_client())
    assert browser.sign_in("city.ito").status_code == 303
    yield browser, held
    desk.database.engine.dispose()


def addresses(app, held):
    """Yield each page and file of the desk, the public ones of its events, and of the office."""
    for route in desk_routes(app, "GET"):
        if route.rule == "/o/calendar/<token>":
            yield f"/o/calendar/{held['feed']}"
        elif route.rule == "/o/<token>":
            yield f"/o/{held['office']}"
        elif route.rule == "/desk/accounts/audit.<kind>":
            yield from (f"/desk/accounts/audit.{kind}" for kind in ("csv", "xlsx"))
        else:
            yield filled(route.rule, held)
    yield f"/desk/surveys/{held['round_id']}/sheet?kind=clinic"
    yield from ("/events", "/events.ics", "/facilities/near", "/facilities/maybe", "/")


def faults_of(answers) -> list[str]:
    faults = []
    for about, answer in answers:
        assert answer.status_code < 500, (about, answer.status)
        try:
            look(answer)
        except (AssertionError, ValueError, ElementTree.ParseError) as fault:
            faults.append(f"{about} {answer.mimetype} {str(fault)[:300]}")
    return faults


@pytest.mark.slow
def test_in_every_page_and_file_of_the_desk_a_name_is_text_and_nothing_else(hostile):
    browser, held = hostile
    answers = [(path, browser.get(path)) for path in addresses(browser.client.application, held)]
    assert faults_of(answers) == []
    kinds = {answer.mimetype for _, answer in answers if answer.status_code == 200}
    assert {"text/html", "text/calendar", "text/csv", "application/pdf"} <= kinds
    told = [path for path, answer in answers if b"hostile()" in answer.data]
    assert len(told) >= 15
    assert {"/desk", "/desk/cases", "/desk/events", "/desk/figures", "/events.ics"} <= set(told)


def test_what_a_form_sends_comes_back_as_text(hostile):
    """Refused forms repeat what was typed; questions are answered with names."""
    browser, held = hostile
    round_id = held["round_id"]
    forms = {
        "/desk/cases/new": FORM | {"note": MARKUP, "office": MARKUP, "wished": MARKUP},
        "/desk/cases": FORM | {"note": MARKUP * 20, "office": MARKUP, "kind": "none"},
        "/desk/events": {
            "title": MARKUP * 9,
            "sort": "meeting",
            "audience": "public",
            "note": MARKUP,
        },
        "/desk/facilities": {"q": MARKUP, "name": MARKUP},
        "/desk/free": {"district": "40106", "kind": "clinic"},
        "/desk/figures/issues": {"title": MARKUP * 9, "topic": "doctor", "stage": "case"},
        "/desk/facilities/near": WARDS["/desk/facilities/<facility_id>"] | {"note": MARKUP * 20},
        f"/desk/surveys/{round_id}/letters": {"ward": "40106", "which": "reminder"},
    }
    answers = [(path, browser.post(path, form, page="/desk")) for path, form in forms.items()]
    assert faults_of(answers) == []
    assert answers[-1][1].mimetype == "application/pdf"


def test_a_name_begins_no_line_of_a_calendar():
    """RFC 5545, 3.1 and 3.3.11, of names as they are, also where nothing has cleaned them."""
    title = f"会{LINES}"
    events = [
        Event(str(n), title, EventSort.MEETING, Audience.PUBLIC, "2026-12-01T14:00",
              "2026-12-01T16:00", title, title, "https://a.example/", title, NOW.isoformat())
        for n in range(2)
    ]  # fmt: skip
    content = calendar(events, "見本")
    lines = content.replace(b"\r\n ", b"").split(b"\r\n")
    assert [line for line in lines if line.startswith(b"BEGIN:VEVENT")] == [b"BEGIN:VEVENT"] * 2
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
