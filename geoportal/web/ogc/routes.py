"""The resources of OGC API – Features, as JSON and as HTML.

What a URL may hold is public: a box of a map, properties, areas. A home's point is refused.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, abort, request

from geoportal.documents import Document
from geoportal.documents.ogc.crs import CRS84, SYSTEMS, box_in_crs84, require_crs
from geoportal.documents.ogc.features import (
    COLLECTIONS,
    MOST_ITEMS,
    collection_document,
    item_document,
    items_document,
    queryable_names,
    read_order,
    read_period,
    schema_document,
)
from geoportal.documents.ogc.filters import read_filter
from geoportal.documents.ogc.items import DEFAULT_ITEMS, ItemsQuery
from geoportal.documents.ogc.tiles import LAYER as TILED
from geoportal.documents.ogc.tiles import tilesets_link
from geoportal.documents.question import MAX_OFFSET
from geoportal.errors import UsageError
from geoportal.web.api.answers import GEOJSON, JSON
from geoportal.web.current_view import view_here
from geoportal.web.ogc.answers import ALWAYS, answer, link_to, open_to_all, require_only, root
from geoportal.web.ogc.cells import collection_of
from geoportal.web.ogc.description import OPENAPI, openapi_document

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")
blueprint.after_request(open_to_all)

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
        f"{_SPECIFICATION}ogcapi-tiles-1/1.0/conf/{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
    ),
    *(f"{_SPECIFICATION}tms/2.0/conf/{name}" for name in ("tilematrixset", "json-tilematrixset")),
    *(
        f"{_SPECIFICATION}cql2/1.0/conf/{name}"
        for name in (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
            "basic-spatial-functions",
        )
    ),
)
_ITEMS: Final = ALWAYS | {
    *("limit", "offset", "bbox", "bbox-crs", "crs", "datetime"),
    *("filter", "filter-lang", "filter-crs", "sortby"),
}
_LANGUAGES: Final = ("cql2-text", "cql2-json")


@blueprint.get("", strict_slashes=False)
def landing() -> Response:
    """Return the landing page."""
    require_only(ALWAYS)
    here = root()
    document = {
        "title": "在宅医療・介護の資源マップ",
        "description": "OGC API – Features and Tiles. Facts are public; unknown is a value.",
        "links": [
            link_to(here, "self", JSON),
            link_to(f"{here}?f=html", "alternate", "text/html"),
            link_to(f"{here}/api", "service-desc", OPENAPI),
            link_to(f"{here}/api?f=html", "service-doc", "text/html"),
            link_to(f"{here}/conformance", "conformance", JSON),
            link_to(f"{here}/collections", "data", JSON),
            link_to(
                f"{here}/tileMatrixSets",
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                JSON,
            ),
            link_to("/data", "license", "text/html"),
        ],
    }
    return answer(document)


@blueprint.get("/conformance")
def conformance() -> Response:
    """Return the conformance classes."""
    require_only(ALWAYS)
    here = f"{root()}/conformance"
    return answer({"conformsTo": list(CONFORMANCE), "links": [link_to(here, "self", JSON)]})


@blueprint.get("/api")
def api() -> Response:
    """Return the OpenAPI document."""
    require_only(ALWAYS)
    names = {name: sorted(queryable_names(view_here(), name)) for name in COLLECTIONS}
    return answer(openapi_document(root(), names, MOST_ITEMS, DEFAULT_ITEMS), OPENAPI)


@blueprint.get("/collections")
def collections() -> Response:
    """Return the collections."""
    require_only(ALWAYS)
    here = root()
    document = {
        "links": [
            link_to(f"{here}/collections", "self", JSON),
            link_to(f"{here}/collections?f=html", "alternate", "text/html"),
        ],
        "crs": list(SYSTEMS),
        "collections": [_collection(name) for name in COLLECTIONS],
    }
    return answer(document)


@blueprint.get("/collections/<collection>")
def collection(collection: str) -> Response:
    """Return one collection."""
    require_only(ALWAYS)
    return answer(_collection(_known(collection)))


def _collection(name: str) -> Document:
    document = collection_document(view_here(), name, root())
    if name == TILED:
        document["links"].append(tilesets_link(root()))
    return document


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
    require_only(_ITEMS | names)
    query = _items_query(names)
    document = items_document(collection_of(view, name), query)
    document["links"] = _paging(name, query, document)
    return answer(document, GEOJSON, query.crs)


@blueprint.get("/collections/<collection>/items/<item>")
def item(collection: str, item: str) -> Response:
    """Return one item; a former id leads to the present one."""
    require_only(ALWAYS | {"crs"})
    view, name = view_here(), _known(collection)
    crs = require_crs(request.args.get("crs"), "crs")
    document = item_document(collection_of(view, name), item, crs)
    if document is None:
        successor = view.redirects.get(item) if name == "facilities" else None
        if successor is None:
            abort(HTTPStatus.NOT_FOUND)
        asked = f"?{urlencode(request.args)}" if request.args else ""
        location = f"/ogc/collections/{name}/items/{quote(successor, safe='')}{asked}"
        return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})
    here = f"{root()}/collections/{name}"
    own = f"{here}/items/{quote(document['id'], safe='')}"
    document["links"] = [
        link_to(own, "self", GEOJSON),
        link_to(f"{own}?f=html", "alternate", "text/html"),
        link_to(here, "collection", JSON),
    ]
    return answer(document, GEOJSON, crs)


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
        order=read_order(asked["sortby"], names) if "sortby" in asked else (),
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


def _known(collection: str) -> str:
    if collection not in COLLECTIONS:
        abort(HTTPStatus.NOT_FOUND)
    return collection


def _schema(collection: str, name: str, *, queryable: bool) -> Response:
    require_only(ALWAYS)
    address = f"{root()}/collections/{_known(collection)}/{name}"
    document = schema_document(view_here(), collection, address, queryables=queryable)
    return answer(document, SCHEMA)


def _paging(name: str, query: ItemsQuery, document: Document) -> list[Document]:
    """Return the links of a page of items; only what has been understood is repeated in them."""
    base = f"{root()}/collections/{name}/items"
    asked = [(k, v) for k, v in request.args.items() if k not in ("offset", "limit", "f")]
    asked = [*asked, ("limit", str(query.limit))] if document["numberMatched"] else []

    def address(offset: int, kind: str = "") -> str:
        more = [("offset", str(offset))] if offset else []
        shown = [("f", kind)] if kind else []
        return f"{base}?{urlencode([*asked, *more, *shown])}".rstrip("?")

    after = query.offset + query.limit
    before = max(0, query.offset - query.limit)
    links = [
        link_to(address(query.offset), "self", GEOJSON),
        link_to(address(query.offset, "html"), "alternate", "text/html"),
        link_to(base.removesuffix("/items"), "collection", JSON),
    ]
    if after < document["numberMatched"]:
        links.append(link_to(address(after), "next", GEOJSON))
    if query.offset and document["numberMatched"]:
        links.append(link_to(address(before), "prev", GEOJSON))
    return links
