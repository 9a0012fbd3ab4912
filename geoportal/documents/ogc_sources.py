"""Collections of OGC API – Features: which rows a question finds, and the features of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.documents import Document, attributes
from geoportal.documents.ogc_crs import CRS84
from geoportal.documents.ogc_filter import matching
from geoportal.domain.dating import stated_date
from geoportal.domain.district import District
from geoportal.domain.facility import KINDS
from geoportal.index.claims import unpack_masks
from geoportal.index.columns import INAPPLICABLE, NO, YES
from geoportal.index.mention import brief, feature
from geoportal.index.points import Rows
from geoportal.services.view import View

DEFAULT_ITEMS: Final = 100
VALUES: Final = ("unknown", "no", "yes", "not_applicable")
PLAIN: Final[dict[str, dict[str, str]]] = {
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
QUERYABLE: Final = {
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


def property_of(code: str) -> str:
    """Return the property that has the value of a need: its code with ``_`` for the dot."""
    return code.replace(".", "_")


def need_properties(view: View) -> dict[str, str]:
    """Return the codes of the needs by the properties that have their values."""
    return {property_of(t.code): t.code for t in view.reference.vocabulary if t.need}


class Source:
    """What all collections share: columns of text to compare, points or outlines to place."""

    def __init__(self, view: View) -> None:
        self.view = view

    def find(self, query: ItemsQuery) -> Rows:
        """Return the rows that fit a question, ascending."""
        columns, size = self.columns, self.size
        keep = np.zeros(size, dtype=bool)
        keep[self.rows() if query.box is None else self.in_box(*query.box)] = True
        for name, value in query.equal.items():
            keep &= columns[name] == value
        if any(query.period):
            keep &= self.listed_in(*query.period)
        if query.tree is not None:
            keep &= matching(query.tree, columns, self.places, size)
        return np.flatnonzero(keep)

    def rows(self) -> Rows:
        """Return the rows that are offered."""
        return np.arange(self.size)

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows that a box of degrees touches."""
        return np.flatnonzero(
            shapely.intersects(shapely.box(west, south, east, north), self.places())
        )

    @property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Queryable properties, each a column of text."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Number of rows."""
        raise NotImplementedError

    def places(self) -> NDArray[Any]:
        """Return points or outlines of all rows; None without one."""
        raise NotImplementedError

    def features(self, rows: Rows) -> list[Document]:
        """Return rows as GeoJSON Features."""
        raise NotImplementedError

    def row_of(self, item: str) -> int | None:
        """Return the row of an id, None when there is none of it."""
        raise NotImplementedError

    def listed_in(self, first: str, last: str) -> NDArray[np.bool_]:  # noqa: ARG002
        """Say which items are of a period; what has no time is of every one."""
        return np.ones(self.size, dtype=bool)


class _Facilities(Source):
    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        return _FacilityTexts(self.view)

    @property
    def size(self) -> int:
        return len(self.view.snapshot)

    def rows(self) -> Rows:
        """Return the rows that are offered: not of those whose closing the staff have noted."""
        return self.view.snapshot.rows()

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows with a position in a box of degrees."""
        return self.view.snapshot.in_box(west, south, east, north)

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
        return self.view.snapshot.first_seen_by(last)


class _FacilityTexts(Mapping[str, NDArray[Any]]):
    """The queryable properties of all facilities, each made when it is asked for."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._needs = need_properties(view)
        self._made: dict[str, NDArray[Any]] = {}

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._made:
            self._made[name] = self._column(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*QUERYABLE["facilities"], *self._needs))

    def __len__(self) -> int:
        return len(QUERYABLE["facilities"]) + len(self._needs)

    def __contains__(self, name: object) -> bool:
        return name in self._needs or name in QUERYABLE["facilities"]

    def _column(self, name: str) -> NDArray[Any]:
        columns = self._view.snapshot.columns
        if name == "kind":
            return np.array(KINDS)[columns.kinds]
        if name == "municipality_code":
            return columns.municipality_codes[columns.municipalities]
        every = np.arange(len(self._view.snapshot))
        return np.array(VALUES)[_need_values(self._view, every, [self._needs[name]])[:, 0]]


def _need_values(view: View, rows: Rows, codes: Sequence[str]) -> NDArray[np.int8]:
    """Return the index in `VALUES` of needs of some rows, int8 of shape (rows, codes)."""
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
    needs = need_properties(view)
    codes = list(needs.values())
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
        properties = {key: known[key] for key in PLAIN["facilities"]}
        properties |= {name: VALUES[value] for name, value in zip(needs, values, strict=True)}
        yield feature(facility, properties)


class _Districts(Source):
    """Districts; outlines are read for those alone that are asked for."""

    @cached_property
    def _districts(self) -> Sequence[District]:
        return self.view.snapshot.districts.districts

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        return {
            key: np.array([getattr(one, key) for one in self._districts], dtype=str)
            for key in QUERYABLE["districts"]
        }

    @property
    def size(self) -> int:
        return len(self._districts)

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows that a box of degrees touches."""
        index, box = self.view.snapshot.districts, shapely.box(west, south, east, north)
        near = index.touching(west, south, east, north)
        rows = [row for row, one in enumerate(self._districts) if one.code in near]
        touched = [row for row in rows if box.intersects(index.outline(self._districts[row].code))]
        return np.array(touched, dtype=np.int64)

    def places(self) -> NDArray[Any]:
        index = self.view.snapshot.districts
        shapes = np.full(self.size, None, dtype=object)
        shapes[:] = [index.outline(one.code) for one in self._districts]
        return shapes

    def features(self, rows: Rows) -> list[Document]:
        index = self.view.snapshot.districts
        return [
            {
                "type": "Feature",
                "id": one.code,
                "geometry": index.drawing(one.code),
                "properties": attributes(one, *PLAIN["districts"]) | {"parent": one.parent or None},
            }
            for one in map(self._districts.__getitem__, rows.tolist())
        ]

    def row_of(self, item: str) -> int | None:
        if item not in self.view.snapshot.districts:
            return None
        return self._districts.index(self.view.snapshot.districts[item])


class _Centres(Source):
    """Consultation centres; without a position where none is stated."""

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        return {
            key: np.array([getattr(one, key) for one in self.view.snapshot.centres], dtype=str)
            for key in QUERYABLE["centres"]
        }

    @property
    def size(self) -> int:
        return len(self.view.snapshot.centres)

    def places(self) -> NDArray[Any]:
        points = np.full(self.size, None, dtype=object)
        for row, one in enumerate(self.view.snapshot.centres):
            if one.lon is not None and one.lat is not None:
                points[row] = shapely.Point(one.lon, one.lat)
        return points

    def features(self, rows: Rows) -> list[Document]:
        return [
            {
                "type": "Feature",
                "id": one.id,
                "geometry": None
                if one.lon is None or one.lat is None
                else {"type": "Point", "coordinates": [one.lon, one.lat]},
                "properties": attributes(one, *PLAIN["centres"]),
            }
            for one in map(self.view.snapshot.centres.__getitem__, rows.tolist())
        ]

    def row_of(self, item: str) -> int | None:
        ids = [one.id for one in self.view.snapshot.centres]
        return ids.index(item) if item in ids else None


SOURCES: Final[dict[str, type[Source]]] = {
    "facilities": _Facilities,
    "districts": _Districts,
    "centres": _Centres,
}
