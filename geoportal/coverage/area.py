"""Target of a study: a district or a city, divided into the districts that are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from geoportal.coverage.distance_zones import Rows
from geoportal.domain.district import LOCAL
from geoportal.errors import InputRefusedError, NotFoundError
from geoportal.geo.distinct import distinct
from geoportal.geo.polygons import polygonal
from geoportal.index.districts import DistrictIndex
from geoportal.index.snapshot import Snapshot

LEAVES = frozenset({"municipality", "ward"})
"""Levels of districts that share no ground and together make up a prefecture."""
REST = "rest"
REST_NAME = "区域外"
"""The part of an area that no local district covers: with it, districts add up to the whole."""

CELL_DEGREES = 0.007
"""More than a half mesh is wide: 22.5 seconds of longitude, 15 of latitude."""

SLIVER = 1e-3
"""A share of a local district below this is not a part of it: two outlines of one border differ."""


@dataclass(frozen=True)
class StudyArea:
    """A district that is compared.

    Attributes
    ----------
    code, name, level : str
    outline : MultiPolygon
        Degrees, EPSG:4326.
    within : tuple of str
        Codes of the whole that a local district, or the rest, is a part of; empty: undivided.
    neighbours : tuple of str
        For the rest, the codes of the local districts next to it.
    """

    code: str
    name: str
    level: str
    outline: MultiPolygon
    within: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()

    def facility_rows(self, snapshot: Snapshot) -> Rows:
        """Return the facilities in the district; see `Snapshot.in_district`.

        The rest has all of the whole that no local district has, those without a position, too:
        however a city is divided, its facilities stay the same.
        """
        if not self.within:
            return snapshot.in_district(self.code)
        whole = _rows_in(snapshot, self.within)
        if self.level == REST:
            return np.setdiff1d(whole, _rows_in(snapshot, self.neighbours))
        return np.intersect1d(whole, snapshot.in_district(self.code))


@dataclass(frozen=True)
class Target:
    """The whole and its districts.

    Attributes
    ----------
    code, name : str
        Of the whole.
    areas : tuple of StudyArea
        Do not overlap, and make up the whole.
    land : tuple of MultiPolygon
        Outlines of the municipalities and wards imported that a cell of the whole may touch.
    sea_known : bool
        True when every municipality of the prefecture is imported: what no outline covers is sea.
    municipalities : tuple of str
        Codes of the municipalities and wards that make up the whole; empty for a local district.
    cities : tuple of str
        Codes of the cities and areas that these make up completely: what is filed under one of
        them is of the whole, too.
    """

    code: str
    name: str
    areas: tuple[StudyArea, ...]
    land: tuple[MultiPolygon, ...]
    sea_known: bool
    municipalities: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()

    @property
    def outlines(self) -> tuple[MultiPolygon, ...]:
        """Outlines of the districts."""
        return tuple(area.outline for area in self.areas)

    @property
    def local(self) -> str:
        """The level of the local districts it is divided by, empty for none."""
        return next((a.level for a in self.areas if a.within and a.level != REST), "")

    def area_at(self, lon: float, lat: float) -> int:
        """Return the number of the district that covers a point, -1 outside."""
        point = shapely.Point(lon, lat)
        return next((n for n, a in enumerate(self.areas) if a.outline.covers(point)), -1)


def choose_target(
    districts: DistrictIndex,
    members: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    code: str,
    *,
    local: str = "",
) -> Target:
    """Return the target of a study: a district of any level, or a city, by its code.

    ``members`` gives for each known code the municipalities and wards in it (itself for those),
    ``names`` those of municipalities that have no outline, for messages. ``local`` divides by the
    locally defined districts of this level (日常生活圏域, 中学校区) instead of wards; ``"local"``
    for the only such level imported here; empty for none.

    Raises
    ------
    NotFoundError
        When no district has the code.
    InputRefusedError
        When an outline that is needed is not imported, or several local levels are and none is
        named.
    """
    if code not in members and code not in districts:
        raise NotFoundError("no district has this code; see: geoportal districts")
    codes = [member for member in members.get(code, (code,)) if member != code] or [code]
    _require_outlines(districts, codes, names)
    areas = tuple(
        StudyArea(part, districts[part].name, districts[part].level, districts.outline(part))
        for part in codes
    )
    municipalities = tuple(area.code for area in areas if area.level in LEAVES)
    inside = set(municipalities)
    beside = _beside(districts, areas)
    if local:
        areas = _local_areas(districts, areas, local)
    return Target(
        code=code,
        name=districts[code].name if code in districts else names.get(code, code),
        areas=areas,
        land=tuple(
            districts.outline(leaf.code)
            for leaf in districts.districts
            if leaf.code in beside
            and leaf.level in LEAVES
            and set(members.get(leaf.code, ())) <= {leaf.code}
        ),
        sea_known=_sea_known(districts, codes),
        municipalities=municipalities,
        cities=tuple(city for city, inner in members.items() if inner and inside.issuperset(inner)),
    )


def _beside(districts: DistrictIndex, areas: Sequence[StudyArea]) -> set[str]:
    """Return the districts that a cell which touches an area may touch, by boxes."""
    bounds = [area.outline.bounds for area in areas if not area.outline.is_empty]
    if not bounds:
        return set()
    west, south = np.min(bounds, axis=0)[:2] - CELL_DEGREES
    east, north = np.max(bounds, axis=0)[2:] + CELL_DEGREES
    return districts.touching(west, south, east, north)


def _require_outlines(
    districts: DistrictIndex, codes: Sequence[str], names: Mapping[str, str]
) -> None:
    missing = [code for code in codes if code not in districts]
    if missing:
        listed = "、".join(names.get(code, code) for code in missing[:5])
        raise InputRefusedError(
            f"no outline is held of {listed}{' and more' if len(missing) > 5 else ''}; import "
            "boundaries first: geoportal import N03-….geojson (国土数値情報 行政区域)"
        )


def local_levels(districts: DistrictIndex, within: BaseGeometry) -> list[str]:
    """Return the levels of the local districts that lie in an outline, in part at least, by name.

    A sliver along the border does not count, see `SLIVER`.
    """
    return sorted(
        {
            district.level
            for district in districts.districts
            if district.is_local and not _piece(within, districts.outline(district.code)).is_empty
        }
    )


def _piece(within: BaseGeometry, outline: MultiPolygon) -> MultiPolygon:
    """Return the part of a local district that lies within an area; empty for a sliver of it."""
    piece = polygonal(within.intersection(outline))
    return piece if piece.area > SLIVER * outline.area else MultiPolygon()


def _rows_in(snapshot: Snapshot, codes: Sequence[str]) -> Rows:
    groups = [snapshot.in_district(code) for code in codes]
    return distinct(np.concatenate(groups)) if groups else np.empty(0, dtype=np.int64)


def _sea_known(districts: DistrictIndex, codes: Sequence[str]) -> bool:
    """Say whether every prefecture that the districts lie in is imported whole."""
    prefectures = {code[:2] for code in codes if districts[code].level in LEAVES}
    for code in codes:
        if districts[code].is_local:
            outline = districts.outline(code)
            prefectures |= {
                leaf.code[:2]
                for leaf in districts.districts
                if leaf.level in LEAVES and outline.intersects(districts.outline(leaf.code))
            }
    return bool(prefectures) and all(code in districts for code in prefectures)


def _local_areas(
    districts: DistrictIndex, within: Sequence[StudyArea], level: str
) -> tuple[StudyArea, ...]:
    """Divide an area by the local districts in it; what none covers becomes the rest.

    Where two local districts overlap (sloppy digitising), the lower code keeps the overlap.
    """
    rest = shapely.union_all([area.outline for area in within])
    levels = local_levels(districts, rest)
    if level != LOCAL and level not in levels:
        raise InputRefusedError(
            "no local districts called so are held here"
            f"{', but: ' + ', '.join(levels) if levels else ''}; import their outlines first"
        )
    if not levels:
        raise InputRefusedError(
            "no local districts (日常生活圏域, 中学校区) are held here; import their outlines first"
        )
    if level == LOCAL and len(levels) > 1:
        raise InputRefusedError(
            f"several sets of local districts are held here: {', '.join(levels)}; name one of them"
        )
    codes = tuple(area.code for area in within)
    areas = []
    for district in districts.districts:
        if not district.is_of(level):
            continue
        piece = _piece(rest, districts.outline(district.code))
        if piece.is_empty:
            continue
        areas.append(StudyArea(district.code, district.name, district.level, piece, codes))
        rest = rest.difference(piece)
    remaining = polygonal(rest)
    if not remaining.is_empty:
        neighbours = tuple(area.code for area in areas)
        areas.append(StudyArea(REST, REST_NAME, REST, remaining, codes, neighbours))
    return tuple(areas)
