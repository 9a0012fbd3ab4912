"""Notes, teams, suggestions, downloads and the sheet, in a real browser."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, Visitor
from tests.e2e.test_accessible import complaints
from tests.rounds import first_always
from tests.web.api.test_interpret import DISCHARGE, DOCTOR, RESPITE

HOME = "北九州市小倉北区桜並木一丁目"
MOST_ACTIONS = 8
Keep = Callable[..., None]


def kept_by_the_browser(page: Page) -> str:
    return str(
        page.evaluate(
            "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage},"
            " location.href, document.referrer])"
        )
    )


def read_note(page: Page, text: str) -> None:
    page.fill("#note", text)
    page.get_by_role("button", name="読み取る").click()
    page.wait_for_selector("#reading-title:visible")


def test_towns_are_offered_while_typing(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open()
    box = page.get_by_role("combobox", name=re.compile("^住所・町名"))
    box.press_sequentially("小倉北区桜", delay=20)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#announcer")).to_contain_text("候補が")
    keep(page, "suggest-1280")
    box.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value(re.compile("小倉北区桜並木$"))
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#results .card")).to_have_count(0)
    box.press("Enter")
    expect(page.locator(".card")).to_have_count(20)
    assert not [url for url in visitor.sent if "%E6%A1%9C" in url]
    assert "桜" not in kept_by_the_browser(page)


def test_a_station_is_chosen_by_keyboard_and_searched_around(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open()
    box = page.locator("#address")
    box.press_sequentially("見本茜町駅", delay=20)
    stations = page.get_by_role("group", name="駅").get_by_role("option")
    expect(stations).to_have_count(2)
    expect(stations.nth(1)).to_contain_text("八幡西区")
    expect(stations.nth(1)).to_contain_text("見本鉄道海浜線")
    assert complaints(page) == []
    keep(page, "stations-1280")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(stations.nth(1)).to_have_attribute("aria-selected", "true")
    active = box.get_attribute("aria-activedescendant")
    assert active == stations.nth(1).get_attribute("id")
    box.press("Enter")
    expect(box).to_have_value("見本茜町駅（福岡県北九州市八幡西区）")
    expect(page.locator("#announcer")).to_contain_text("この駅のまわり")
    box.press("Enter")
    expect(page.locator(".card")).to_have_count(20)
    expect(page.locator(".results__origin")).to_contain_text("駅の位置からの直線距離")
    expect(page.locator("#centre")).to_contain_text("八幡")
    assert "見本茜町駅" not in kept_by_the_browser(page)
    assert page.url == f"{visitor.site}/"


def test_a_station_that_is_in_two_wards_is_a_question(visitor: Visitor) -> None:
    page = visitor.open(viewport=PHONE)
    page.fill("#address", "見本茜町駅")
    page.press("#address", "Enter")
    page.locator(".candidates button", has_text="小倉南区").click()
    expect(page.locator(".results__origin")).to_contain_text("駅の位置からの直線距離")


@pytest.mark.long
def test_suggestions_can_be_left_and_may_fail(visitor: Visitor) -> None:
    page = visitor.open()
    box = page.locator("#address")
    box.press_sequentially("小倉北区桜", delay=20)
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.route("**/api/v1/suggest", lambda route: route.abort())
    box.fill("")
    box.press_sequentially(HOME, delay=5)
    page.wait_for_timeout(300)
    box.press("Enter")
    expect(page.locator(".card")).to_have_count(20)
    visitor.problems = [p for p in visitor.problems if "ERR_FAILED" not in p]


def test_a_note_is_read_confirmed_and_searched_and_kept_nowhere(
    visitor: Visitor, keep: Keep
) -> None:
    page = visitor.open("/note")
    read_note(page, DOCTOR)
    expect(page.locator("mark.mark--asked", has_text="じょくそう")).to_be_visible()
    expect(page.get_by_label(re.compile("褥瘡処置"))).to_be_checked()
    assert complaints(page) == []
    keep(page, "note-1280", full=True)
    assert "じょくそう" not in kept_by_the_browser(page)
    page.get_by_label(re.compile("病院")).uncheck()
    page.fill("#confirm-address", HOME)
    page.press("#confirm-address", "Enter")
    page.wait_for_selector(".card")
    expect(page.locator("#chips")).to_contain_text("褥瘡処置")
    expect(page.locator("#chips")).not_to_contain_text("病院")
    assert page.url == f"{visitor.site}/"


def test_a_note_without_javascript(visitor: Visitor) -> None:
    page = visitor.open("/note", java_script_enabled=False)
    read_note(page, RESPITE)
    page.fill("#confirm-address", HOME)
    page.locator("#confirm-go").click()
    expect(page.locator(".card").first).to_be_visible()
    expect(page.locator("#chips")).to_contain_text("レスパイト")


def test_a_team_for_discharge(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/team")
    page.fill("#address", HOME)
    page.press("#address", "Enter")
    expect(page.locator(".team").first).to_be_visible()
    expect(page.locator(".team").first.locator(".member")).to_have_count(6)
    expect(page.locator("#teams-title")).to_be_focused()
    assert page.url.endswith("/team")
    assert "桜並木" not in kept_by_the_browser(page)
    page.locator(".role-candidates summary").first.click()
    page.locator(".role__needs summary").first.click()
    assert complaints(page) == []
    keep(page, "team-1280", full=True)
    page.locator("[data-keep-all]").first.click()
    page.get_by_role("button", name="候補の一覧を見る").click()
    expect(page.locator(".kept")).to_have_count(6)


def test_a_team_without_javascript_names_what_is_missing(visitor: Visitor) -> None:
    page = visitor.open("/team", java_script_enabled=False)
    page.locator(".role__needs summary").first.click()
    for box in page.locator('[name="needs-home_help"]').all()[:6]:
        box.evaluate("e => { e.checked = true }")
    page.locator('[name="needs-home_help"]').first.evaluate(
        "e => [...document.getElementsByName(e.name)].forEach(x => { x.checked = true })"
    )
    page.fill("#address", HOME)
    page.press("#address", "Enter")
    expect(page.locator(".team").first).to_contain_text(re.compile("足りないもの|確かめること"))


def test_an_unknown_home_is_said_on_the_team_page(visitor: Visitor) -> None:
    page = visitor.open("/team")
    page.fill("#address", "どこでもない町")
    page.press("#address", "Enter")
    expect(page.locator("#teams .notice")).to_contain_text("見つかりませんでした")
    visitor.problems = [p for p in visitor.problems if " 400 " not in p]


@pytest.mark.parametrize(
    ("note", "proof"),
    first_always([(DISCHARGE, "訪問看護"), (DOCTOR, "褥瘡処置"), (RESPITE, "レスパイト")]),
    ids=["discharge", "doctor", "respite"],
)
def test_each_scenario_by_keyboard_in_eight_actions_after_the_address(
    visitor: Visitor, note: str, proof: str
) -> None:
    """An action is one key, or one text pasted; every Tab counts."""
    page = visitor.open()
    page.focus("#address")
    page.keyboard.insert_text(HOME)
    done = 0

    def press(key: str) -> None:
        nonlocal done
        page.keyboard.press(key)
        done += 1

    while "note-door" not in str(page.evaluate("document.activeElement.getAttribute('form')")):
        press("Tab")
        assert done < MOST_ACTIONS
    with page.expect_navigation():
        press("Enter")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.insert_text(note)
    done += 1
    press("Control+Enter")
    expect(page.locator("#confirm-go")).to_be_focused()
    with page.expect_navigation():
        press("Enter")
    expect(page.locator(".card, .team").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(proof)
    assert done <= MOST_ACTIONS


def test_order_and_reasons(visitor: Visitor) -> None:
    page = visitor.open("/?district=40106&kind=clinic")
    before = page.locator(".card__name").all_inner_texts()
    with page.expect_response("**/results*"):
        page.select_option("#order", "open")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    states = page.locator(".card__open .open").all_inner_texts()
    assert states == sorted(states, key=lambda said: said != "受付中")
    assert "order=open" in page.url
    plain = visitor.open(page.url.removeprefix(visitor.site), java_script_enabled=False)
    after = page.locator(".card__name").all_inner_texts()
    assert plain.locator(".card__name").all_inner_texts() == after
    page.select_option("#order", "near")
    expect(page.locator(".card__name").first).to_have_text(before[0])
    page.locator(".take-away summary").click()
    page.get_by_label("この順番の理由を表示する").check()
    expect(page.locator(".card__why").first).to_contain_text("抽選")


def test_results_as_a_file_and_as_text(visitor: Visitor) -> None:
    page = visitor.open("/?kind=clinic", permissions=["clipboard-read", "clipboard-write"])
    page.fill("#address", HOME)
    page.press("#address", "Enter")
    page.wait_for_selector(".card")
    listed = page.locator(".card__name").all_inner_texts()
    page.locator(".take-away summary").click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="CSVで保存").click()
    assert re.fullmatch(
        r"指定の場所の周辺_診療所_\d{4}-\d\d-\d\d\.csv", caught.value.suggested_filename
    )
    with caught.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["名称"] for row in rows][:20] == listed
    assert HOME not in str(rows)
    page.get_by_role("button", name="文字でコピー").click()
    expect(page.locator("#notice")).to_contain_text("コピーしました")
    copied = page.evaluate("navigator.clipboard.readText()")
    head, first, *_ = copied.split("\n\n")
    assert re.fullmatch(
        r"\d{4}年\d+月\d+日 作成\n[\d,]+件\n担当の相談窓口： \S+センター [\d-]+", head
    )
    assert first.startswith(f"1. {listed[0]}")
    assert HOME not in copied


def test_the_sheet_for_fax_fits_paper(visitor: Visitor, keep: Keep) -> None:
    page = visitor.open("/?district=40106&kind=visiting_nursing")
    for card in range(4):
        page.locator(".card").nth(card).get_by_role("button", name="候補に入れる").click()
    page.get_by_label("24時間対応体制（訪問看護）").evaluate("box => box.click()")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")
    page.locator("#shortlist-link").click()
    page.wait_for_selector(".kept")
    asked = page.locator(".compare tbody th", has_text="24時間対応体制（訪問看護）")
    expect(asked).to_have_count(1)
    page.locator(".kept textarea").first.fill("人に見せないメモ")
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.set_viewport_size({"width": 688, "height": 1000})
    page.emulate_media(media="print")
    sheet = page.locator(".sheet")
    expect(sheet).to_be_visible()
    expect(sheet.locator(".sheet__label")).to_have_count(4)
    expect(sheet.locator(".sheet__answer")).to_have_count(4)
    expect(sheet).to_contain_text("FAX")
    expect(sheet.locator(".sheet__asked")).to_contain_text("24時間対応体制")
    expect(sheet.locator(".sheet__district").first).to_contain_text("区")
    expect(sheet).not_to_contain_text("人に見せないメモ")
    expect(page.locator(".kept").first).to_be_hidden()
    colours = page.evaluate(
        "[...new Set([...document.querySelectorAll('.sheet *')].flatMap(e => "
        "[getComputedStyle(e).color, getComputedStyle(e).stroke, getComputedStyle(e).fill]))]"
    )
    numbers = [re.findall(r"\d+", colour)[:3] for colour in colours if colour.startswith("rgb")]
    assert all(len(set(parts)) == 1 for parts in numbers), colours
    keep(page, "sheet", full=True)
    page.emulate_media(media="screen")
    page.evaluate("window.print = () => null")
    page.locator(".fax-panel > summary").click()
    page.fill("#sender-office", "見本ケアプランセンター")
    page.locator(".fax-panel button").click()
    page.emulate_media(media="print")
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 4
    page.emulate_media(media="screen")
    page.locator(".fax-panel button").click()
    listed = page.locator(".kept__name a").all_inner_texts()
    for name, sheet in zip(listed, page.locator(".fax").all(), strict=True):
        said = sheet.text_content() or ""
        assert [other for other in listed if other in said] == [name]
        assert "見本ケアプランセンター" in said
        assert "24時間対応体制（訪問看護）" in said


@pytest.mark.long
@pytest.mark.parametrize("language", ["ja-easy", "en"])
def test_consulting_in_other_languages(visitor: Visitor, language: str) -> None:
    page = visitor.open(f"/note?lang={language}", viewport=PHONE, color_scheme="dark")
    page.fill("#note", DISCHARGE)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_selector("#reading-title:visible")
    assert complaints(page) == []
    page.fill("#confirm-address", HOME)
    page.locator("#confirm-go").click()
    page.wait_for_selector("#teams-title:visible")
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("width", first_always([320, 1280]))
def test_nothing_sticks_out_of_the_new_pages(visitor: Visitor, width: int) -> None:
    page = visitor.open("/note", viewport={"width": width, "height": 800})
    read_note(page, DISCHARGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("#confirm-address", HOME)
    page.locator("#confirm-go").click()
    page.wait_for_selector("#teams-title:visible")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
