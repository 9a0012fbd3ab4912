"""The worked consultations as staff: from a pasted note to the hand-over sheet, actions counted.

Every form is sent as the page made it: what the person does not fill in must be there already.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import lxml.html
import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement

from geoportal.desk.domain.account import Role
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.database import open_desk
from geoportal.desk.web.application import attach
from geoportal.desk.web.desk_here import EXTENSION
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.desk.conftest import CHEAP, SECRET, Browser, made
from tests.web.api.test_interpret import DISCHARGE, DOCTOR, RESPITE

MOST = 20


@dataclass
class Hands:
    """One person at the pages: what is filled in, chosen or pressed counts one each."""

    browser: Browser
    actions: int = 0
    page: HtmlElement = field(default=None)
    path: str = ""

    def open(self, path: str) -> None:
        self.path = path
        self._take(self.browser.get(path))

    def press(self, words: str, within: str = "//main", **filled: str) -> None:
        """Press the first button that says so, after filling in what the form lacks."""
        found = self.page.xpath(f"{within}//button[contains(normalize-space(.), '{words}')]")
        assert found, words
        button = found[0]
        form = self._form_of(button)
        values = self._values(form)
        for name, value in filled.items():
            values[name] = [value]
        self.actions += len(filled) + 1
        if button.get("name"):
            values[button.get("name")] = [button.get("value", "")]
        action = button.get("formaction") or form.get("action") or self.path
        self._take(self.browser.send(action, values))

    def follow(self, words: str) -> None:
        (link,) = self.page.xpath(f"//a[normalize-space(.)='{words}']")
        self.actions += 1
        self.open(link.get("href"))

    def missing(self, button: str) -> list[str]:
        """Return the names of required fields that are empty."""
        found = self.page.xpath(f"//button[contains(normalize-space(.), '{button}')]")[0]
        form = self._form_of(found)
        values = self._values(form)
        return [
            one.get("name")
            for one in self._fields(form)
            if one.get("required") is not None and not any(values.get(one.get("name"), ()))
        ]

    def _form_of(self, button: HtmlElement) -> HtmlElement:
        if button.get("form"):
            return self.page.xpath(f"//form[@id='{button.get('form')}']")[0]
        return next(button.iterancestors("form"))

    def _fields(self, form: HtmlElement) -> list[HtmlElement]:
        own = [one for one in form.xpath(".//input|.//select|.//textarea") if not one.get("form")]
        if form.get("id"):
            own += self.page.xpath(f"//input[@form='{form.get('id')}']")
        return own

    def _values(self, form: HtmlElement) -> dict[str, list[str]]:
        values: dict[str, list[str]] = {}
        for one in self._fields(form):
            if one.get("type") in {"checkbox", "radio"} and one.get("checked") is None:
                continue
            value = one.get("value", "") if one.tag == "input" else one.value
            if one.get("name"):
                values.setdefault(one.get("name"), []).append(value or "")
        return values

    def _take(self, answer) -> None:
        while answer.status_code == 303:
            self.path = answer.location
            answer = self.browser.get(answer.location)
        assert answer.status_code == 200, answer.text[-600:]
        self.page = lxml.html.fromstring(answer.text)


@pytest.fixture(scope="module")
def staffed(sample_database: Path, tmp_path_factory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("actions")
    shutil.copytree(sample_database, folder, dirs_exist_ok=True)
    city = open_database(folder / "city.db")
    settings = Settings(secret_key=SECRET)
    app = create_app(Portal(city, shipped_reference(), clock=lambda: NOW), settings)
    database = open_desk(str(folder / "city.db"), create=True)
    attach(app, database, settings)
    desk = Desk(database, SECRET, lambda: NOW, CHEAP)
    app.extensions[EXTENSION] = desk
    made(desk, "city.ito", Role.ADMINISTRATOR)
    yield app.test_client()
    database.engine.dispose()
    city.engine.dispose()


@pytest.fixture
def hands(staffed) -> Hands:
    browser = Browser(staffed)
    browser.sign_in("city.ito")
    return Hands(browser)


def read(hands: Hands, note: str) -> None:
    hands.open("/note")
    hands.press("読み取る", note=note)


def on_the_board(hands: Hands, **chosen: str) -> None:
    lacking = hands.missing("板に載せる")
    assert set(lacking) == set(chosen)
    hands.press("板に載せる", **chosen)


def given_to_the_first(hands: Hands) -> None:
    hands.press("電話で聞いた：受けられる")
    hands.press("ここに決める")
    hands.follow("依頼元への引き継ぎ票")
    assert "決まりました" in hands.page.text_content()


@pytest.mark.slow
def test_a_doctor(hands):
    read(hands, DOCTOR)
    hands.press("依頼の板へ", address="小倉北区")
    on_the_board(hands, kind="clinic", urgency="week", asker="care_manager")
    given_to_the_first(hands)
    assert "80 代" in hands.page.text_content()
    assert hands.actions == 11


@pytest.mark.slow
def test_respite_in_advance(hands):
    read(hands, RESPITE)
    hands.press("依頼の板へ", address="小倉北区")
    on_the_board(hands, kind="hospital", asker="care_manager")
    hands.press("電話で聞いた：要るときに聞いてよい")
    hands.follow("依頼元への引き継ぎ票")
    assert "備えとして了承" in hands.page.text_content()
    assert hands.actions == 9


@pytest.mark.slow
def test_a_discharge_with_a_team_of_three(hands):
    """Nursing, home help and care management: a case and a sheet each."""
    read(hands, DISCHARGE)
    hands.press("", within="//button[@id='confirm-go']/..", address="小倉北区")
    team, path = hands.page, hands.path
    for number, role in enumerate(("nursing", "care_management", "home_help")):
        hands.page, hands.path = team, path
        hands.press("依頼の板へ", within=f"//button[@value='{role}']/..")
        on_the_board(hands, **({} if number else {"asker": "hospital"}))
        given_to_the_first(hands)
    assert hands.actions <= MOST
