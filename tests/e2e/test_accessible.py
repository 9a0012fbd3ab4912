"""axe-core finds nothing to complain about on any page, in any language, light or dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import DESKTOP, PHONE, Visitor
from tests.rounds import first_always

PAGES = (
    "/",
    "/?district=40106&kind=clinic&need=VM.REG&need=AC.ULCER&include=all",
    "/?kind=clinic&need=VM.REG",
    "/?district=99999",
    "/districts/40105",
    "/districts/40106?kind=clinic",
    "/centres",
    "/coverage",
    "/data",
    "/about",
    "/privacy",
    "/accessibility",
    "/help",
    "/shortlist",
    "/note",
    "/team",
    "/changes",
    "/offline",
    "/nowhere",
)
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of what passes, one element a rule is told: a third quicker
    "preload": False,  # style sheets are read by no rule that runs
}
MORE_OF_THE_SAME = [[".card:nth-child(n+5)"], ["tbody tr:nth-child(n+5)"]]
"""Cards and rows after the fourth of a list: all come from one template, contrast costs most."""


def complaints(page: Page, *, every_row: bool = False) -> list[str]:
    """Return what axe finds on the page as it is shown now."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate(
        "([scope, rules]) => axe.run(scope, rules).then((all) => all.violations)",
        [{"exclude": [] if every_row else MORE_OF_THE_SAME}, RULES],
    )
    return [
        f"{page.url} {violation['id']}: {[node['html'][:120] for node in violation['nodes'][:3]]}"
        for violation in violations
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "scheme", "viewport"),
    [("ja", "light", DESKTOP), ("ja-easy", "dark", PHONE), ("en", "dark", DESKTOP)],
    ids=["ja", "ja-easy", "en"],
)
def test_every_page(visitor: Visitor, language: str, scheme: str, viewport: dict[str, int]) -> None:
    """Colours and layout are the templates', so each language is seen in one state of them.

    Other combinations are those of the states of pages below and in ``test_consult``.
    """
    page = visitor.open(f"/?lang={language}", color_scheme=scheme, viewport=viewport)
    found = complaints(page)
    for path in PAGES[1:]:
        page.goto(visitor.site + path + ("&" if "?" in path else "?") + f"lang={language}")
        if page.locator("#layout").count():
            page.wait_for_selector("#layout[data-ready]")
        found += complaints(page, every_row=language == "en")
    page.goto(f"{visitor.site}/?district=40106&kind=clinic&need=VM.REG&lang={language}")
    page.locator(".card__name a").first.click()
    page.wait_for_selector("#facility-map .pin")
    found += complaints(page)
    visitor.problems = [p for p in visitor.problems if " 404 " not in p and " 400 " not in p]
    assert found == []


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.long), "dark"])
def test_states_of_the_search_page(visitor: Visitor, scheme: str) -> None:
    page = visitor.open(color_scheme=scheme)
    page.fill("#address", "北九州市門司区松風町一丁目")
    page.press("#address", "Enter")
    page.wait_for_selector(".card")
    page.locator("#search-more > summary").click()
    page.locator("#kind-filter summary").click()
    page.locator("#need-filter summary").click()
    page.locator(".map-settings > summary").click()
    page.locator(".card").first.get_by_role("button", name="地図で見る").click()
    page.wait_for_selector(".leaflet-popup")
    assert complaints(page) == []
    page.locator(".card").first.get_by_role("button", name="候補に入れる").click()
    page.goto(f"{visitor.site}/shortlist")
    page.wait_for_selector(".kept")
    page.locator(".fax-panel > summary").click()
    assert complaints(page) == []


@pytest.mark.long
def test_states_on_a_phone(visitor: Visitor) -> None:
    page = visitor.open("/?lang=ja-easy", viewport=PHONE, has_touch=True, is_mobile=True)
    page.fill("#address", "北九州市門司区松風町一丁目")
    page.press("#address", "Enter")
    page.wait_for_selector(".card")
    page.locator(".card").first.locator(".card__actions .button").first.click()
    page.wait_for_selector(".leaflet-popup .tel")
    assert complaints(page) == []
    page.route("**/results*", lambda route: route.abort())
    page.locator("#search-more > summary").click()
    page.select_option("#district", "40106")
    page.wait_for_selector("#notice:visible")
    page.evaluate("scrollTo(0, 0)")  # axe takes what has moved below the bar for its neighbour
    assert complaints(page) == []
    visitor.problems = [p for p in visitor.problems if "ERR_FAILED" not in p]


@pytest.mark.parametrize("by_axe", first_always([False, True]))
def test_forced_colours(visitor: Visitor, by_axe: bool) -> None:
    page = visitor.open("/?district=40106&need=VM.REG", forced_colors="active")
    assert page.locator(".card .glyph").first.is_visible()
    assert not by_axe or complaints(page) == []


UNMARKED_JAPANESE = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (!/[\\u3040-\\u30ff\\u3400-\\u9fff]/.test(data)) continue;
    if (parentElement.closest('script, style, textarea, noscript, [aria-hidden="true"]')) continue;
    if (parentElement.closest('[lang]').lang !== 'ja') found.push(data.trim().slice(0, 40));
  }
  return found;
}"""


@pytest.mark.long
def test_japanese_in_english_pages_is_marked_as_japanese(visitor: Visitor) -> None:
    """A voice that reads English must know where to change to Japanese."""
    page = visitor.open("/?lang=en")
    found = page.evaluate(UNMARKED_JAPANESE)
    page.fill("#address", "北九州市小倉北区桜並木一丁目")
    page.press("#address", "Enter")
    page.locator(".card").first.wait_for()
    found += page.evaluate(UNMARKED_JAPANESE)
    for path in ("/districts/40105", "/centres", "/help", "/note", "/team", "/data"):
        page.goto(f"{visitor.site}{path}?lang=en")
        found += page.evaluate(UNMARKED_JAPANESE)
    page.goto(f"{visitor.site}/?district=40106&kind=clinic&lang=en")
    page.locator(".card__name a").first.click()
    page.wait_for_selector("#facility-map .pin")
    assert found + page.evaluate(UNMARKED_JAPANESE) == []


@pytest.mark.parametrize("language", first_always(["ja-easy", "ja", "en"]))
def test_letters_twice_as_large_do_not_make_a_phone_scroll_sideways(
    visitor: Visitor, language: str
) -> None:
    page = visitor.open(f"/?lang={language}", viewport={"width": 320, "height": 640})
    for path in ("/", "/?district=40106&kind=clinic&need=VM.REG&include=all", "/centres", "/team"):
        page.goto(visitor.site + path + ("&" if "?" in path else "?") + f"lang={language}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
