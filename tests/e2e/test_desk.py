"""The staff's side in Chromium: from a pasted note to the hand-over sheet; an office on its phone.

The cookie of these sessions is the one for plain HTTP: the server of the tests has no TLS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from geoportal.desk.domain.account import COMMAND_LINE, Account, Role
from geoportal.desk.domain.case import STANDBY, Case, State
from geoportal.desk.domain.office_link import LinkScope
from geoportal.desk.domain.survey import Round
from geoportal.desk.services.accounts import change_password, make_account
from geoportal.desk.services.cases import Answer as Asked
from geoportal.desk.services.cases import note_answer, open_case
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.office_links import issue_link, token_of
from geoportal.desk.services.surveys import begin_round, make_letters, round_of
from geoportal.desk.store.database import open_desk
from geoportal.desk.web.application import attach
from geoportal.settings import Settings
from geoportal.web.current_view import EXTENSION as PORTAL
from tests.e2e.conftest import DESKTOP, PHONE, GreyMap, Visitor, served
from tests.e2e.test_accessible import complaints

NAME, PASSWORD = "kokura.sato", "correct horse battery"
SETTINGS = Settings(secret_key="of the browser's tests " * 2, desk_on_plain_http=True)
NOTE = "小倉北区。寝たきりの80代の女性。床ずれがあり、訪問診療をしてくれる診療所を探している。"
CASE = {
    "#kind": "clinic",
    "#urgency": "week",
    "#asker": "hospital",
}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Return the paths of the desk's pages by name; filled when the city is served."""
    return {}


@pytest.fixture(scope="module")
def staffed(
    tmp_path_factory: pytest.TempPathFactory, sample_database: Path, pages: dict[str, str]
) -> Iterator[str]:
    """Serve the sample city with one administrator; yield its address."""
    folder = tmp_path_factory.mktemp("e2e-desk")
    database = open_desk(str(folder / "test.db"), create=True)

    def add(app: Flask, settings: Settings) -> None:
        desk = attach(app, database, settings)
        wanted = Account("", NAME, "見本 佐藤", Role.ADMINISTRATOR, "")
        account, given = make_account(desk, COMMAND_LINE, wanted, [])
        change_password(desk, account, given, PASSWORD)
        pages.update(furnished(app, desk, account))

    with served(folder / "city", sample_database, GreyMap(), SETTINGS, add) as address:
        yield address
    database.engine.dispose()


@pytest.fixture
def staff(staffed: str, browser: Browser) -> Iterator[Visitor]:
    """Yield a visitor of the staffed site; fail afterwards on anything the browser said."""
    someone = Visitor(staffed, browser)
    yield someone
    for context in someone.contexts:
        context.close()
    assert someone.problems == []
    assert someone.foreign == []


class Hands:
    """Acts on a page and counts what a person does: fields filled, choices, buttons."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def fill(self, place: str, text: str) -> None:
        self.page.fill(place, text)
        self.actions += 1

    def choose(self, place: str, value: str) -> None:
        self.page.select_option(place, value)
        self.actions += 1

    def press(self, button: Locator) -> None:
        button.click()
        self.page.wait_for_load_state()
        self.actions += 1


def signed_in(staff: Visitor, **options) -> Hands:
    hands = Hands(staff.open("/login", **options))
    hands.fill("#name", NAME)
    hands.fill("#password", PASSWORD)
    hands.press(hands.page.get_by_role("button", name="サインイン"))
    return hands


def test_from_a_pasted_note_to_the_hand_over_sheet(staff: Visitor, keep) -> None:
    hands = signed_in(staff)
    page = hands.page
    page.goto(f"{staff.site}/note")
    hands.fill("main textarea", NOTE)
    hands.press(page.get_by_role("button", name="読み取る"))
    hands.press(page.get_by_role("button", name="依頼の板へ"))
    assert page.input_value("#ward") == "40106"
    assert page.locator("[name=need]:checked").count() > 0
    for field, value in CASE.items():
        hands.choose(field, value)
    hands.press(page.get_by_role("button", name="板に載せる"))
    case = page.url
    asked = page.locator("section[aria-labelledby=asked-title] article")
    for number in (1, 2):
        button = page.locator("section[aria-labelledby=candidates-title] article button")
        hands.press(button.get_by_text("聞いた").first)
        expect(asked).to_have_count(number)
    name = asked.first.locator("h3 a").inner_text()
    facility = asked.first.locator("h3 a").get_attribute("href")
    hands.press(asked.first.get_by_role("button", name="受けられる").first)
    keep(page, "desk-case", full=True)
    hands.press(asked.filter(has_text=name).get_by_role("button", name="ここに決める"))
    expect(page.get_by_text("次の事業所に伝えてください")).to_be_visible()
    assert complaints(page) == []
    hands.press(page.get_by_role("link", name="依頼元への引き継ぎ票"))
    expect(page.locator("li", has_text=name)).to_contain_text("決まりました")
    assert hands.actions <= 20
    page.emulate_media(media="print")
    assert not page.locator(".site-nav, .desk-who, .site-footer").locator("visible=true").count()
    keep(page, "desk-sheet-print", full=True)
    page.emulate_media(media="screen")
    page.goto(staff.site + facility)
    expect(page.locator(".staff")).to_contain_text("できる")
    assert case.startswith(f"{staff.site}/desk/cases/")
    stranger = staff.open(facility)
    assert stranger.locator(".staff").count() == 0


def test_an_office_says_on_its_phone_that_it_is_full(staff: Visitor, keep) -> None:
    hands = signed_in(staff)
    page = hands.page
    page.goto(f"{staff.site}/?district=40106&kind=clinic&need=VM.REG")
    quick = page.locator(".staff__quick").first
    quick.locator("summary").first.press("Enter")
    quick.get_by_role("button", name="できない").press("Enter")
    expect(quick.locator("[data-quick-said]")).to_have_text("書き込みました。")
    href = page.locator(".card__name a").first.get_attribute("href")
    page.goto(f"{staff.site}/desk{href}")
    before = page.input_value("#position-lat")
    page.locator(".desk-pin").press("ArrowUp")
    assert float(page.input_value("#position-lat")) > float(before)
    page.get_by_role("button", name=re.compile("リンクを作")).click()
    link = page.locator(".desk-address").inner_text()

    phone = staff.open(link.removeprefix(staff.site), viewport=PHONE, has_touch=True)
    phone.get_by_role("button", name="満員").tap()
    expect(phone.get_by_role("status")).to_contain_text("受け取りました")
    keep(phone, "desk-office")
    assert complaints(phone) == []
    page.goto(staff.site + href)
    expect(page.locator(".staff__light")).to_contain_text("満員")


OF_STRANGERS = ("sign-in", "office", "survey", "refused", "events")


@pytest.mark.long
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_axe_on_every_page_of_the_desk(
    staff: Visitor, pages: dict[str, str], viewport: dict[str, int], keep
) -> None:
    found: list[str] = []

    def look(page: Page, name: str, path: str) -> None:
        page.goto(staff.site + path)
        keep(page, f"desk-{name}-{viewport['width']}", full=True)
        found.extend(complaints(page))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > viewport["width"]:
            found.append(f"{path} is {wide} px wide")

    stranger = staff.open("/login", viewport=viewport)
    for name in OF_STRANGERS:
        look(stranger, name, pages[name])
    staff.problems[:] = [one for one in staff.problems if "404" not in one]  # of the refused link
    page = signed_in(staff, viewport=viewport).page
    for name in sorted(pages.keys() - set(OF_STRANGERS)):
        look(page, name, pages[name])
    for name in ("facility", "own-events"):
        page.goto(staff.site + pages[name])
        page.get_by_role("button", name=re.compile("リンクを作")).click()
        expect(page.locator(".desk-address")).to_be_visible()
        found.extend(complaints(page))
    assert found == []


def furnished(app: Flask, desk: Desk, account: Account) -> dict[str, str]:
    """Make a case, a stand-by and a survey round; return the pages of the desk by name."""
    view = app.extensions[PORTAL].view()
    rows = view.snapshot.in_district("40106")
    office = next(
        one for one in (view.snapshot.facilities[int(row)] for row in rows) if one.kind == "clinic"
    )
    case = Case(
        "", "", "", "40106", "clinic", ("VM.REG",), "80-89", "week", "doctor", "hospital",
        "見本病院",
    )  # fmt: skip
    held = open_case(desk, account.actor, case)
    note_answer(desk, account.actor, held.id, Asked(office.id, None, State.ASKED, way="phone"))
    standby = open_case(desk, account.actor, replace(case, state=STANDBY, topic="backup_bed"))
    wanted = Round("", "在宅医療資源調査", ("clinic",), ("40106",), (), "2026-12-20")
    survey = begin_round(desk, account.actor, wanted, [(office.id, "clinic", "40106")])
    (letter,) = make_letters(desk, account.actor, survey, round_of(desk, survey.id)[1])
    link = issue_link(desk, account.actor, office.id, LinkScope.CAPACITY, 30)
    facility, review = f"/desk/facilities/{office.id}", f"/desk/surveys/{survey.id}"
    return {
        "sign-in": "/login",
        "office": f"/o/{token_of(desk, link)}",
        "survey": f"/o/s/{letter.code}",
        "refused": "/o/nothing",
        "events": "/events",
        "today": "/desk",
        "board": "/desk/cases",
        "case": f"/desk/cases/{held.id}",
        "standby": f"/desk/cases/{standby.id}",
        "sheet": f"/desk/cases/{held.id}/sheet",
        "office-sheet": f"/desk/cases/{held.id}/sheet/{office.id}",
        "free": "/desk/free",
        "surveys": "/desk/surveys",
        "round": review,
        "review": f"{review}/offices/{office.id}",
        "enter": f"{review}/offices/{office.id}/enter",
        "figures": "/desk/figures",
        "own-events": "/desk/events",
        "accounts": "/desk/accounts",
        "account": "/desk/account",
        "facility": facility,
        "public-facility": f"/facilities/{office.id}",
        "note": "/note",
        "results": "/?district=40106&kind=clinic&need=VM.REG",
    }
