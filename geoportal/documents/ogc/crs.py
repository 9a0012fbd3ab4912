"""Coordinate reference systems of OGC API – Features Part 2, by URI, with their own axis order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geoportal.errors import UsageError

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
_GEOGRAPHIC: Final = ("4326", "6668")
"""WGS 84 and JGD2011, latitude first; JGD2011 is taken as equal to WGS 84."""
_PLANE: Final = tuple(str(code) for code in range(6669, 6688))
"""平面直角座標系 I–XIX of JGD2011 (平成14年国土交通省告示第9号): X is north, Y is east."""
SYSTEMS: Final = (CRS84, *(_EPSG + code for code in (*_GEOGRAPHIC, *_PLANE)))


def require_crs(uri: str | None, field: str) -> str:
    """Return a URI of `SYSTEMS`; CRS84 for none.

    Raises
    ------
    UsageError
        When it is another.
    """
    chosen = CRS84 if uri is None else uri.strip("[]<>")
    if chosen not in SYSTEMS:
        raise UsageError("this CRS is not offered; the collection lists those that are", field)
    return chosen


def box_in_crs84(text: str, crs: str) -> tuple[float, float, float, float]:
    """Return a box west, south, east, north in degrees of ``bbox`` in the axis order of a CRS.

    Heights, of six numbers the third and the sixth, are left out. In degrees the west may be
    greater than the east: such a box goes over 180° (OGC 17-069r4, 7.15.3).

    Raises
    ------
    UsageError
        When the text is not four or six finite numbers, the lower corner first.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not np.isfinite(numbers).all():
        raise UsageError("expected four numbers", "bbox")
    first, second, third, fourth = numbers
    if crs == CRS84:
        west, south, east, north = numbers
    elif crs.removeprefix(_EPSG) in _GEOGRAPHIC:
        south, west, north, east = numbers
    else:
        if first > third or second > fourth:
            raise UsageError("expected the lesser corner first", "bbox")
        corners = np.array(
            [(first, second), (first, fourth), (third, second), (third, fourth)], dtype=float
        )
        lon, lat = _transformed_points(crs, corners, "INVERSE")
        west, south, east, north = min(lon), min(lat), max(lon), max(lat)
    if south > north:
        raise UsageError("expected the lesser latitude first", "bbox")
    inside = min(west, east) >= -180 and max(west, east) <= 180
    if not (np.isfinite([west, south, east, north]).all() and inside):
        raise UsageError("the box lies outside of the world", "bbox")
    return float(west), float(south), float(east), float(north)


def in_crs(geometries: Iterable[dict[str, Any] | None], crs: str) -> list[dict[str, Any] | None]:
    """Return GeoJSON geometries of CRS84 in a CRS, coordinates in its axis order."""
    if crs == CRS84:
        return list(geometries)
    return [None if g is None else _transformed(g, crs) for g in geometries]


def _transformed(geometry: dict[str, Any], crs: str) -> dict[str, Any]:
    digits = 8 if crs.removeprefix(_EPSG) in _GEOGRAPHIC else 3

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(np.column_stack(_transformed_points(crs, points, "FORWARD")), digits)

    shape = shapely.geometry.shape(geometry)
    return dict(shapely.geometry.mapping(shapely.transform(shape, project)))


def _transformed_points(crs: str, points: NDArray[np.float64], direction: str) -> Any:
    """Return the two coordinates of points, from CRS84 (``FORWARD``) or to it (``INVERSE``).

    The geographic systems differ in the order of the axes alone: to look up how they relate takes
    PROJ seconds.
    """
    if crs.removeprefix(_EPSG) in _GEOGRAPHIC:
        return points[:, 1], points[:, 0]
    return _transformer(crs).transform(points[:, 0], points[:, 1], direction=direction)


@lru_cache(maxsize=len(SYSTEMS))
def _transformer(crs: str) -> Transformer:
    return Transformer.from_crs("OGC:CRS84", f"EPSG:{crs.removeprefix(_EPSG)}")
