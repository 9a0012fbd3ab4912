"""The resources of OGC API – Features, as JSON and as HTML.

What a URL may hold is public: a box of a map, properties, areas. A home's point is refused.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, request

from geoportal.documents import Document
from geoportal.documents.ogc.crs import CRS84, box_in_crs84, require_crs
from geoportal.documents.ogc.facilities import need_properties
from geoportal.documents.ogc.features import (
    COLLECTIONS,
    MOST_ITEMS,
    collection_document,
    item_document,
    items_document,
    queryable_names,
    read_period,
    schema_document,
)
from geoportal.documents.ogc.filters import read_filter
from geoportal.documents.ogc.items import DEFAULT_ITEMS, ItemsQuery
from geoportal.documents.requests import MAX_OFFSET
from geoportal.errors import UsageError
from geoportal.web.api.answers import GEOJSON, JSON, public
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.ogc.description import OPENAPI, openapi_document
from geoportal.web.site.frame import asked_language, page

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")

SCHEMA: Final = "application/schema+json"
_SPECIFICATION: Final = "http://www.opengis.net/spec/"
CONFORMANCE: Final = (
    *(
        f"{_SPECIFICATION}ogcapi-features-1/1.0/conf/{name}"
        for name in ("core", "geojson", "html", "oas30")
    ),
    f"{_SPECIFICATION}ogcapi-features-2/1.0/conf/crs",
    *(
        f"{_SPECIFICATION}ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"{_SPECIFICATION}cql2/1.0/conf/{name}"
        for name in (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
            "basic-spatial-functions",
        )
    ),
)
_ALWAYS: Final = frozenset({"f", "lang"})
_ITEMS: Final = _ALWAYS | {
    *("limit", "offset", "bbox", "bbox-crs", "crs", "datetime"),
    *("filter", "filter-lang", "filter-crs"),
}
_LANGUAGES: Final = ("cql2-text", "cql2-json")


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Let pages of other sites read these answers: nothing private is asked or told."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


@blueprint.get("")
def landing() -> Response:
    """Return the landing page."""
    _only(_ALWAYS)
    here = _root()
    document = {
        "title": "在宅医療・介護の資源マップ",
        "description": "OGC API – Features. Facts are public; unknown is a value.",
        "links": [
            _link(here, "self", JSON),
            _link(f"{here}?f=html", "alternate", "text/html"),
            _link(f"{here}/api", "service-desc", OPENAPI),
            _link(f"{here}/api?f=html", "service-doc", "text/html"),
            _link(f"{here}/conformance", "conformance", JSON),
            _link(f"{here}/collections", "data", JSON),
            _link("/data", "license", "text/html"),
        ],
    }
    return _answer(document)


@blueprint.get("/conformance")
def conformance() -> Response:
    """Return the conformance classes."""
    _only(_ALWAYS)
    here = f"{_root()}/conformance"
    return _answer({"conformsTo": list(CONFORMANCE), "links": [_link(here, "self", JSON)]})


@blueprint.get("/api")
def api() -> Response:
    """Return the OpenAPI document."""
    _only(_ALWAYS)
    names = {name: sorted(queryable_names(view_here(), name)) for name in COLLECTIONS}
    return _answer(openapi_document(_root(), names, MOST_ITEMS, DEFAULT_ITEMS), OPENAPI)


@blueprint.get("/collections")
def collections() -> Response:
    """Return the collections."""
    _only(_ALWAYS)
    here = _root()
    document = {
        "links": [
            _link(f"{here}/collections", "self", JSON),
            _link(f"{here}/collections?f=html", "alternate", "text/html"),
        ],
        "crs": collection_document(view_here(), "districts", here)["crs"],
        "collections": [collection_document(view_here(), name, here) for name in COLLECTIONS],
    }
    return _answer(document)


@blueprint.get("/collections/<collection>")
def collection(collection: str) -> Response:
    """Return one collection."""
    _only(_ALWAYS)
    return _answer(collection_document(view_here(), _known(collection), _root()))


@blueprint.get("/collections/<collection>/queryables")
def queryables(collection: str) -> Response:
    """Return the JSON Schema of the properties that can be asked."""
    return _schema(collection, "queryables", queryable=True)


@blueprint.get("/collections/<collection>/schema")
def schema(collection: str) -> Response:
    """Return the JSON Schema of the properties."""
    return _schema(collection, "schema", queryable=False)


@blueprint.get("/collections/<collection>/items")
def items(collection: str) -> Response:
    """Return a page of items, with links to the next and the previous one."""
    view, name = view_here(), _known(collection)
    names = queryable_names(view, name)
    _only(_ITEMS | names)
    query = _items_query(names)
    document = items_document(view, name, query)
    document["links"] = _paging(name, query, document)
    return _answer(document, GEOJSON, query.crs)


@blueprint.get("/collections/<collection>/items/<item>")
def item(collection: str, item: str) -> Response:
    """Return one item; a former id leads to the present one."""
    _only(_ALWAYS | {"crs"})
    view, name = view_here(), _known(collection)
    crs = require_crs(request.args.get("crs"), "crs")
    document = item_document(view, name, item, crs)
    if document is None:
        successor = view.redirects.get(item) if name == "facilities" else None
        if successor is None:
            abort(HTTPStatus.NOT_FOUND)
        location = f"/ogc/collections/{name}/items/{successor}"
        return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})
    here = f"{_root()}/collections/{name}"
    document["links"] = [
        _link(f"{here}/items/{document['id']}", "self", GEOJSON),
        _link(f"{here}/items/{document['id']}?f=html", "alternate", "text/html"),
        _link(here, "collection", JSON),
    ]
    return _answer(document, GEOJSON, crs)


def _items_query(names: frozenset[str]) -> ItemsQuery:
    """Read the parameters of a question for items.

    Raises
    ------
    UsageError
        When one makes no sense.
    """
    asked = request.args
    box_crs = require_crs(asked.get("bbox-crs"), "bbox-crs")
    require_only_crs84(asked.get("filter-crs"))
    language = asked.get("filter-lang", _LANGUAGES[0])
    if language not in _LANGUAGES:
        raise UsageError("expected cql2-text or cql2-json", "filter-lang")
    return ItemsQuery(
        box=box_in_crs84(asked["bbox"], box_crs) if "bbox" in asked else None,
        period=read_period(asked.get("datetime")),
        equal={key: value for key, value in asked.items() if key in names},
        tree=read_filter(asked["filter"], language) if "filter" in asked else None,
        crs=require_crs(asked.get("crs"), "crs"),
        limit=min(_number("limit", 1, DEFAULT_ITEMS), MOST_ITEMS),
        offset=min(_number("offset", 0, 0), MAX_OFFSET),
    )


def require_only_crs84(uri: str | None) -> None:
    """Refuse a CRS of filters other than CRS84.

    Raises
    ------
    UsageError
        When it is another.
    """
    if require_crs(uri, "filter-crs") != CRS84:
        raise UsageError("areas of filters are given in CRS84", "filter-crs")


def _number(name: str, least: int, default: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text[:9]) < least:
        raise UsageError(f"expected a whole number from {least}", name)
    return int(text[:9])


def _only(names: frozenset[str] | set[str]) -> None:
    """Refuse what no parameter is called, and parameters given twice (OGC 17-069r4, 7.5.2)."""
    if request.args.keys() - names:
        raise UsageError("there is a parameter that this resource does not take", "(unknown key)")
    for name, values in request.args.lists():
        if len(values) > 1:
            raise UsageError("expected one value", name)
    if request.args.get("f", "json") not in ("json", "html"):
        raise UsageError("expected json or html", "f")


def _known(collection: str) -> str:
    if collection not in COLLECTIONS:
        abort(HTTPStatus.NOT_FOUND)
    return collection


def _schema(collection: str, name: str, *, queryable: bool) -> Response:
    _only(_ALWAYS)
    address = f"{_root()}/collections/{_known(collection)}/{name}"
    document = schema_document(view_here(), collection, address, queryables=queryable)
    return _answer(document, SCHEMA)


def _paging(name: str, query: ItemsQuery, document: Document) -> list[Document]:
    """Return the links of a page of items; only what has been understood is repeated in them."""
    base = f"{_root()}/collections/{name}/items"
    asked = [(k, v) for k, v in request.args.items() if k not in ("offset", "limit", "f")]
    asked = [*asked, ("limit", str(query.limit))] if document["numberMatched"] else []

    def address(offset: int, kind: str = "") -> str:
        more = [("offset", str(offset))] if offset else []
        shown = [("f", kind)] if kind else []
        return f"{base}?{urlencode([*asked, *more, *shown])}".rstrip("?")

    after = query.offset + query.limit
    before = max(0, query.offset - query.limit)
    links = [
        _link(address(query.offset), "self", GEOJSON),
        _link(address(query.offset, "html"), "alternate", "text/html"),
        _link(base.removesuffix("/items"), "collection", JSON),
    ]
    if after < document["numberMatched"]:
        links.append(_link(address(after), "next", GEOJSON))
    if query.offset and document["numberMatched"]:
        links.append(_link(address(before), "prev", GEOJSON))
    return links


def _answer(document: Document, mimetype: str = JSON, crs: str = "") -> Response:
    """Return a resource in the form asked for: ``f``, else the header Accept."""
    response = _page(document) if _wants_html() else public(document, mimetype)
    if crs:
        response.headers["Content-Crs"] = f"<{crs}>"
    return response


def _page(document: Document) -> Response:
    """Return a resource as a page for people."""
    asked = [(key, value) for key, value in request.args.items() if key not in _ALWAYS]
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
        address=_in_this_language,
        json=f"?{urlencode([*asked, ('f', 'json')])}",
        needs={key: code for key, code in needs.items() if key in properties},
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


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


def _root() -> str:
    return f"{trusted_root() or ''}/ogc"


def _link(href: str, rel: str, kind: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind}
