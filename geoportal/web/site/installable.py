"""Web app manifest and service worker."""

from __future__ import annotations

from typing import Final

from flask import Response, g, make_response, url_for
from flask import render_template as render

from geoportal.web.language.messages import LANGUAGES, messages
from geoportal.web.site.frame import DATA_URLS, asset_url, page_url
from geoportal.web.site.static_files import read_static_files

CACHED_PAGES: Final = ("start", "centres", "help_page", "shortlist", "offline", "map_names")
CACHED_DATA: Final = (*DATA_URLS.values(), "/api/v1/land")
"""What the service worker caches besides static files: published data, never a search."""


def manifest() -> Response:
    """Return the web app manifest."""
    icons = [{"src": asset_url("icons/icon.svg"), "sizes": "any", "type": "image/svg+xml"}]
    # For telephones that cannot draw the first; these fill a mask of any shape.
    for pixels in (192, 512):
        source = asset_url(f"icons/icon-{pixels}.png")
        size = f"{pixels}x{pixels}"
        icons.append({"src": source, "sizes": size, "type": "image/png", "purpose": "any maskable"})
    document = {
        "name": messages(g.language).plain("site-name"),
        "short_name": messages(g.language).plain("site-name"),
        "lang": LANGUAGES[g.language].html,
        "start_url": page_url("pages.start"),
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#0017c1",
        "icons": icons,
    }
    response = make_response(document)
    response.mimetype = "application/manifest+json"
    return response


def service_worker() -> Response:
    """Return the service worker, which caches shell and published data for offline use."""
    static = read_static_files()
    shell = [asset_url(name) for name in static.shell()]
    pages = [url_for(f"pages.{page}") for page in CACHED_PAGES]
    offline_page = url_for("pages.offline")
    body = render(
        "sw.js",
        version=static.version,
        shell=shell,
        pages=pages,
        data=CACHED_DATA,
        offline=offline_page,
    )
    response = make_response(body)
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response
