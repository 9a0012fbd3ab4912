"""OGC API – Features (OGC 17-069r4, 18-058r1): collections, their schemas and their items."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np

from geoportal.documents import Document
from geoportal.documents.ogc.coverage_cells import NAME as CELLS
from geoportal.documents.ogc.coverage_cells import CoverageCells
from geoportal.documents.ogc.crs import CRS84, SYSTEMS, in_crs
from geoportal.documents.ogc.districts import Centres, Districts
from geoportal.documents.ogc.facilities import VALUES, Facilities, need_properties, property_of
from geoportal.documents.ogc.items import WHOLE, Collection, ItemsQuery
from geoportal.domain.facility import KINDS
from geoportal.errors import UsageError
from geoportal.services.view import View

MOST_ITEMS: Final = 10_000
MOST_SORTED: Final = 4
COLLECTIONS: Final[Mapping[str, type[Collection]]] = MappingProxyType(
    {"facilities": Facilities, "districts": Districts, "centres": Centres, CELLS: CoverageCells}
)

_DAY: Final = len("2026-11-24")
_MOMENT: Final = r"\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?"
_PERIOD: Final = re.compile(
    rf"(?P<day>{_MOMENT})|(?:(?P<start>{_MOMENT}|\.\.|)/(?P<end>{_MOMENT}|\.\.|))"
)


def collection_document(view: View, name: str, root: str) -> Document:
    """Return the description of a collection; ``root`` is the address of the landing page."""
    address = f"{root}/collections/{name}"
    box = COLLECTIONS[name].extent(view) or WHOLE
    return {
        "id": name,
        "title": COLLECTIONS[name].title,
        **({"description": text} if (text := COLLECTIONS[name].described(view)) else {}),
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [list(box)], "crs": CRS84}},
        "crs": list(SYSTEMS),
        "storageCrs": CRS84,
        "links": [
            _link(address, "self", "application/json"),
            _link(f"{address}/items", "items", "application/geo+json"),
            _link(f"{address}/items?f=html", "items", "text/html"),
            _link(
                f"{address}/queryables",
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                "application/schema+json",
            ),
            _link(f"{address}/schema", "describedby", "application/schema+json"),
        ],
    }


def schema_document(view: View, name: str, address: str, *, queryables: bool) -> Document:
    """Return the JSON Schema of the properties of a collection, or of those that can be asked."""
    collection, words = COLLECTIONS[name], view.reference
    plain = collection.plain
    shown = collection.queryable if queryables else tuple(plain)
    titles = {key: collection.title_of(key) or words.label("column", key, "ja") for key in shown}
    properties: Document = {
        "geometry": {"format": f"geometry-{collection.geometry}"},
        **{key: {"type": plain[key], "title": title} for key, title in titles.items()},
    }
    if name == "facilities":
        properties["kind"] = {"type": "string", "title": "種別", "enum": list(KINDS)}
        for term in view.reference.vocabulary:
            if term.need:
                properties[property_of(term.code)] = {
                    "type": "string",
                    "title": term.label_ja,
                    "enum": list(VALUES),
                }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": collection.title,
        "properties": properties,
        "additionalProperties": False,
    }


def queryable_names(view: View, name: str) -> frozenset[str]:
    """Return the properties of a collection that parameters and filters may name."""
    needs = need_properties(view) if name == "facilities" else {}
    return frozenset((*COLLECTIONS[name].queryable, *needs))


def items_document(source: Collection, query: ItemsQuery) -> Document:
    """Return a page of items of a collection as a FeatureCollection without links.

    Raises
    ------
    UsageError
        When the filter asks for what is not offered.
    """
    found = source.find(query)
    page = found[query.offset : query.offset + query.limit]
    features = source.features(page)
    geometries = in_crs((one["geometry"] for one in features), query.crs)
    return {
        "type": "FeatureCollection",
        "numberMatched": len(found),
        "numberReturned": len(page),
        "features": [
            one | {"geometry": geometry} for one, geometry in zip(features, geometries, strict=True)
        ],
    }


def item_document(source: Collection, item: str, crs: str) -> Document | None:
    """Return one item of a collection, None when there is none of this id."""
    row = source.row_of(item)
    if row is None:
        return None
    document = source.features(np.array([row]))[0]
    return document | {"geometry": in_crs([document["geometry"]], crs)[0]}


def _link(href: str, rel: str, kind: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": kind}


def read_period(text: str | None) -> tuple[str, str]:
    """Return first and last day of ``datetime``: a day, or an interval with ``..`` for open.

    Raises
    ------
    UsageError
        When it is neither.
    """
    if text is None:
        return "", ""
    match = _PERIOD.fullmatch(text)
    day = match["day"] if match else ""
    ends = (day, day) if day else match.group("start", "end") if match else ("-", "-")
    try:
        first, last = (
            "" if end in ("", "..") else date.fromisoformat(end[:_DAY]).isoformat() for end in ends
        )
    except ValueError:
        first, last = "9", "0"
    if first and last and first > last:
        raise UsageError("expected 2026-11-24, 2026-11-01/2026-11-30, or .. for open", "datetime")
    return first, last


def read_order(text: str, names: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """Return the properties of ``sortby``, each with whether it goes from last to first.

    ``kind,-VM_REG``: a sign before a name, ``+`` (a space where it came unencoded) or ``-``. Every
    queryable property can be sorted by, as text.

    Raises
    ------
    UsageError
        When one is not queryable or named twice, or there are more than `MOST_SORTED`.
    """
    order = tuple(
        (part[1:] if part.startswith(("+", "-", " ")) else part, part.startswith("-"))
        for part in text.split(",")
    )
    asked = [name for name, _ in order]
    if not set(asked) <= names or len(set(asked)) < len(asked) or len(asked) > MOST_SORTED:
        raise UsageError(f"expected at most {MOST_SORTED} queryable properties", "sortby")
    return order
