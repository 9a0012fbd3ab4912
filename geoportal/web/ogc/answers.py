"""What the resources of ``/ogc`` share: parameters, forms of an answer, links."""

from __future__ import annotations

from functools import partial
from typing import Final
from urllib.parse import quote, urlencode

from flask import Response, g, request

from geoportal.documents import Document
from geoportal.documents.ogc.facilities import need_properties
from geoportal.documents.ogc.features import COLLECTIONS
from geoportal.errors import UsageError
from geoportal.web.api.answers import GEOJSON, JSON, public
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.language.messages import messages
from geoportal.web.site.frame import asked_language, page

ALWAYS: Final = frozenset({"f", "lang"})
_PAGES: Final = frozenset(
    ("conformance", "api", "collections", "queryables", "schema", "items", "tiles")
) | {"tilematrixsets"}
"""Steps of paths that have a name of their own in the catalogues of messages."""
_LINKS: Final = frozenset(
    ("service-desc", "conformance", "data", "tiling-schemes", "tiling-scheme", "license", "items")
) | frozenset(("queryables", "describedby", "collection", "tilesets-vector", "geodata", "item"))
"""Relations of links, or their last parts, that have one as well."""


def open_to_all(response: Response) -> Response:
    """Let pages of other sites read these answers: nothing private is asked or told."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def require_only(names: frozenset[str] | set[str]) -> None:
    """Refuse what no parameter is called, and parameters given twice (OGC 17-069r4, 7.5.2)."""
    if request.args.keys() - names:
        raise UsageError("there is a parameter that this resource does not take", "(unknown key)")
    for name, values in request.args.lists():
        if len(values) > 1:
            raise UsageError("expected one value", name)
    if request.args.get("f", "json") not in ("json", "html"):
        raise UsageError("expected json or html", "f")


def answer(document: Document, mimetype: str = JSON, crs: str = "") -> Response:
    """Return a resource in the form asked for: ``f``, else the header Accept."""
    response = _page(document) if _wants_html() else public(document, mimetype)
    if crs:
        response.headers["Content-Crs"] = f"<{crs}>"
    return response


def _page(document: Document) -> Response:
    """Return a resource as a page for people."""
    asked = [(key, value) for key, value in request.args.items() if key not in ALWAYS]
    names = request.path.removeprefix("/ogc").strip("/").split("/")
    steps = [
        {"label": name, "path": "/ogc/" + "/".join(map(quote, names[: place + 1]))}
        for place, name in enumerate(names)
        if name
    ]
    properties = document.get("properties", {})
    needs = need_properties(view_here()) if document.get("type") == "Feature" else {}
    response = page(
        "ogc",
        document=document,
        query=[*asked, *((key, request.args[key]) for key in ("f",) if key in request.args)],
        path=request.path,
        trail=[{"label": "OGC API", "path": "/ogc"}, *steps],
        heading=_said(steps[-1]["label"], document) if steps else "OGC API",
        step=partial(_said, document=None),
        link_name=_link_name,
        address=_in_this_language,
        json=f"?{urlencode([*asked, ('f', 'json')])}",
        needs={key: code for key, code in needs.items() if key in properties},
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def _said(name: str, document: Document | None) -> str:
    """Return what a step of a path is called: by its message, else by its document's title."""
    message = f"ogc-page-{name.lower()}"
    if name.lower() in _PAGES:
        return messages(g.language).html(message)
    if name in COLLECTIONS and g.language == "ja":
        return COLLECTIONS[name].title
    title = (document or {}).get("properties", {}).get("name")
    return title if isinstance(title, str) else name


def _link_name(rel: str) -> str:
    """Return what a link leads to, in the language of the page."""
    name = rel.rsplit("/", 1)[-1]
    return messages(g.language).html(f"ogc-link-{name}") if name in _LINKS else name


def _in_this_language(address: str) -> str:
    """Return an address that keeps the language asked for."""
    language = asked_language()
    if not language or "lang=" in address:
        return address
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def _wants_html() -> bool:
    if "f" in request.args:
        return request.args["f"] == "html"
    best = request.accept_mimetypes.best_match([JSON, GEOJSON, "text/html"], default=JSON)
    return bool(best == "text/html")


def root() -> str:
    """Return the address of the landing page."""
    return f"{trusted_root() or ''}/ogc"


def link_to(href: str, rel: str, kind: str) -> dict[str, str]:
    """Return a link of a document."""
    return {"href": href, "rel": rel, "type": kind}
