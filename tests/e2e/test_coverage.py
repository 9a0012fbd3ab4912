"""The planning desk of /coverage in a real browser: by keyboard, on the map, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Visitor
from tests.e2e.test_accessible import complaints
from tests.rounds import first_always

Keep = Callable[..., None]
DESK = "/coverage?lang=ja&area=40100&kind=hospital&kind=clinic&need=VM.REG"
TOLD = r"1か所もない人が ([\d,]+) 人から ([\d,]+) 人に(減り|増え)ます"


def drawn(page: Page) -> None:
    page.wait_for_selector("#coverage-map[data-ready]")


def told(page: Page) -> tuple[int, int]:
    """Return the numbers of people the result speaks of, before and after."""
    page.wait_for_selector(".coverage-result .coverage-whole")
    found = re.search(TOLD, page.locator(".coverage-result .coverage-whole").inner_text())
    assert found
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    for _ in range(most):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


@pytest.mark.long
def test_adding_by_address_with_the_keyboard_alone(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open(DESK)
    drawn(page)
    tab_to(page, "#plan-place")
    page.keyboard.type("北九州市戸畑区芙蓉町一丁目")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    before, after = told(page)
    assert after < before
    drawn(page)
    expect(page.locator(".coverage-mark--planned").first).to_be_visible()
    expect(page.locator("#coverage-measure")).to_have_value("fewer")
    expect(page.locator("#coverage-legend")).to_contain_text("新しく1か所以上になる")
    assert "plan" in page.url
    assert "130." not in page.url
    keep(page, "coverage-plan-1280")
    tab_to(page, ".coverage-result button[name=undo]")
    page.keyboard.press("Enter")
    drawn(page)
    expect(page.locator(".coverage-result")).to_have_count(0)


def test_adding_in_the_middle_of_the_map_with_the_keyboard(visitor: Visitor) -> None:
    page = visitor.open(DESK)
    drawn(page)
    tab_to(page, "#plan-pick")
    page.keyboard.press("Enter")
    expect(page.locator("#coverage-map")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(300)
    tab_to(page, "#plan-centre")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-add")).to_be_focused()
    place = page.input_value("#plan-point")
    page.keyboard.press("Enter")
    page.wait_for_selector(".coverage-result")
    assert page.locator("input[name=planned]").input_value().startswith(place)


@pytest.mark.parametrize("viewport", first_always([PHONE, {"width": 1280, "height": 900}]))
def test_adding_by_pressing_the_map_and_closing_another(visitor: Visitor, viewport) -> None:
    page = visitor.open(DESK, viewport=viewport)
    drawn(page)
    page.click("#plan-pick")
    frame = page.locator("#coverage-map").bounding_box()
    assert frame
    page.mouse.click(frame["x"] + frame["width"] * 0.6, frame["y"] + frame["height"] * 0.7)
    expect(page.locator("#plan-point-text")).to_contain_text("場所を選びました")
    page.click("#plan-add")
    before, after = told(page)
    assert after < before
    drawn(page)
    page.locator(".coverage-single button").first.click()
    page.wait_for_selector(".coverage-plan__list li:nth-child(2)")
    again, closed = told(page)
    assert again == before
    assert closed > after
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]
    assert not [url for url in visitor.sent if "130." in url]


def test_without_scripts_the_same_form_does_it(visitor: Visitor) -> None:
    page = visitor.open(DESK, java_script_enabled=False)
    page.select_option("#plan-district", label="戸畑区")
    page.click("#plan-add")
    before, after = told(page)
    assert after < before
    expect(page.locator("#coverage-map")).to_be_hidden()
    expect(page.locator("#plan-pick")).to_be_hidden()
    assert page.locator(".coverage-plan tbody tr").count() == 7


def test_the_map_says_what_the_table_says(visitor: Visitor) -> None:
    page = visitor.open(DESK)
    drawn(page)
    page.select_option("#coverage-measure", "lack")
    for row in page.locator(".coverage-compared tbody tr").all():
        name = row.locator("th").inner_text()
        shares = row.locator("td").nth(6).inner_text().removesuffix("%").split("–")
        label = page.locator(".coverage-name", has_text=name).inner_text().splitlines()
        assert label[0] == name
        assert label[1].replace(" ", "").removesuffix("%") == shares[-1].replace(" ", "")


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_desk_is_accessible(visitor: Visitor, scheme: str) -> None:
    page = visitor.open(DESK, color_scheme=scheme, viewport=PHONE)
    drawn(page)
    for summary in page.locator("main details > summary").all():
        summary.click()
    assert complaints(page) == []
    page.fill("#plan-place", "門司区")
    page.keyboard.press("Escape")
    page.click("#plan-add")
    page.wait_for_selector(".error-summary")
    drawn(page)
    assert complaints(page) == []
    page.fill("#plan-place", "")
    page.select_option("#plan-district", label="若松区")
    page.click("#plan-add")
    told(page)
    drawn(page)
    page.check("#coverage-dots")
    page.click("#plan-pick")
    assert complaints(page) == []


def test_on_paper_the_whole_map_and_no_controls(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open(DESK)
    drawn(page)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 688, "height": 1000})
    page.emulate_media(media="print")
    width = page.locator("#coverage-map").evaluate("(map) => map.getBoundingClientRect().width")
    assert 300 < width < 520
    for hidden in (".coverage-form", "#coverage-measure", "#plan-add", ".coverage-files"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".coverage-compared")).to_be_visible()
    keep(page, "coverage-print", full=True)
