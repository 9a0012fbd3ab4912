"""OGC API – Features (OGC 17-069r4, 18-058r1): collections, their schemas and their items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.documents import Document, attributes
from geoportal.documents.ogc_crs import CRS84, SYSTEMS, in_crs
from geoportal.documents.ogc_filter import matching
from geoportal.documents.reference import district_document
from geoportal.domain.dating import stated_date
from geoportal.domain.facility import KINDS
from geoportal.errors import UsageError
from geoportal.index.claims import unpack_masks
from geoportal.index.columns import INAPPLICABLE, NO, YES
from geoportal.index.mention import brief, feature
from geoportal.index.points import Rows
from geoportal.services.view import View

MOST_ITEMS: Final = 10_000
DEFAULT_ITEMS: Final = 100
TITLES: Final = {"facilities": "施設", "districts": "地区", "centres": "相談窓口"}
"""The collections and their titles."""

_DAY: Final = len("2026-11-24")
_MOMENT: Final = r"\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?"
_PERIOD: Final = re.compile(
    rf"(?P<day>{_MOMENT})|(?:(?P<start>{_MOMENT}|\.\.|)/(?P<end>{_MOMENT}|\.\.|))"
)
_VALUES: Final = ("unknown", "no", "yes", "not_applicable")
_WHOLE: Final = (-180.0, -90.0, 180.0, 90.0)
_PLAIN: Final[dict[str, dict[str, str]]] = {
    "facilities": {
        **dict.fromkeys(("name", "kind", "kind_label", "address", "phone", "fax"), "string"),
        **dict.fromkeys(("postal_code", "municipality_code", "url", "operator"), "string"),
        **dict.fromkeys(("medical_institution_code", "care_office_number"), "string"),
        "beds": "integer",
        "location_level": "string",
        "location_uncertainty_m": "number",
        **dict.fromkeys(("first_seen", "last_seen"), "string"),
    },
    "districts": dict.fromkeys(("code", "name", "level", "parent"), "string"),
    "centres": dict.fromkeys(("name", "kind", "address", "place", "phone", "fax", "url"), "string"),
}
"""Properties that are no needs, by collection, with their JSON types."""

_QUERYABLE: Final = {
    "facilities": ("kind", "municipality_code"),
    "districts": ("code", "name", "level", "parent"),
    "centres": ("name", "kind"),
}


@dataclass(frozen=True)
class ItemsQuery:
    """A question for the items of a collection.

    Attributes
    ----------
    box : (float, float, float, float) or None
        West, south, east, north in degrees; what has no position is in none.
    period : (str, str)
        First and last ISO date, empty for open, in which a facility must have been listed.
    equal : mapping of str to str
        Values of properties.
    tree : object
        A filter of `geoportal.documents.ogc_filter.read_filter`, None for none.
    crs : str
        Of the answer.
    limit, offset : int
        Most items of the answer, and how many come before it.
    """

    box: tuple[float, float, float, float] | None = None
    period: tuple[str, str] = ("", "")
    equal: Mapping[str, str] = field(default_factory=dict)
    tree: Any = None
    crs: str = CRS84
    limit: int = DEFAULT_ITEMS
    offset: int = 0


def collection_document(view: View, name: str, root: str) -> Document:
    """Return the description of a collection; ``root`` is the address of the landing page."""
    address = f"{root}/collections/{name}"
    return {
        "id": name,
        "title": TITLES[name],
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [_extent(view)], "crs": CRS84}},
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
    plain = _PLAIN[name]
    shown = _QUERYABLE[name] if queryables else tuple(plain)
    properties: Document = {
        "geometry": {"format": f"geometry-{'any' if name == 'districts' else 'point'}"},
        **{key: {"type": plain[key], "title": key} for key in shown},
    }
    if name == "facilities":
        properties["kind"] = {"type": "string", "title": "種別", "enum": list(KINDS)}
        for term in view.reference.vocabulary:
            if term.need:
                properties[property_of(term.code)] = {
                    "type": "string",
                    "title": term.label_ja,
                    "enum": list(_VALUES),
                }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": TITLES[name],
        "properties": properties,
        "additionalProperties": False,
    }


def queryable_names(view: View, name: str) -> frozenset[str]:
    """Return the properties of a collection that parameters and filters may name."""
    needs = [property_of(t.code) for t in view.reference.vocabulary if t.need]
    return frozenset((*_QUERYABLE[name], *(needs if name == "facilities" else ())))


def items_document(view: View, name: str, query: ItemsQuery) -> Document:
    """Return a page of items as a FeatureCollection without links.

    Raises
    ------
    UsageError
        When the filter asks for what is not offered.
    """
    source = _source(view, name)
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


def item_document(view: View, name: str, item: str, crs: str) -> Document | None:
    """Return one item, None when there is none of this id."""
    source = _source(view, name)
    row = source.row_of(item)
    if row is None:
        return None
    document = source.features(np.array([row]))[0]
    return document | {"geometry": in_crs([document["geometry"]], crs)[0]}


def property_of(code: str) -> str:
    """Return the property that has the value of a need: its code with ``_`` for the dot."""
    return code.replace(".", "_")


class _Source:
    """What all collections share: columns of text to compare, points or outlines to place."""

    def __init__(self, view: View) -> None:
        self.view = view

    def find(self, query: ItemsQuery) -> Rows:
        columns, size = self.columns, self.size
        keep = np.ones(size, dtype=bool)
        for name, value in query.equal.items():
            keep &= columns[name] == value
        if query.box is not None:
            keep &= shapely.intersects(shapely.box(*query.box), self.places())
        if any(query.period):
            keep &= self.listed_in(*query.period)
        if query.tree is not None:
            keep &= matching(query.tree, columns, self.places, size)
        return np.flatnonzero(keep)

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        raise NotImplementedError

    @property
    def size(self) -> int:
        raise NotImplementedError

    def places(self) -> NDArray[Any]:
        raise NotImplementedError

    def features(self, rows: Rows) -> list[Document]:
        raise NotImplementedError

    def row_of(self, item: str) -> int | None:
        raise NotImplementedError

    def listed_in(self, first: str, last: str) -> NDArray[np.bool_]:  # noqa: ARG002
        """Say which items are of a period; what has no time is of every one."""
        return np.ones(self.size, dtype=bool)


class _Facilities(_Source):
    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        return _FacilityTexts(self.view)

    @property
    def size(self) -> int:
        return len(self.view.snapshot)

    def places(self) -> NDArray[Any]:
        columns = self.view.snapshot.columns
        points = np.full(self.size, None, dtype=object)
        placed = columns.located
        points[placed] = shapely.points(columns.lon[placed], columns.lat[placed])
        return points

    def features(self, rows: Rows) -> list[Document]:
        return list(_facility_features(self.view, rows))

    def row_of(self, item: str) -> int | None:
        row = self.view.snapshot.row_of.get(item)
        return None if row is None else int(row)

    def listed_in(self, first: str, last: str) -> NDArray[np.bool_]:
        """Return those first listed by the end of the period; all are listed today."""
        today = self.view.snapshot.today.isoformat()
        if first and first > today:
            return np.zeros(self.size, dtype=bool)
        if not last or last >= today:
            return np.ones(self.size, dtype=bool)
        seen = (stated_date(f.first_seen) or "" for f in self.view.snapshot.facilities)
        return np.fromiter((day <= last for day in seen), dtype=bool, count=self.size)


class _FacilityTexts(Mapping[str, NDArray[Any]]):
    """The queryable properties of all facilities, each made when it is asked for."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._needs = {property_of(t.code): t.code for t in view.reference.vocabulary if t.need}
        self._made: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._made:
            self._made[name] = self._column(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*_QUERYABLE["facilities"], *self._needs))

    def __len__(self) -> int:
        return len(_QUERYABLE["facilities"]) + len(self._needs)

    def __contains__(self, name: object) -> bool:
        return name in self._needs or name in _QUERYABLE["facilities"]

    def _column(self, name: str) -> NDArray[Any]:
        columns = self._view.snapshot.columns
        if name == "kind":
            return np.array(KINDS)[columns.kinds]
        if name == "municipality_code":
            return columns.municipality_codes[columns.municipalities]
        every = np.arange(len(self._view.snapshot))
        return np.array(_VALUES)[_need_values(self._view, every, [self._needs[name]])[:, 0]]


def _need_values(view: View, rows: Rows, codes: Sequence[str]) -> NDArray[np.int8]:
    """Return the index in `_VALUES` of needs of some rows, int8 of shape (rows, codes)."""
    vocabulary, columns = view.reference.vocabulary, view.snapshot.columns
    places = [vocabulary.position(code) for code in codes]
    yes, no, beside = (
        unpack_masks(columns.masks[rows, mask], len(vocabulary))[:, places]
        for mask in (YES, NO, INAPPLICABLE)
    )
    values = np.select([yes, no, beside], [2, 1, 3], 0)
    return values.astype(np.int8)


def _facility_features(view: View, rows: Rows) -> Iterator[Document]:
    snapshot, labels = view.snapshot, view.reference.kinds
    codes = [term.code for term in view.reference.vocabulary if term.need]
    names = [property_of(code) for code in codes]
    for row, values in zip(rows.tolist(), _need_values(view, rows, codes).tolist(), strict=True):
        facility = snapshot.facilities[row]
        municipality = snapshot.municipality_of(row)
        known = brief(facility, municipality)
        known |= attributes(facility, "fax", "postal_code", "url", "operator", "beds")
        known |= {
            "kind_label": labels[facility.kind].label_ja,
            "municipality_code": municipality,
            "medical_institution_code": facility.identifiers.get("medical_institution_code", ""),
            "care_office_number": facility.identifiers.get("care_office_number", ""),
            "first_seen": stated_date(facility.first_seen),
            "last_seen": stated_date(facility.last_seen),
        }
        properties = {key: known[key] for key in _PLAIN["facilities"]}
        properties |= {name: _VALUES[value] for name, value in zip(names, values, strict=True)}
        yield feature(facility, properties)


class _Listed(_Source):
    """A collection of few items, each a Feature with text properties."""

    def __init__(self, view: View, name: str, documents: Sequence[Document]) -> None:
        super().__init__(view)
        self._name, self._documents = name, documents

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        return {
            key: np.array([str(one["properties"][key] or "") for one in self._documents], dtype=str)
            for key in _QUERYABLE[self._name]
        }

    @property
    def size(self) -> int:
        return len(self._documents)

    def places(self) -> NDArray[Any]:
        shapes = np.full(self.size, None, dtype=object)
        for row, one in enumerate(self._documents):
            if one["geometry"] is not None:
                shapes[row] = shapely.geometry.shape(one["geometry"])
        return shapes

    def features(self, rows: Rows) -> list[Document]:
        return [self._documents[row] for row in rows.tolist()]

    def row_of(self, item: str) -> int | None:
        ids = [one["id"] for one in self._documents]
        return ids.index(item) if item in ids else None


def _source(view: View, name: str) -> _Source:
    if name == "facilities":
        return _Facilities(view)
    documents = _districts(view) if name == "districts" else _centres(view)
    return _Listed(view, name, documents)


def _districts(view: View) -> list[Document]:
    found = [district_document(view, d.code) for d in view.snapshot.districts.districts]
    return [
        {
            "type": "Feature",
            "id": one["properties"]["code"],
            "geometry": one["geometry"],
            "properties": {key: one["properties"].get(key) for key in _PLAIN["districts"]},
        }
        for one in found
        if one is not None
    ]


def _centres(view: View) -> list[Document]:
    return [
        {
            "type": "Feature",
            "id": one.id,
            "geometry": None
            if one.lon is None or one.lat is None
            else {"type": "Point", "coordinates": [one.lon, one.lat]},
            "properties": attributes(one, *_PLAIN["centres"]),
        }
        for one in view.snapshot.centres
    ]


def _extent(view: View) -> list[float]:
    columns = view.snapshot.columns
    if not columns.located.any():
        return list(_WHOLE)
    lon, lat = columns.lon[columns.located], columns.lat[columns.located]
    return [float(x) for x in (lon.min(), lat.min(), lon.max(), lat.max())]


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
