"""The collections of districts and of consultation centres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.documents import Document, attributes
from geoportal.documents.ogc.items import Box, Collection
from geoportal.domain.district import District
from geoportal.index.points import Rows
from geoportal.services.view import View


class Districts(Collection):
    """Districts; outlines are read for those alone that are asked for."""

    title = "地区"
    plain = MappingProxyType(dict.fromkeys(("code", "name", "level", "parent"), "string"))
    queryable = ("code", "name", "level", "parent")
    geometry = "any"

    @classmethod
    def title_of(cls, name: str) -> str:
        """Return what a property is, in Japanese; empty where the columns of tables say it."""
        own = {"code": "地区コード", "level": "地区の段階", "parent": "上の地区のコード"}
        return own.get(name, "")

    @classmethod
    def extent(cls, view: View) -> Box | None:
        """Return the box in degrees that holds every item, None where none has a place."""
        return view.snapshot.districts.bounds

    @cached_property
    def _districts(self) -> Sequence[District]:
        return self.view.snapshot.districts.districts

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Return the queryable properties, each a column of text."""
        return {
            key: np.array([getattr(one, key) for one in self._districts], dtype=str)
            for key in self.queryable
        }

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self._districts)

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows that a box of degrees touches."""
        index, box = self.view.snapshot.districts, shapely.box(west, south, east, north)
        near = index.touching(west, south, east, north)
        rows = [row for row, one in enumerate(self._districts) if one.code in near]
        touched = [row for row in rows if box.intersects(index.outline(self._districts[row].code))]
        return np.array(touched, dtype=np.int64)

    def places(self) -> NDArray[Any]:
        """Return points or outlines of all rows; None without one."""
        index = self.view.snapshot.districts
        shapes = np.full(self.size, None, dtype=object)
        shapes[:] = [index.outline(one.code) for one in self._districts]
        return shapes

    def features(self, rows: Rows) -> list[Document]:
        """Return rows as GeoJSON Features."""
        index = self.view.snapshot.districts
        return [
            {
                "type": "Feature",
                "id": one.code,
                "geometry": index.drawing(one.code),
                "properties": attributes(one, *self.plain) | {"parent": one.parent or None},
            }
            for one in map(self._districts.__getitem__, rows.tolist())
        ]

    def row_of(self, item: str) -> int | None:
        """Return the row of an id, None when there is none of it."""
        if item not in self.view.snapshot.districts:
            return None
        return self._districts.index(self.view.snapshot.districts[item])


class Centres(Collection):
    """Consultation centres; without a position where none is stated."""

    title = "相談窓口"
    plain = MappingProxyType(
        dict.fromkeys(("name", "kind", "address", "place", "phone", "fax", "url"), "string")
    )
    queryable = ("name", "kind")

    @classmethod
    def title_of(cls, name: str) -> str:
        """Return what a property is, in Japanese; empty where the columns of tables say it."""
        return "置かれている建物・団体" if name == "place" else ""

    @classmethod
    def extent(cls, view: View) -> Box | None:
        """Return the box in degrees that holds every item, None where none has a place."""
        west, south, east, north = shapely.total_bounds(cls(view).places()).tolist()
        return None if np.isnan(west) else (west, south, east, north)

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Return the queryable properties, each a column of text."""
        return {
            key: np.array([getattr(one, key) for one in self.view.snapshot.centres], dtype=str)
            for key in self.queryable
        }

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.view.snapshot.centres)

    def places(self) -> NDArray[Any]:
        """Return points or outlines of all rows; None without one."""
        points = np.full(self.size, None, dtype=object)
        for row, one in enumerate(self.view.snapshot.centres):
            if one.lon is not None and one.lat is not None:
                points[row] = shapely.Point(one.lon, one.lat)
        return points

    def features(self, rows: Rows) -> list[Document]:
        """Return rows as GeoJSON Features."""
        return [
            {
                "type": "Feature",
                "id": one.id,
                "geometry": None
                if one.lon is None or one.lat is None
                else {"type": "Point", "coordinates": [one.lon, one.lat]},
                "properties": attributes(one, *self.plain),
            }
            for one in map(self.view.snapshot.centres.__getitem__, rows.tolist())
        ]

    def row_of(self, item: str) -> int | None:
        """Return the row of an id, None when there is none of it."""
        ids = [one.id for one in self.view.snapshot.centres]
        return ids.index(item) if item in ids else None
