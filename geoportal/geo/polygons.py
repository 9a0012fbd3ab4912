"""Polygons: reading, mending and simplifying outlines in degrees (EPSG:4326)."""

from __future__ import annotations

from collections.abc import Iterable

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

_TANGLED = 10
JAPAN_BOUNDS = (122.0, 20.0, 154.5, 46.0)
"""West, south, east, north of the area of Japan in degrees, from 与那国島 to 南鳥島."""


def in_japan(lon: float | None, lat: float | None) -> bool:
    """Say whether a position lies in the bounding box of Japan; false for missing numbers."""
    if lon is None or lat is None:
        return False
    west, south, east, north = JAPAN_BOUNDS
    return west <= lon <= east and south <= lat <= north


def is_tangled(geometry: BaseGeometry) -> bool:
    """Say whether an outline crosses itself so often that to repair it would take minutes.

    Its length is then many times that of the box around it. The most broken coasts of Japan have
    some 5 times it, a star of 80 random points 10; one of 200 takes 10 s.
    """
    if geometry.is_empty:
        return False
    west, south, east, north = geometry.bounds
    around = 2 * (east - west + north - south)
    return bool(geometry.length > _TANGLED * around) and not geometry.is_valid


def polygonal(geometry: BaseGeometry) -> MultiPolygon:
    """Return the areal part of a geometry as a valid multi-polygon.

    Parameters
    ----------
    geometry : shapely geometry
        Degrees. Invalid rings (self-touching outlines occur in official files) are mended.

    Returns
    -------
    MultiPolygon
        Empty when there is no area.
    """
    valid = geometry if geometry.is_valid else shapely.make_valid(geometry)
    return MultiPolygon(_polygons(valid))


def dissolve(geometries: Iterable[BaseGeometry]) -> MultiPolygon:
    """Return the union of outlines as one multi-polygon (one feature per island → one district)."""
    return polygonal(shapely.union_all([polygonal(geometry) for geometry in geometries]))


def vertex_count(geometry: BaseGeometry) -> int:
    """Return how many vertices an outline has: its detail."""
    return int(shapely.get_num_coordinates(geometry))


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    if hasattr(geometry, "geoms"):
        return [polygon for part in geometry.geoms for polygon in _polygons(part)]
    return []
