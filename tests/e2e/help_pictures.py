"""Takes the pictures of the help page from a running server with the sample city.

``python -m tests.e2e.help_pictures http://127.0.0.1:8000`` writes ``static/help``, reduced to few
colours so that all of them together stay below 200 KB.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from geoportal.web.site.assets import STATIC
from tests.e2e.conftest import CHROMIUM

HOME = "北九州市小倉北区桜並木一丁目"
NOTE = (
    "寝たきりの80代の女性。床ずれができ、受診がむずかしい。自宅近くで訪問してくれる医師を探したい。"
)
COLOURS = 32
WIDTH = 660


def picture(area: Locator, path: Path, height: int) -> None:
    """Keep the upper part of an element as a small PNG."""
    image = Image.open(io.BytesIO(area.screenshot())).convert("RGB")
    image = image.crop((0, 0, image.width, min(height, image.height)))
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def take(page: Page, site: str, language: str, folder: Path) -> None:
    page.goto(f"{site}/?lang={language}")
    page.wait_for_selector("#layout[data-ready]")
    page.locator("#address").press_sequentially("小倉北区桜", delay=20)
    page.wait_for_selector(".suggest li")
    picture(page.locator("#search-form"), folder / f"search-{language}.png", 300)
    page.goto(f"{site}/?lang={language}&kind=clinic&need=VM.REG&need=AC.ULCER")
    page.wait_for_selector("#layout[data-ready]")
    page.fill("#address", HOME)
    page.press("#address", "Enter")
    page.wait_for_selector(".card")
    picture(page.locator(".card").first, folder / f"card-{language}.png", 330)
    page.locator("[data-view-button=map]").click()
    page.wait_for_selector(".pin--result")
    page.wait_for_timeout(300)
    picture(page.locator("#map"), folder / f"map-{language}.png", 400)
    page.goto(f"{site}/note?lang={language}")
    page.fill("#note", NOTE)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_selector("#reading-title:visible")
    picture(page.locator("#reading"), folder / f"note-{language}.png", 420)


def main(site: str) -> None:
    folder = STATIC / "help"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": 640}, reduced_motion="reduce", locale="ja-JP"
        )
        for language in ("ja", "en"):
            take(page, site, language, folder)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
