"""The main journeys in Firefox ESR, where it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.marionette import Firefox
from tests.web.api.test_interpret import DISCHARGE

HOME = "北九州市小倉北区桜並木一丁目"
SEND = "const [box, text] = arguments; const e = document.querySelector(box); e.value = text;"
PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    if PROGRAM is None:
        pytest.skip("Firefox is not installed")
    opened = Firefox(PROGRAM, tmp_path_factory.mktemp("firefox"))
    yield opened
    opened.close()


def test_an_address_gives_list_and_map(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/")
    firefox.wait("document.querySelector('#layout[data-ready]')")
    assert firefox.run("return Number(document.querySelector('canvas.points').dataset.shown)") > 3
    firefox.run(SEND + "e.form.requestSubmit()", "#address", HOME)
    firefox.wait("document.querySelectorAll('.card').length === 20")
    firefox.wait("document.querySelectorAll('.pin--result').length > 10")
    assert firefox.run("return location.href") == f"{site}/"
    if SCREENSHOTS:
        firefox.picture(Path(SCREENSHOTS) / "firefox-address.png")


def test_towns_are_offered(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/")
    firefox.wait("document.querySelector('#layout[data-ready]')")
    firefox.run(
        SEND + "e.focus(); e.dispatchEvent(new Event('input', {bubbles: true}))",
        "#address",
        "小倉北区桜",
    )
    firefox.wait("document.querySelector('[role=option]')")


def test_a_note_leads_to_a_team_and_a_sheet(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/note")
    firefox.run(SEND + "e.form.requestSubmit()", "#note", DISCHARGE)
    firefox.wait("document.querySelector('#confirm-go')")
    firefox.run(SEND, "#confirm-address", HOME)
    firefox.run("document.querySelector('#confirm-go').click()")
    firefox.wait("document.querySelector('.team [data-keep] button')")
    firefox.run("document.querySelector('.team [data-keep-all]').click()")
    firefox.go(f"{site}/shortlist")
    firefox.wait("document.querySelectorAll('.kept').length === 6")
    firefox.run("window.dispatchEvent(new Event('beforeprint'))")
    assert firefox.run("return document.querySelectorAll('.sheet__label').length") > 3
    if SCREENSHOTS:
        firefox.picture(Path(SCREENSHOTS) / "firefox-shortlist.png")


def test_a_ward_a_kind_and_a_facility(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/?district=40106&need=VM.REG")
    firefox.wait("document.querySelector('#layout[data-ready]')")
    firefox.run("document.querySelector('[name=kind][value=clinic]').click()")
    firefox.wait("document.querySelector('#chips').textContent.includes('診療所')")
    firefox.wait("document.querySelector('#results[aria-busy=false] .need--yes')")
    assert "kind=clinic" in str(firefox.run("return location.search"))
    firefox.run("document.querySelector('.card__actions button').click()")
    firefox.wait("document.querySelector('.leaflet-popup .tel')")
    name = firefox.run("return document.querySelector('.card__name').textContent")
    firefox.run("document.querySelector('.card__name a').click()")
    firefox.wait("document.querySelector('#facility-map .pin')")
    assert firefox.run("return document.querySelector('h1').textContent") == name
    assert firefox.run("return document.querySelectorAll('.claim').length") > 3
    if SCREENSHOTS:
        firefox.picture(Path(SCREENSHOTS) / "firefox-facility.png")


def test_what_to_let_go_of_when_nothing_matches(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/?district=40101&kind=clinic&need=VM.REG&need=VM.24DR")
    firefox.wait("document.querySelector('#layout[data-ready]')")
    before = firefox.run("return document.querySelectorAll('[name=need]:checked').length")
    firefox.run("document.querySelector('.relax button').click()")
    firefox.wait("document.querySelector('.band--match .card')")
    assert firefox.run("return document.querySelectorAll('[name=need]:checked').length") == (
        int(before) - 1
    )


def test_plain_japanese_has_its_readings_in_the_scripted_list(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/?district=40106&kind=clinic&need=AC.ULCER&lang=ja-easy")
    firefox.wait("document.querySelector('#layout[data-ready]')")
    firefox.run("document.querySelector('[name=kind][value=hospital]').click()")
    firefox.wait("document.querySelectorAll('#chips .chip').length === 4")
    read = "return document.querySelector('.need__label').innerHTML"
    assert "<ruby>床<rp>（</rp><rt>とこ</rt><rp>）</rp></ruby>ずれの" in str(firefox.run(read))
    assert "《" not in str(firefox.run("return document.querySelector('main').innerText"))


def test_notes_of_the_shortlist_stay(firefox: Firefox, site: str) -> None:
    firefox.go(f"{site}/?district=40105&kind=visiting_nursing")
    firefox.wait("document.querySelector('.card .keep')")
    firefox.run("localStorage.clear(); document.querySelector('.card .keep').click()")
    firefox.go(f"{site}/shortlist")
    firefox.wait("document.querySelector('.kept textarea')")
    firefox.run(
        "const e = document.querySelector('.kept textarea'); e.value = '折り返し待ち';"
        "e.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    firefox.go(f"{site}/shortlist")
    firefox.wait("document.querySelector('.kept textarea')")
    assert firefox.run("return document.querySelector('.kept textarea').value") == "折り返し待ち"
