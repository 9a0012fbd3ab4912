"""A live server with the sample city, and a real Chromium that resolves no other host.

Every page opened here is watched: console errors, script errors, breaches of the content security
policy and requests to any other host fail the test that caused them.
"""

from __future__ import annotations

import gc
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from geoportal.services.basemap.published import JAPAN
from geoportal.services.basemap.tile import Basemap, Tile, TileImage
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from geoportal.web.site.assets import STATIC
from geoportal.web.site.static_files import read_static_files
from tests.conftest import NOW
from tests.listening import listening
from tests.tile_server import png

# Without a window's own interface a page costs half the processor time: decision 083.
_HEADLESS = Path("/usr/lib/chromium/chromium-headless-shell")
CHROMIUM = _HEADLESS if _HEADLESS.exists() else Path("/usr/bin/chromium")
GREY = png(256, 256, (225, 228, 225))
SCREENSHOTS = os.environ.get("GEOPORTAL_TEST_SCREENSHOTS", "")
"""Folder for screenshots of what the journeys show; none are made where it is not set."""
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# A browser that goes on to the next page drops half-sent files; the simple server notices late.
_FILES_LEFT_OPEN = "ignore::pytest.PytestUnraisableExceptionWarning"

WATCH_POLICY = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    lacking = ""
    if not CHROMIUM.exists():
        lacking = f"{CHROMIUM} is not installed"
    elif not (STATIC / "vendor" / "leaflet").is_dir():
        lacking = "the browser's assets are not installed: make setup"
    for item in items:
        if "tests/e2e" not in item.path.as_posix():
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.filterwarnings(_FILES_LEFT_OPEN))
        if lacking:
            item.add_marker(pytest.mark.skip(reason=lacking))


class GreyMap:
    """A base map whose tiles all look alike."""

    area = JAPAN
    attribution = "見本の地図"
    page = ""
    is_local = False
    is_vector = False

    def available(self) -> bool:
        return True

    def read(self, tile: Tile) -> TileImage:
        return TileImage(GREY, "image/png")


@contextmanager
def served(
    directory: Path,
    sample: Path,
    basemap: Basemap,
    settings: Settings | None = None,
    add: Callable[[Flask, Settings], object] = lambda app, settings: None,
) -> Iterator[str]:
    """Serve the sample city with a base map, and what is added; yield its address."""
    if not read_static_files().bundled:
        pytest.fail("the bundles are older than their sources: make setup", pytrace=False)
    shutil.copytree(sample, directory, dirs_exist_ok=True)
    database = open_database(directory / "city.db")
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    settings = settings or Settings()
    app = create_app(portal, settings, basemap)
    add(app, settings)
    with listening(app) as address:
        yield address
    database.engine.dispose()
    with warnings.catch_warnings():  # compressed files are closed when collected
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, sample_database: Path) -> Iterator[str]:
    """Serve the sample city; yield its address. One server per worker."""
    with served(tmp_path_factory.mktemp("e2e"), sample_database, GreyMap()) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield opened
        opened.close()


@dataclass
class Visitor:
    """Opens pages and keeps what went wrong on them."""

    site: str
    browser: Browser
    problems: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str = "/", *, ready: bool = True, **options: Any) -> Page:
        """Open a page; wait until the search page's map has its data."""
        settings = {
            "viewport": DESKTOP,
            "locale": "ja-JP",
            "reduced_motion": "reduce",
            "service_workers": "block",  # its requests would pass by the guard
            **options,
        }
        context = self.browser.new_context(**settings)
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        context.on("request", self._note)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.goto(self.site + path)
        if ready and page.locator("#layout").count() and options.get("java_script_enabled", True):
            page.wait_for_selector("#layout[data-ready]")
        return page

    def _note(self, request: Request) -> None:
        self.sent.append(request.url)
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.foreign.append(request.url)

    def _hear(self, message: Any) -> None:
        if "registration blocked by Playwright" in message.text:
            return
        if message.type in {"error", "warning"}:
            self.problems.append(f"{message.type}: {message.text}")


@pytest.fixture
def visitor(site: str, browser: Browser) -> Iterator[Visitor]:
    """Yield a visitor; fail afterwards on anything the browser complained about."""
    someone = Visitor(site, browser)
    yield someone
    for context in someone.contexts:
        context.close()
    assert someone.problems == []
    assert someone.foreign == []


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return a function that keeps a screenshot, where they are wanted."""

    def save(page: Page, name: str, *, full: bool = False) -> None:
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=full)

    return save
