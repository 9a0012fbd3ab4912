"""robots.txt and sitemaps: pages of facilities and districts; the sample city is disallowed.

A sitemap is XML or plain text, one URL a line, of at most 50,000 (sitemaps.org protocol).
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

from flask import Blueprint, Response, abort, make_response, url_for

from geoportal.services.view import View
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.site.frame import is_fictional

blueprint = Blueprint("crawlers", __name__)
MOST_URLS: Final = 50_000
_SITEMAPS: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FOR_PROGRAMS: Final = ("/api/", "/tiles/", "/fhir/", "/hsds/")
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
    root = trusted_root()
    addresses = (url_for("crawlers.sitemap", part=part) for part in _parts(view))
    maps = [url_for("crawlers.sitemap_index"), *addresses] if root is not None else []
    return _text(
        [
            "User-agent: *",
            *(f"Disallow: {path}" for path in _FOR_PROGRAMS),
            *(f"Sitemap: {root}{address}" for address in maps),
        ]
    )


@blueprint.get("/sitemap.xml")
def sitemap_index() -> Response:
    """List the sitemaps in XML; none where everything is invented, or under an untrusted name."""
    root, view = trusted_root(), view_here()
    if root is None or is_fictional(view):
        abort(404)
    parts = (url_for("crawlers.sitemap_xml", part=part) for part in _parts(view))
    return _xml("sitemapindex", "sitemap", [root + address for address in parts])


@blueprint.get("/sitemaps/<int:part>.txt")
def sitemap(part: int) -> Response:
    """List the addresses of pages, districts and open facilities; none under an untrusted name."""
    return _text(_addresses(part))


@blueprint.get("/sitemaps/<int:part>.xml")
def sitemap_xml(part: int) -> Response:
    """List the same in XML."""
    return _xml("urlset", "url", _addresses(part))


def _parts(view: View) -> range:
    """Return the numbers of the sitemaps."""
    addresses = len(_PAGES) + len(view.snapshot.districts) + view.snapshot.rows().size
    return range(1, -(-addresses // MOST_URLS) + 1)


def _addresses(part: int) -> list[str]:
    """Return the addresses of one sitemap."""
    root = trusted_root()
    paths = _paths(view_here(), (part - 1) * MOST_URLS, part * MOST_URLS) if part else []
    if not paths or root is None:
        abort(404)
    return [root + path for path in paths]


def _paths(view: View, first: int, last: int) -> list[str]:
    """Return some of the paths of pages, districts and open facilities, which follow each other."""
    snapshot = view.snapshot
    codes = [district.code for district in snapshot.districts.districts]
    pages = [url_for(name) for name in _PAGES]
    ahead = len(pages) + len(codes)
    begin, end = (max(0, number - ahead) for number in (first, last))
    rows = snapshot.rows()[begin:end].tolist()
    return [
        *pages[first:last],
        *(
            url_for("pages.district", code=code)
            for code in codes[max(0, first - len(pages)) : max(0, last - len(pages))]
        ),
        *(url_for("pages.facility", facility_id=snapshot.by_id.id_of(row)) for row in rows),
    ]


def _xml(whole: str, each: str, addresses: list[str]) -> Response:
    document = ElementTree.Element(whole, xmlns=_SITEMAPS)
    for address in addresses:
        ElementTree.SubElement(ElementTree.SubElement(document, each), "loc").text = address
    text = ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)
    return Response(text, content_type="application/xml; charset=utf-8")


def _text(lines: list[str]) -> Response:
    response = make_response("\n".join(lines) + "\n")
    response.mimetype = "text/plain"
    return response
