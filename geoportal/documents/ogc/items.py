"""What all collections of OGC API – Features share: questions for items, and their finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.documents import Document
from geoportal.documents.ogc.crs import CRS84
from geoportal.documents.ogc.filters import matching
from geoportal.index.points import Rows
from geoportal.services.view import View

DEFAULT_ITEMS: Final = 100
Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""
WHOLE: Final[Box] = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class ItemsQuery:
    """A question for the items of a collection.

    Attributes
    ----------
    box : Box or None
        West, south, east, north in degrees; over 180° when the west is greater than the east. What
        has no position is in none.
    period : (str, str)
        First and last ISO date, empty for open, in which a facility must have been listed.
    equal : mapping of str to str
        Values of properties.
    tree : object
        A filter of `geoportal.documents.ogc.filters.read_filter`, None for none.
    order : tuple of (str, bool)
        Queryable properties to sort by, the first first, and whether from last to first; what is
        equal stays in the order of the collection.
    crs : str
        Of the answer.
    limit, offset : int
        Most items of the answer, and how many come before it.
    """

    box: Box | None = None
    period: tuple[str, str] = ("", "")
    equal: Mapping[str, str] = field(default_factory=dict)
    tree: Any = None
    order: tuple[tuple[str, bool], ...] = ()
    crs: str = CRS84
    limit: int = DEFAULT_ITEMS
    offset: int = 0


class Collection:
    """A collection: columns of text to compare, points or outlines to place.

    Attributes
    ----------
    title : str
        In Japanese.
    plain : mapping of str to str
        Properties that are no needs, with their JSON types.
    queryable : tuple of str
        Those of them that parameters and filters may name.
    geometry : str
        ``point`` or ``any``, as the JSON Schema says it.
    """

    title: ClassVar[str]
    plain: ClassVar[Mapping[str, str]]
    queryable: ClassVar[tuple[str, ...]]
    geometry: ClassVar[str] = "point"

    def __init__(self, view: View) -> None:
        self.view = view

    @classmethod
    def described(cls, view: View) -> str:  # noqa: ARG003
        """Return what there is to say of the collection, empty for nothing."""
        return ""

    @classmethod
    def extent(cls, view: View) -> Box | None:
        """Return the box in degrees that holds every item, None where none has a place."""
        raise NotImplementedError

    @classmethod
    def title_of(cls, name: str) -> str:  # noqa: ARG003
        """Return what a property is, in Japanese; empty where the columns of tables say it."""
        return ""

    def find(self, query: ItemsQuery) -> Rows:
        """Return the rows that fit a question, in its order, else ascending."""
        columns, size = self.columns, self.size
        keep = np.zeros(size, dtype=bool)
        keep[self.rows() if query.box is None else self._in_box(*query.box)] = True
        for name, value in query.equal.items():
            keep &= columns[name] == value
        if any(query.period):
            keep &= self.listed_in(*query.period)
        if query.tree is not None:
            keep &= matching(query.tree, columns, self.places, size)
        found = np.flatnonzero(keep)
        for name, descending in reversed(query.order):
            ranks = np.unique(columns[name][found], return_inverse=True)[1]
            found = found[np.argsort(-ranks if descending else ranks, kind="stable")]
        return found

    def rows(self) -> Rows:
        """Return the rows that are offered."""
        return np.arange(self.size)

    def _in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        if west <= east:
            return self.in_box(west, south, east, north)
        halves = (west, south, 180.0, north), (-180.0, south, east, north)
        return np.union1d(*(self.in_box(*half) for half in halves))

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
