"""robots.txt and sitemaps: pages of facilities and districts; the sample city is disallowed.

A sitemap may be plain text, one URL a line, at most 50,000 of them (sitemaps.org protocol).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, make_response, url_for

from geoportal.services.view import View
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import is_fictional

blueprint = Blueprint("crawlers", __name__)
MOST_URLS: Final = 50_000
_PAGES: Final = (
    *("pages.start", "pages.centres", "coverage.show", "pages.data", "pages.about"),
    *("pages.help_page", "pages.privacy"),
)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Invite search engines to the published pages; invented facilities are not to be found."""
    view = view_here()
    if is_fictional(view):
        return _text(["User-agent: *", "Disallow: /"])
    root, parts = trusted_root(), range(1, -(-len(_paths(view)) // MOST_URLS) + 1)
    addresses = (url_for("crawlers.sitemap", part=part) for part in parts)
    maps = [] if root is None else [f"Sitemap: {root}{address}" for address in addresses]
    return _text(["User-agent: *", "Disallow: /api/", "Disallow: /tiles/", *maps])


@blueprint.get("/sitemaps/<int:part>.txt")
def sitemap(part: int) -> Response:
    """List the addresses of pages, districts and open facilities; none under an untrusted name."""
    root = trusted_root()
    paths = _paths(view_here())[(part - 1) * MOST_URLS : part * MOST_URLS] if part else []
    if not paths or root is None:
        abort(404)
    return _text([root + path for path in paths])


def _paths(view: View) -> list[str]:
    snapshot = view.snapshot
    return [
        *(url_for(name) for name in _PAGES),
        *(
            url_for("pages.district", code=district.code)
            for district in snapshot.districts.districts
        ),
        *(url_for("pages.facility", facility_id=facility_id) for facility_id in snapshot.row_of),
    ]


def _text(lines: list[str]) -> Response:
    response = make_response("\n".join(lines) + "\n")
    response.mimetype = "text/plain"
    return response
