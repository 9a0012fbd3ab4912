"""The main journeys in Firefox ESR, where it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.marionette import Firefox
from tests.web.test_interpret import DISCHARGE

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
    firefox.picture(SCREENSHOTS / "firefox-address.png")


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
    firefox.picture(SCREENSHOTS / "firefox-shortlist.png")
