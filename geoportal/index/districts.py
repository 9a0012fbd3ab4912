"""Point-in-polygon index of districts, and the chain of districts that cover a point."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast, overload
from zlib import crc32

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, mapping

from geoportal.domain.district import District, rank
from geoportal.domain.location import Location
from geoportal.geo.geodesic import METRES_PER_DEGREE_LAT_MIN
from geoportal.geo.polygons import dissolve, polygonal
from geoportal.mapped.archive import StaleArchiveError

if TYPE_CHECKING:
    from rtree import index as rtree_index

_LEAF_LEVELS = ("ward", "municipality")
_DRAWING_DIGITS = 7
_KEPT_PARTS = 512
_KEPT_DRAWINGS = 256
"""Of a whole country they would take more memory than the rest of a worker."""
_OFF_OUTLINE = frozenset({"near_boundary", "outside_outline"})
"""Warnings of a position that lies just outside the outline of the municipality it claims."""


class DistrictIndex:
    """An immutable index of the parts of district polygons.

    Built from outlines it has an R-tree, for the many points of an import; opened from columns it
    looks through the bounds of all parts, which for one question is faster than to build a tree.

    Parameters
    ----------
    outlines : iterable of (District, MultiPolygon)
        Degrees, EPSG:4326.

    Raises
    ------
    ValueError
        When two districts have one code: parts would be taken for those of another.

    Notes
    -----
    A point on a shared edge lies in every polygon that touches it; where one district is wanted,
    the lowest code is taken, so that the answer does not depend on the order of import.
    """

    _tree: rtree_index.Index | None

    def __init__(self, outlines: Iterable[tuple[District, MultiPolygon]]) -> None:
        pairs = sorted(outlines, key=lambda pair: pair[0].code)
        if len({district.code for district, _ in pairs}) < len(pairs):
            raise ValueError("two districts have one code")
        parts = [part for _, outline in pairs for part in outline.geoms]
        shapely.prepare(parts)
        self._fill(
            [district for district, _ in pairs],
            parts,
            shapely.bounds(parts),
            np.array([len(outline.geoms) for _, outline in pairs], dtype=np.int64),
        )
        if parts:
            boxes = ((i, part.bounds, None) for i, part in enumerate(parts))
            from rtree import index as rtree_index  # takes time to load

            self._tree = rtree_index.Index(boxes, interleaved=True)

    def _fill(
        self,
        districts: Sequence[District],
        parts: Sequence[Polygon],
        boxes: NDArray[np.float64],
        counts: NDArray[np.int64],
    ) -> None:
        """Take districts in order of code, how many parts each has, the parts and their bounds."""
        self._districts = {district.code: district for district in districts}
        self._numbers = {code: number for number, code in enumerate(self._districts)}
        self._codes = list(self._districts)
        self._parts = parts
        self._counts = counts
        self._edges = np.concatenate(([0], np.cumsum(counts)))
        self._owners = np.repeat(np.arange(counts.size), counts)
        self._boxes = boxes.reshape(-1, 4)
        self._west, self._south, self._east, self._north = self._boxes.T
        self._drawn = lru_cache(_KEPT_DRAWINGS)(self._draw)
        self._sketches: dict[tuple[str, float], bytes] = {}
        self._tree = None

    @classmethod
    def of_columns(cls, columns: Mapping[str, memoryview]) -> DistrictIndex:
        """Return the index of what `columns` gave; outlines are read when they are asked for."""
        index = cls.__new__(cls)
        index._fill(
            [District(**row) for row in orjson.loads(columns["districts"])],
            _StoredParts(columns["wkb"], columns["wkb.ends"], columns["wkb.sums"]),
            np.asarray(columns["boxes"], dtype=np.float64),
            np.asarray(columns["counts"], dtype=np.int64),
        )
        return index

    def columns(self) -> dict[str, NDArray[Any] | bytes]:
        """Return what the index is made of: districts, bounds of their parts, and these as WKB."""
        texts = [shapely.to_wkb(part) for part in self._parts]
        boxes = np.column_stack((self._west, self._south, self._east, self._north))
        return {
            "districts": orjson.dumps(list(self._districts.values())),
            "boxes": boxes.reshape(-1),
            "counts": self._counts,
            "wkb": b"".join(texts),
            "wkb.ends": np.cumsum([len(text) for text in texts], dtype=np.int64),
            "wkb.sums": np.array([crc32(text) for text in texts], dtype=np.uint32),
        }

    def __len__(self) -> int:
        return len(self._districts)

    def __contains__(self, code: object) -> bool:
        return code in self._districts

    def __getitem__(self, code: str) -> District:
        return self._districts[code]

    @cached_property
    def districts(self) -> Sequence[District]:
        """Every district, largest level first, then by code."""
        ordered = sorted(self._districts.values(), key=lambda d: (rank(d.level), d.level, d.code))
        return tuple(ordered)

    def local(self, official: Iterable[str]) -> set[str]:
        """Return the codes of local areas: districts that are none of the official ones."""
        return self._districts.keys() - set(official)

    def outline(self, code: str) -> MultiPolygon:
        """Return the outline of a district, degrees, EPSG:4326."""
        first, last = self._edges[self._numbers[code] :][:2]
        return MultiPolygon([self._parts[i] for i in range(int(first), int(last))])

    def drawing(self, code: str, tolerance_m: float = 0.0) -> dict[str, Any]:
        """Return the outline of a district that has one as GeoJSON; the last are kept.

        ``tolerance_m`` says how far, in metres, a simplified line may stray from the true one; 0
        keeps every vertex. For drawing only: questions are answered from the true outline.
        """
        return self._drawn(code, tolerance_m)

    def _draw(self, code: str, tolerance_m: float) -> dict[str, Any]:
        outline = self.outline(code)
        if tolerance_m > 0:
            outline = polygonal(outline.simplify(tolerance_m / METRES_PER_DEGREE_LAT_MIN))
        rounded = shapely.transform(outline, lambda xy: np.round(xy, _DRAWING_DIGITS))
        return mapping(rounded)

    def sketch(self, code: str, pixel_m: float) -> bytes:
        """Return the outline of a district as a map of a scale shows it: GeoJSON as text; cached.

        ``pixel_m`` is the length of a pixel in metres. Lines stray less than a pixel from the true
        ones; parts smaller than two are left out, but for the largest.
        """
        key = (code, pixel_m)
        if key not in self._sketches:
            pixel = pixel_m / METRES_PER_DEGREE_LAT_MIN
            boxes = self.part_boxes(code)
            sides = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
            seen = (sides >= 2 * pixel) | (sides == sides.max())
            parts = [
                part
                for part, is_seen in zip(self.outline(code).geoms, seen, strict=True)
                if is_seen
            ]
            outline = polygonal(MultiPolygon(parts).simplify(pixel / 2))
            digits = int(np.ceil(-np.log10(pixel / 4)))
            rounded = shapely.transform(outline, lambda xy: np.round(xy, digits))
            self._sketches[key] = orjson.dumps(mapping(rounded))
        return self._sketches[key]

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of all districts in degrees, None without any."""
        if not self._west.size:
            return None
        corners = self._west.min(), self._south.min(), self._east.max(), self._north.max()
        west, south, east, north = map(float, corners)
        return west, south, east, north

    def bounds_of(self, code: str) -> tuple[float, float, float, float]:
        """Return west, south, east and north of a district that has an outline, degrees."""
        boxes = self.part_boxes(code)
        west, south = boxes[:, :2].min(axis=0).tolist()
        east, north = boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    def part_boxes(self, code: str) -> NDArray[np.float64]:
        """Return west, south, east and north of each part of an outline; shape ``(parts, 4)``."""
        first, last = self._edges[self._numbers[code] :][:2]
        columns = (self._west, self._south, self._east, self._north)
        return np.column_stack([column[first:last] for column in columns])

    def touching(self, west: float, south: float, east: float, north: float) -> set[str]:
        """Return the districts of which a part's bounds touch a box (degrees)."""
        inside = (self._west <= east) & (west <= self._east)
        inside &= (self._south <= north) & (south <= self._north)
        return {self._codes[owner] for owner in set(self._owners[inside].tolist())}

    def containing(self, lon: float, lat: float) -> list[District]:
        """Return the districts whose outline covers a point (degrees), smallest level first."""
        if not self._districts:
            return []
        codes = {
            self._codes[self._owners[i]]
            for i in self._around(lon, lat)
            if shapely.intersects_xy(self._parts[i], lon, lat)
        }
        covering = [self._districts[code] for code in codes]
        return sorted(covering, key=lambda d: (-rank(d.level), d.level, d.code))

    def covers(self, code: str, lon: float, lat: float) -> bool:
        """Return whether the outline of a district that has one covers a point (degrees)."""
        first, last = self._edges[self._numbers[code] :][:2].tolist()
        inside = (self._west[first:last] <= lon) & (lon <= self._east[first:last])
        inside &= (self._south[first:last] <= lat) & (lat <= self._north[first:last])
        near = np.flatnonzero(inside).tolist()
        return any(shapely.intersects_xy(self._parts[first + i], lon, lat) for i in near)

    def _around(self, lon: float, lat: float) -> Iterable[int]:
        """Return the parts whose bounds hold a point."""
        if not self._owners.size:
            return ()
        if self._tree is not None:
            return self._tree.intersection((lon, lat, lon, lat))
        holding = np.logical_and.reduce(self._limits <= (lon, lat, -lon, -lat), axis=1)
        found: list[int] = holding.nonzero()[0].tolist()
        return found

    def municipality_at(self, lon: float, lat: float) -> District | None:
        """Return the municipality or ward that covers a point, None at sea or abroad."""
        leaves, orders = self._leaves
        near = (order for order in orders[list(self._around(lon, lat))].tolist() if order >= 0)
        for order in sorted(near):
            part = leaves[order]
            if shapely.intersects_xy(self._parts[part], lon, lat):
                return self._districts[self._codes[self._owners[part]]]
        return None

    @cached_property
    def _limits(self) -> NDArray[np.float64]:
        """West, south, minus east and minus north of the parts: one comparison finds a point."""
        return np.asarray(self._boxes * (1.0, 1.0, -1.0, -1.0))

    @cached_property
    def _leaves(self) -> tuple[list[int], NDArray[np.int64]]:
        """Return the parts of municipalities and wards in order, and the place of each part in it.

        The order is that of `leaf_of`; a part of another district has the place -1.
        """
        places = [
            self._numbers[district.code]
            for district in sorted(self._districts.values(), key=_leaf_order)
            if district.level in _LEAF_LEVELS
        ]
        leaves = [part for place in places for part in range(*self._edges[place : place + 2])]
        orders = np.full(self._owners.size, -1, dtype=np.int64)
        orders[leaves] = np.arange(len(leaves))
        return leaves, orders

    def distance_to_m(self, code: str, lon: float, lat: float) -> float:
        """Return roughly how far a point lies outside a district, 0 inside; metres.

        Good to a few per cent near the outline, which is all that telling a coarse outline from
        a wrong coordinate needs; never used for a distance that is shown.
        """
        cos_lat = float(np.cos(np.radians(lat)))
        scale = np.array([METRES_PER_DEGREE_LAT_MIN * cos_lat, METRES_PER_DEGREE_LAT_MIN])
        local = shapely.transform(
            self.outline(code), lambda xy: (xy - np.array([lon, lat])) * scale
        )
        return float(shapely.distance(local, shapely.Point(0, 0)))


def leaf_of(covering: Iterable[District]) -> District | None:
    """Return the municipality or ward among districts that cover a point, None without one."""
    leaves = (district for district in covering if district.level in _LEAF_LEVELS)
    return min(leaves, key=_leaf_order, default=None)


def _leaf_order(leaf: District) -> tuple[bool, str]:
    """Return by what one of several municipalities and wards around a point comes first."""
    return leaf.level != "ward", leaf.code


def place_of(
    districts: DistrictIndex, local: Collection[str], location: Location, stated: str
) -> tuple[str, list[str]]:
    """Return the municipality or ward of a facility, and the local areas that cover it.

    ``local`` are the codes of local areas, ``stated`` is the municipality of its address: that of
    a position which is not a published coordinate, or lies just outside the outline it claims.
    """
    if location.lon is None or location.lat is None:
        return stated, []
    if location.level != "point" and not local:
        return stated, []
    covering = districts.containing(location.lon, location.lat)
    areas = [district.code for district in covering if district.code in local]
    leaf = leaf_of(covering)
    if leaf is None or location.level != "point":
        return stated, areas
    is_off = bool(stated) and not _OFF_OUTLINE.isdisjoint(location.warnings)
    return stated if is_off else leaf.code, areas


class _StoredParts(Sequence[Polygon]):
    """Polygons in WKB, prepared when they are asked for; the last ones are kept."""

    def __init__(self, wkb: memoryview, ends: memoryview, sums: memoryview) -> None:
        self._wkb, self._ends, self._sums = wkb, ends, sums
        self._kept = lru_cache(_KEPT_PARTS)(self._read)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> Polygon: ...
    @overload
    def __getitem__(self, index: slice) -> list[Polygon]: ...
    def __getitem__(self, index: int | slice) -> Polygon | list[Polygon]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return self._kept(index)

    def _read(self, index: int) -> Polygon:
        start = self._ends[index - 1] if index else 0
        text = self._wkb[start : self._ends[index]]
        if crc32(text) != self._sums[index]:
            raise StaleArchiveError("an outline in the compiled snapshot is damaged")
        part = cast("Polygon", shapely.from_wkb(bytes(text)))
        shapely.prepare(part)
        return part


def with_unions(
    outlines: Sequence[tuple[District, MultiPolygon]],
    members: Mapping[District, Sequence[str]],
    equivalents: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[tuple[District, MultiPolygon]]:
    """Add the larger districts whose members all have an outline.

    ``members`` gives for each larger district (city, medical care area, prefecture) the codes of
    all its municipalities and wards. A district with a member missing is left out: part of an area
    must not pass for the whole; the codes of the same land before or after a change stand in for
    a member (``equivalents``).
    """
    known = {district.code: outline for district, outline in outlines}

    def covered(code: str) -> bool:
        others = equivalents.get(code, ())
        return code in known or (bool(others) and all(other in known for other in others))

    unions = [
        (district, dissolve([known[code] for code in codes if code in known]))
        for district, codes in members.items()
        if district.code not in known and codes and all(map(covered, codes))
    ]
    return [*outlines, *unions]
