"""What people come to do, done in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, Visitor
from tests.rounds import first_always

HOME = "北九州市門司区松風町一丁目3番5号"
Keep = Callable[..., None]
KEPT_BY_THE_WORKER = (
    "caches.keys().then(async names => (await Promise.all(names.map(async name =>"
    " (await (await caches.open(name)).keys()).map(r => r.url)))).flat())"
)


def search_address(page: Page, text: str = HOME) -> None:
    page.fill("#address", text)
    page.press("#address", "Enter")
    expect(page.locator("#layout")).not_to_have_class(re.compile("is-loading"))


def unfold(page: Page) -> None:
    """Open the search box, which is one line where there are results."""
    page.locator("#search-more > summary").click()


def names(page: Page) -> list[str]:
    page.wait_for_selector(".card")
    return page.locator(".card__name").all_inner_texts()


def answer_of(page: Page, action: Callable[[], object]) -> dict[str, object]:
    """Return what the page's scripts are told with the answer an action of the visitor leads to."""
    with page.expect_response("**/results*") as caught:
        action()
    told = re.search(r'id="answer">(.*?)</script>', caught.value.text(), re.DOTALL)
    assert told is not None
    answer: dict[str, object] = json.loads(told[1])
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    return answer


def test_start_page_offers_five_ways_and_every_ward(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open()
    expect(page.locator(".way")).to_have_count(5)
    for ward in ("門司区", "若松区", "戸畑区", "小倉北区", "小倉南区", "八幡東区", "八幡西区"):
        expect(page.locator(".wards__list").get_by_text(ward, exact=True)).to_be_visible()
    expect(page.locator(".fictional-banner")).to_contain_text("架空のデータ")
    expect(page.locator("path.outline")).to_have_count(7)
    assert int(page.locator("canvas.points").get_attribute("data-shown") or 0) > 3
    keep(page, "start-1280")


def test_search_by_address(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open()
    search_address(page)
    listed = names(page)
    assert len(listed) == 20
    distances = page.locator(".card__distance").all_inner_texts()
    assert len(distances) == 20
    expect(page.locator("#centre")).to_contain_text("門司在宅医療・介護連携支援センター")
    expect(page.locator("#centre")).to_contain_text("093-371-3313")
    expect(page.locator("#centre .open--open")).to_be_visible()
    expect(page.locator(".results__origin")).to_contain_text("町丁目")
    expect(page.locator(".pin--result")).to_have_count(20)
    expect(page.locator(".home")).to_have_count(1)
    expect(page.locator("path.ring--uncertainty")).to_have_count(1)
    expect(page.locator(".card .badge--fictional")).to_have_count(20)
    assert page.evaluate("document.activeElement.id") == "results-title"
    keep(page, "address-1280")


def test_the_home_stays_in_post_bodies(visitor: Visitor) -> None:
    page = visitor.open()
    search_address(page)
    names(page)
    unfold(page)
    page.select_option("#radius", "4000")
    page.wait_for_selector("path.ring--visit")
    assert "松風" not in page.url
    for url in visitor.sent:
        assert "%E6%9D%BE%E9%A2%A8" not in url
        assert not re.search(r"lon|lat|13\d\.\d\d", urlsplit(url).query), url
    held = page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])"
    )
    assert held == '["",{},{}]'
    assert set(page.evaluate("history.state")) == {"entry", "home"}
    assert page.evaluate("history.state.home") is True
    page.reload()
    expect(page.locator("#notice")).to_contain_text("どこにも残さないため")
    expect(page.locator("#address")).to_have_value("")


@pytest.mark.long
def test_search_by_name_and_by_telephone(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106&kind=clinic")
    name = names(page)[0]
    phone = page.locator(".card .tel__number").first.inner_text()
    unfold(page)
    page.select_option("#district", "")
    page.fill("#address", phone)
    page.press("#address", "Enter")
    expect(page.locator(".card__name").first).to_have_text(name)
    page.fill("#address", name)
    page.press("#address", "Enter")
    expect(page.locator("#notice")).to_contain_text("施設の名前")
    expect(page.locator(".card__name").first).to_have_text(name)


@pytest.mark.parametrize("viewport", first_always([PHONE, DESKTOP]))
def test_an_ambiguous_address_offers_a_choice(
    visitor: Visitor, keep: Keep, viewport: dict[str, int]
) -> None:
    visitor_page = visitor.open(viewport=viewport)
    visitor_page.fill("#address", "茜町一丁目")
    visitor_page.press("#address", "Enter")
    choices = visitor_page.locator("#notice .candidates button")
    expect(choices).to_have_count(2)
    expect(choices.last).to_be_in_viewport()
    keep(visitor_page, f"ambiguous-{viewport['width']}")
    choices.filter(has_text="八幡西区").click()
    expect(visitor_page.locator("#centre")).to_contain_text("八幡在宅医療")
    expect(visitor_page.locator(".card").first).to_be_visible()


@pytest.mark.long
def test_a_coarse_address_says_how_coarse(visitor: Visitor) -> None:
    page = visitor.open()
    search_address(page, "桜並木1丁目")
    expect(page.locator(".results__origin--coarse")).to_contain_text("町丁目")
    page.fill("#address", "北九州市小倉北区")
    page.press("#address", "Enter")
    expect(page.locator("#notice")).to_contain_text("区・市までしか分からなかった")
    expect(page.locator("#district")).to_have_value("40106")


@pytest.mark.long
def test_search_by_ward(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open()
    page.locator(".wards__list").get_by_text("小倉北区", exact=True).click()
    page.wait_for_selector("#layout[data-ready]")
    assert parse_qs(urlsplit(page.url).query) == {"district": ["40106"]}
    assert len(names(page)) == 20
    expect(page.locator("path.outline--chosen")).to_have_count(1)
    expect(page.locator("#centre")).to_contain_text("小倉在宅医療")
    keep(page, "ward-1280")


@pytest.mark.long
def test_facilities_without_position_are_listed(visitor: Visitor) -> None:
    page = visitor.open("/?district=40100")
    for _ in range(60):
        more = page.locator("#more")
        if page.locator(".card__location", has_text="地図上の位置は未確認").count():
            return
        answer_of(page, more.click)
    pytest.fail("no facility without a position was listed")


def test_a_place_clicked_on_the_map(visitor: Visitor) -> None:
    page = visitor.open()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + 120)
    answer = answer_of(page, page.get_by_role("button", name="ここを中心にする").click)
    assert isinstance(answer["origin"], dict)
    assert answer["place"] == "point"
    expect(page.locator("#chips")).to_contain_text("地図で選んだ場所の近く")
    assert urlsplit(page.url).query == ""


def test_where_i_am(visitor: Visitor) -> None:
    page = visitor.open(
        geolocation={"longitude": 130.95, "latitude": 33.93}, permissions=["geolocation"]
    )
    answer_of(page, page.locator("#use-position").click)
    expect(page.locator("#chips")).to_contain_text("現在地の近く")
    expect(page.locator("#centre")).to_contain_text("門司")


@pytest.mark.long
def test_kinds_switch_list_and_map(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106")
    unfold(page)
    page.locator("#kind-filter summary").click()
    assert int(page.locator('[data-kind-count="clinic"]').inner_text()) > 20
    keep(page, "kinds-1280")
    answer_of(page, page.get_by_label("訪問看護ステーション").check)
    assert set(page.locator(".card__meta span:nth-child(2)").all_inner_texts()) == {"訪問看護"}
    assert set(page.locator(".pin .glyph").all_inner_texts()) == {"看"}
    assert parse_qs(urlsplit(page.url).query)["kind"] == ["visiting_nursing"]
    answer_of(page, page.locator('[data-clear="kind"]').click)
    assert "kind" not in parse_qs(urlsplit(page.url).query)
    answer_of(page, page.go_back)
    assert parse_qs(urlsplit(page.url).query)["kind"] == ["visiting_nursing"]
    expect(page.get_by_label("訪問看護ステーション")).to_be_checked()
    page.reload()
    assert set(page.locator(".card__kind").all_inner_texts()) == {"訪問看護"}


def test_needs_by_everyday_words(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106&kind=clinic&kind=visiting_nursing")
    unfold(page)
    page.locator("#need-filter summary").click()
    page.fill("#need-words", "とこずれ")
    expect(page.locator("#need-filter label:visible", has_text="褥瘡処置")).to_be_visible()
    expect(page.locator("#need-filter label[data-words]:visible")).to_have_count(1)
    keep(page, "needs-1280")
    answer_of(page, lambda: page.press("#need-words", "Enter"))
    lines = page.locator(".card .need")
    expect(lines).to_have_count(20)
    assert re.search(r"✓|✗|？", lines.first.inner_text())
    answered = page.locator(".need--yes .need__evidence").first.inner_text()
    assert re.search(r"(届出|調査回答|電話等で確認|実績を確認|公表名簿) \d{4}年\d+月", answered)
    expect(page.locator(".band--match h3")).to_contain_text("すべてに対応")
    expect(page.locator("#chips")).to_contain_text("褥瘡処置")
    page.locator("#chips button", has_text="褥瘡処置").click()
    expect(page.locator(".card .need")).to_have_count(0)


@pytest.mark.long
def test_unknown_stands_under_its_own_heading(visitor: Visitor) -> None:
    page = visitor.open("/?district=40105&kind=clinic&need=VM.REG&include=all")
    expect(page.locator(".band--possible h3")).to_contain_text("対応は未確認")
    marks = page.locator(".band--possible .need__mark").all_inner_texts()
    assert set(marks) == {"？"}


@pytest.mark.long
def test_relaxations_when_nothing_matches(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40101&kind=clinic&need=VM.REG&need=VM.24DR")
    expect(page.locator(".relax")).to_be_visible()
    keep(page, "relaxations-1280")
    before = page.locator('input[name="need"]:checked').count()
    answer_of(page, page.locator(".relax button").first.click)
    assert page.locator('input[name="need"]:checked').count() == before - 1


def test_more(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106")
    answer_of(page, page.locator("#more").click)
    expect(page.locator(".card")).to_have_count(40)
    assert page.locator(".card__number").last.inner_text().endswith("40")
    assert (
        page.evaluate(
            "document.activeElement.closest('.card').querySelector('.card__number')"
            ".lastChild.textContent"
        )
        == "21"
    )


def test_list_and_map_keep_step(visitor: Visitor) -> None:
    page = visitor.open("/?district=40103&kind=clinic")
    card = page.locator(".card").nth(2)
    chosen = card.get_attribute("data-id")
    card.hover()
    expect(page.locator(f'.pin-holder[data-id="{chosen}"]')).to_have_class(
        re.compile("is-highlighted")
    )
    page.locator(f'.pin-holder[data-id="{chosen}"]').focus()
    expect(card).to_have_class(re.compile("is-highlighted"))
    card.get_by_role("button", name="地図で見る").click()
    expect(page.locator(".leaflet-popup .popup__name")).to_have_text(
        card.locator(".card__name").inner_text()
    )
    page.keyboard.press("Escape")
    page.locator(f'.pin-holder[data-id="{chosen}"]').press("Enter")
    expect(page.locator(".leaflet-popup .popup__name")).to_be_visible()


def test_keyboard_only_from_address_to_telephone(visitor: Visitor) -> None:
    page = visitor.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("#address")
    page.keyboard.type(HOME)
    page.keyboard.press("Enter")
    page.wait_for_selector(".card")
    expect(page.locator("#results-title")).to_be_focused()
    href = ""
    for _ in range(8):
        page.keyboard.press("Tab")
        href = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if str(href).startswith("tel:"):
            break
    assert str(href).startswith("tel:")


@pytest.mark.long
def test_view_choices(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106")
    page.get_by_role("button", name="一覧", exact=True).click()
    expect(page.locator("#map")).to_be_hidden()
    assert "view=list" in page.url
    page.get_by_role("button", name="地図", exact=True).click()
    expect(page.locator("#map")).to_be_visible()


def test_the_link_holds_no_home(visitor: Visitor) -> None:
    page = visitor.open("/", permissions=["clipboard-read", "clipboard-write"])
    page.select_option("#district", "40101")
    search_address(page)
    names(page)
    page.locator(".take-away summary").click()
    page.locator("#copy-link").click()
    expect(page.locator("#notice")).to_contain_text("住所は入っていません")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlsplit(copied).query) == {"district": ["40101"]}


@pytest.mark.long
def test_the_base_map_comes_from_this_site_and_the_choice_is_remembered(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106")
    expect(page.locator(".map.has-tiles")).to_have_count(1)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("見本の地図")
    page.locator(".map-settings > summary").click()
    expect(page.locator(".map-base")).to_contain_text("だれが見ているかは伝わりません")
    page.get_by_label("地図なし（区の形だけ）").check()
    expect(page.locator(".leaflet-tile, .has-tiles")).to_have_count(0)
    page.reload()
    expect(page.locator("#layout[data-ready]")).to_have_count(1)
    expect(page.locator(".leaflet-tile")).to_have_count(0)
    page.locator(".map-settings > summary").click()
    page.get_by_label("見本の地図を表示する").check()
    expect(page.locator(".map.has-tiles")).to_have_count(1)


@pytest.mark.long
def test_tiles_that_do_not_come_leave_the_outlines(visitor: Visitor) -> None:
    page = visitor.open("/privacy", ready=False)
    page.route("**/tiles/**", lambda route: route.abort())
    page.goto(f"{visitor.site}/?district=40106")
    page.locator(".map-settings > summary").click()
    expect(page.locator("#base-away")).to_be_visible(timeout=20_000)
    expect(page.locator(".leaflet-tile, .has-tiles")).to_have_count(0)
    visitor.problems = [p for p in visitor.problems if "ERR_FAILED" not in p]


def test_losing_the_connection_says_so(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106")
    page.route("**/results*", lambda route: route.abort())
    unfold(page)
    page.select_option("#district", "40107")
    expect(page.locator("#notice")).to_contain_text("通信に失敗しました")
    page.unroute("**/results*")
    answer_of(page, page.get_by_role("button", name="もう一度").click)
    expect(page.locator("#notice")).to_be_hidden()
    visitor.problems = [p for p in visitor.problems if "ERR_FAILED" not in p]


def test_without_javascript(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/", java_script_enabled=False)
    page.fill("#address", HOME)
    page.click("#search-form .search-form__row [type=submit]")
    page.locator(".card__name").first.wait_for()
    plain = page.locator(".card__name").all_inner_texts()
    assert len(plain) == 20
    assert urlsplit(page.url).query == ""
    expect(page.locator("#centre")).to_contain_text("093-371-3313")
    keep(page, "no-javascript-1280")
    with_script = visitor.open()
    search_address(with_script)
    assert names(with_script) == plain
    page.click(".more button")
    expect(page.locator(".card__number").first).to_contain_text("21")
    page.locator(".card__name a").first.click()
    expect(page.locator("h1")).to_be_visible()


def test_server_and_script_write_the_same_cards(visitor: Visitor) -> None:
    path = "/?district=40106&kind=clinic&kind=pharmacy&need=VM.REG&include=all&why=1"
    plain = visitor.open(path, java_script_enabled=False)
    scripted = visitor.open(path)

    def said(page: Page) -> list[str]:
        cards = page.locator(".card").all()
        texts = [
            card.evaluate(
                "e => [...e.querySelectorAll('.card__head,.card__meta,.card__open,.needs,"
                ".card__accepting,.card__why,.card__address,.card__location,.tel')]"
                ".map(x => x.textContent)"
                ".join('|').replace(/\\s+/g, '')"
            )
            for card in cards
        ]
        return [str(text) for text in texts]

    assert said(plain) == said(scripted)


@pytest.mark.parametrize("scripts", first_always([False, True]))
def test_a_choice_the_server_offers_can_be_pressed(visitor: Visitor, scripts: bool) -> None:
    """From the page of notes an unclear home reaches the search page before any script."""
    page = visitor.open("/note", java_script_enabled=scripts)
    page.fill("#note", "床ずれ。訪問診療の医師。")
    page.get_by_role("button", name="読み取る").click()
    page.fill("#confirm-address", "茜町一丁目")
    page.press("#confirm-address", "Escape")  # the suggestions lie over the button
    page.locator("#confirm-go").click()
    page.locator(".candidates button", has_text="八幡西区").click()
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator("#centre")).to_contain_text("八幡")


@pytest.mark.long
def test_without_javascript_an_address_reads_the_same(visitor: Visitor) -> None:
    def said(page: Page) -> list[str]:
        page.wait_for_selector(".card")
        return page.locator(".card__distance").all_inner_texts()

    plain = visitor.open("/", java_script_enabled=False)
    plain.fill("#address", HOME)
    plain.click("#search-form .search-form__row [type=submit]")
    scripted = visitor.open()
    search_address(scripted)
    assert said(plain) == said(scripted)
    assert any(re.match("直線 約", text) for text in said(scripted))


def test_facility_page(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106&kind=clinic&need=VM.REG")
    page.locator(".card__name a").first.click()
    page.wait_for_selector("#facility-map .pin")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".claims").first).to_contain_text(
        re.compile("届出|調査回答|電話等で確認|公表名簿")
    )
    keep(page, "facility-1280", full=True)
    page.get_by_role("button", name="この近くの施設をさがす").click()
    page.wait_for_selector(".card")
    assert urlsplit(page.url).query == ""


def test_shortlist_stays_in_the_browser(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106&kind=visiting_nursing")
    for card in range(3):
        page.locator(".card").nth(card).get_by_role("button", name="候補に入れる").click()
    page.get_by_role("button", name="候補 3件").click()
    expect(page.locator(".kept")).to_have_count(3)
    second = page.locator(".kept__name a").nth(1).inner_text()
    page.locator(".kept").nth(1).get_by_role("button", name="上へ").click()
    expect(page.locator(".kept__name a").first).to_have_text(second)
    page.locator(".kept").first.locator("select").select_option("accepted")
    page.locator(".kept").first.locator("textarea").fill("火曜から可")
    sent = len(visitor.sent)
    page.reload()
    expect(page.locator(".kept").first.locator("textarea")).to_have_value("火曜から可")
    assert all("%E7%81%AB" not in url for url in visitor.sent[sent:])
    expect(page.locator(".compare table")).to_be_visible()
    keep(page, "shortlist-1280", full=True)
    page.emulate_media(media="print")
    keep(page, "shortlist-print", full=True)


@pytest.mark.long
def test_language_is_kept_on_the_way(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106")
    page.locator(".language-nav").get_by_text("English").click()
    page.wait_for_selector("#layout[data-ready]")
    expect(page.locator("#results-title")).to_have_text("Results")
    page.locator(".card__name a").first.click()
    assert "lang=en" in page.url
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("width", first_always([320, 1280, 390, 768, 2560]))
def test_nothing_sticks_out(visitor: Visitor, keep: Keep, width: int) -> None:
    page = visitor.open(
        "/?district=40106&kind=clinic&need=VM.REG", viewport={"width": width, "height": 844}
    )
    names(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"width-{width}", full=width == 390)
    for path in ("/coverage", "/data", "/centres", "/districts/40106"):
        page.goto(visitor.site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.long
def test_phone(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/", viewport=PHONE, has_touch=True, is_mobile=True)
    keep(page, "start-390")
    search_address(page)
    names(page)
    keep(page, "address-390")
    small = page.evaluate("""[...document.querySelectorAll('a, button, input, select, summary')]
      .filter(e => e.checkVisibility() && !e.closest('.leaflet-control-attribution, p, .skip'))
      .filter(e => !e.matches('input') || !e.closest('label'))
      .map(e => [e.getBoundingClientRect(), e.outerHTML.slice(0, 90)])
      .filter(([box]) => box.width > 1 && (box.width < 24 || box.height < 24)).map(x => x[1])""")
    assert small == []


def test_a_phone_shows_the_list_or_the_map(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/", viewport=PHONE, has_touch=True, is_mobile=True)
    search_address(page)
    names(page)
    assert not [url for url in visitor.sent if "leaflet.js" in url or "/api/v1/points" in url]
    expect(page.locator("#map")).to_be_hidden()
    card = page.locator(".card").nth(2)
    card.get_by_role("button", name="地図で見る").click()
    expect(page.locator(".pin--result")).to_have_count(20)
    popup = page.locator(".leaflet-popup")
    expect(popup.locator(".popup__name")).to_have_text(card.locator(".card__name").inner_text())
    expect(popup.locator(".tel")).to_be_in_viewport()
    keep(page, "phone-map-390")
    page.get_by_role("button", name="一覧", exact=True).click()
    expect(page.locator("#map")).to_be_hidden()
    expect(card.locator(".card__name")).to_be_in_viewport()
    keep(page, "phone-list-390")


@pytest.mark.long
def test_the_narrowest_telephone_shows_the_first_result_at_once(visitor: Visitor) -> None:
    page = visitor.open("/?need=VM.REG&need=AC.ULCER", viewport={"width": 320, "height": 568})
    search_address(page)
    names(page)
    expect(page.locator(".card__name").first).to_be_in_viewport()
    expect(page.locator("#centre .tel")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("viewport", first_always([PHONE, DESKTOP]))
def test_results_are_in_sight_at_once(visitor: Visitor, viewport: dict[str, int]) -> None:
    page = visitor.open("/", viewport=viewport)
    search_address(page)
    names(page)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".card__name").first).to_be_in_viewport()
    expect(page.locator(".card .tel").first).to_be_in_viewport()
    expect(page.locator("#district")).to_be_hidden()
    page.go_back()
    expect(page.locator(".way")).to_have_count(5)
    expect(page.locator("#district")).to_be_visible()
    answer_of(page, page.go_forward)
    expect(page.locator("#address")).to_have_value(HOME)
    page.goto(visitor.site + "/")
    page.wait_for_selector("#layout[data-ready]")
    page.locator(".wards__list").get_by_text("戸畑区", exact=True).click()
    page.wait_for_selector("#layout[data-ready]")
    expect(page.locator(".card .tel").first).to_be_in_viewport()
    expect(page.locator("#centre .tel")).to_be_in_viewport()


def test_print(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106&kind=visiting_nursing&need=VM.24VN")
    names(page)
    page.emulate_media(media="print")
    expect(page.locator("#search-form")).to_be_hidden()
    expect(page.locator(".card .tel").first).to_be_visible()
    keep(page, "print", full=True)


@pytest.mark.long
def test_dark(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106&need=VM.REG", color_scheme="dark")
    names(page)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in re.findall(r"\d+", background)[:3]) < 150
    keep(page, "dark-1280")


def test_without_a_network_the_shell_and_the_published_data_remain(visitor: Visitor) -> None:
    page = visitor.open("/", service_workers="allow")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(
        "new Promise(done => navigator.serviceWorker.controller ? done() :"
        " navigator.serviceWorker.addEventListener('controllerchange', () => done()))"
    )
    search_address(page)
    name = names(page)[0]
    page.locator(".card").first.get_by_role("button", name="候補に入れる").click()
    page.goto(visitor.site + "/shortlist")
    expect(page.locator(".kept__name")).to_contain_text(name)
    kept = page.evaluate(KEPT_BY_THE_WORKER)
    assert any("/api/v1/facilities/" in url for url in kept)
    assert not [url for url in kept if "search" in url and "/static/" not in url]
    page.unroute_all()
    page.context.unroute_all()
    page.context.set_offline(True)
    page.goto(visitor.site + "/")
    page.wait_for_selector("#layout[data-ready]")
    expect(page.locator("path.outline")).to_have_count(7)
    assert int(page.locator("canvas.points").get_attribute("data-shown") or 0) > 3
    page.goto(visitor.site + "/centres")
    expect(page.locator(".centre--card")).to_have_count(5)
    page.goto(visitor.site + "/shortlist")
    expect(page.locator(".kept__name")).to_contain_text(name)
    page.goto(visitor.site + "/data")
    expect(page.locator("h1")).to_have_text("通信できません")
    page.goto(visitor.site + "/shortlist")
    page.get_by_role("button", name="外す").click()
    kept = page.evaluate(KEPT_BY_THE_WORKER)
    assert not [url for url in kept if "/api/v1/facilities/" in url]
    visitor.problems = [p for p in visitor.problems if "ERR_INTERNET_DISCONNECTED" not in p]


def test_taking_the_home_away_leads_back_to_the_ways_in(visitor: Visitor) -> None:
    page = visitor.open()
    search_address(page)
    names(page)
    page.locator(".card").nth(2).get_by_role("button", name="地図で見る").click()
    expect(page.locator(".leaflet-popup")).to_be_visible()
    answer_of(page, page.locator("#chips button", has_text="入力した場所の近く").click)
    expect(page.locator(".way")).to_have_count(5)
    expect(page.locator("#address")).to_have_value("")
    expect(page.locator("#results-tools")).to_be_hidden()
    expect(page.locator(".pin--result")).to_have_count(0)
    expect(page.locator(".leaflet-popup")).to_have_count(0)
