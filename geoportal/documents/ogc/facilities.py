"""The collection of facilities: plain properties, and a value for each need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.documents import Document, attributes
from geoportal.documents.ogc.items import Box, Collection
from geoportal.domain.dating import stated_date
from geoportal.domain.facility import KINDS
from geoportal.index.claims import unpack_masks
from geoportal.index.columns import INAPPLICABLE, NO, YES
from geoportal.index.mention import brief, feature
from geoportal.index.points import Rows
from geoportal.services.view import View

VALUES: Final = ("unknown", "no", "yes", "not_applicable")


def property_of(code: str) -> str:
    """Return the property that has the value of a need: its code with ``_`` for the dot."""
    return code.replace(".", "_")


def need_properties(view: View) -> dict[str, str]:
    """Return the codes of the needs by the properties that have their values."""
    return {property_of(t.code): t.code for t in view.reference.vocabulary if t.need}


class Facilities(Collection):
    """The open facilities."""

    title = "施設"
    plain = MappingProxyType(
        {
            **dict.fromkeys(("name", "kind", "kind_label", "address", "phone", "fax"), "string"),
            **dict.fromkeys(("postal_code", "municipality_code", "url", "operator"), "string"),
            **dict.fromkeys(("medical_institution_code", "care_office_number"), "string"),
            "beds": "integer",
            "location_level": "string",
            "location_uncertainty_m": "number",
            **dict.fromkeys(("first_seen", "last_seen"), "string"),
        }
    )
    queryable = ("kind", "municipality_code")

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Return the queryable properties, each a column of text."""
        return _FacilityTexts(self.view)

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.view.snapshot)

    @classmethod
    def extent(cls, view: View) -> Box | None:
        """Return the box in degrees that holds every item, None where none has a place."""
        columns = view.snapshot.columns
        if not columns.located.any():
            return None
        lon, lat = columns.lon[columns.located], columns.lat[columns.located]
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def rows(self) -> Rows:
        """Return the rows that are offered: not of those whose closing the staff have noted."""
        return self.view.snapshot.rows()

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows with a position in a box of degrees."""
        return self.view.snapshot.in_box(west, south, east, north)

    def places(self) -> NDArray[Any]:
        """Return points or outlines of all rows; None without one."""
        columns = self.view.snapshot.columns
        points = np.full(self.size, None, dtype=object)
        placed = columns.located
        points[placed] = shapely.points(columns.lon[placed], columns.lat[placed])
        return points

    def features(self, rows: Rows) -> list[Document]:
        """Return rows as GeoJSON Features."""
        needs = need_properties(self.view)
        values = need_values(self.view, rows, list(needs.values())).tolist()
        return [
            feature(
                self.view.snapshot.facilities[row],
                plain_properties(self.view, row)
                | {name: VALUES[value] for name, value in zip(needs, told, strict=True)},
            )
            for row, told in zip(rows.tolist(), values, strict=True)
        ]

    def row_of(self, item: str) -> int | None:
        """Return the row of an id, None when there is none of it."""
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
        return iter((*Facilities.queryable, *self._needs))

    def __len__(self) -> int:
        return len(Facilities.queryable) + len(self._needs)

    def __contains__(self, name: object) -> bool:
        return name in self._needs or name in Facilities.queryable

    def _column(self, name: str) -> NDArray[Any]:
        columns = self._view.snapshot.columns
        if name == "kind":
            return np.array(KINDS)[columns.kinds]
        if name == "municipality_code":
            return columns.municipality_codes[columns.municipalities]
        every = np.arange(len(self._view.snapshot))
        return np.array(VALUES)[need_values(self._view, every, [self._needs[name]])[:, 0]]


def need_values(view: View, rows: Rows, codes: Sequence[str]) -> NDArray[np.int8]:
    """Return the index in `VALUES` of needs of some rows, int8 of shape (rows, codes)."""
    vocabulary, columns = view.reference.vocabulary, view.snapshot.columns
    places = [vocabulary.position(code) for code in codes]
    yes, no, beside = (
        unpack_masks(columns.masks[rows, mask], len(vocabulary))[:, places]
        for mask in (YES, NO, INAPPLICABLE)
    )
    values = np.select([yes, no, beside], [2, 1, 3], 0)
    return values.astype(np.int8)


def plain_properties(view: View, row: int) -> Document:
    """Return the properties of a row that are no needs."""
    facility = view.snapshot.facilities[row]
    municipality = view.snapshot.municipality_of(row)
    known = brief(facility, municipality)
    known |= attributes(facility, "fax", "postal_code", "url", "operator", "beds")
    known |= {
        "kind_label": view.reference.kinds[facility.kind].label_ja,
        "municipality_code": municipality,
        "medical_institution_code": facility.identifiers.get("medical_institution_code", ""),
        "care_office_number": facility.identifiers.get("care_office_number", ""),
        "first_seen": stated_date(facility.first_seen),
        "last_seen": stated_date(facility.last_seen),
    }
    return {key: known[key] for key in Facilities.plain}
