"""Land around the districts whose outlines are held, roughly: a map without tiles is no island."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import shapely
from shapely.geometry import MultiPolygon

from geoportal.geo.polygons import polygonal
from geoportal.index.districts import DistrictIndex

REACH_DEGREES = 3.0
"""How far around the outlines land is drawn: what a map that opens on them can be moved to see."""
_SLIVER_DEGREES = 0.012
"""Two coasts of one shore differ by less than twice this; what is narrower is none of the land."""
_TOLERANCE_DEGREES = 0.002


@cache
def rough_land(path: Path) -> MultiPolygon:
    """Return the land of ``land.csv``, degrees, EPSG:4326: each row is the outline of one part."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row["outline"].split("|") for row in csv.DictReader(file)]
    rings = [[tuple(map(float, corner.split())) for corner in row] for row in rows]
    return polygonal(MultiPolygon([(ring, ()) for ring in rings]))


@lru_cache(maxsize=2)
def land_around(districts: DistrictIndex, path: Path) -> MultiPolygon:
    """Return the land of ``land.csv`` around the outlines held, without what they cover."""
    codes = {district.code for district in districts.districts if not district.is_local}
    whole = [code for code in codes if code[:2] not in codes or len(code) == 2]
    return land_beyond(rough_land(path), [districts.outline(code) for code in whole])


def land_beyond(rough: MultiPolygon, outlines: Sequence[MultiPolygon]) -> MultiPolygon:
    """Return rough land that lies beyond outlines that are known better.

    Parameters
    ----------
    rough : MultiPolygon
        Degrees, its coast some 500 m off.
    outlines : sequence of MultiPolygon
        Degrees. Strips along their coasts, where the rough land only strays from them, are left
        out. Without any, all of the rough land is returned.
    """
    if not outlines:
        return rough
    held = shapely.union_all([outline.simplify(_TOLERANCE_DEGREES / 2) for outline in outlines])
    west, south, east, north = held.bounds
    window = shapely.box(
        west - REACH_DEGREES, south - REACH_DEGREES, east + REACH_DEGREES, north + REACH_DEGREES
    )
    rest = rough.intersection(window).difference(held)
    broad = rest.buffer(-_SLIVER_DEGREES).buffer(_SLIVER_DEGREES)
    return polygonal(broad.difference(held).simplify(_TOLERANCE_DEGREES))
