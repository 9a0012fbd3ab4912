"""Geodesic distances on the GRS80 ellipsoid, the only distances that decide anything here."""

from __future__ import annotations

import math
import sys
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from pyproj import Geod

METRES_PER_DEGREE_LAT_MIN = 110_500.0
"""A lower bound of one degree of latitude on GRS80, metres (110,574 at the equator)."""

_COS_MARGIN = 0.98
_AXIS_M, _FLATTENING = 6_378_137.0, 1 / 298.257222101
"""Of GRS80: half of the major axis, and the flattening."""
_FEW = 1_000
"""Geodesics that take less time in Python than PROJ takes to be loaded."""


@cache
def grs80() -> Geod:
    """Return the calculator of geodesics, made when it is first needed."""
    from pyproj import Geod  # takes time to load

    return Geod(ellps="GRS80")


def distance_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the geodesic distance between two points.

    Parameters
    ----------
    lon1, lat1, lon2, lat2 : float
        Degrees, WGS 84.

    Returns
    -------
    float
        Metres along the GRS80 ellipsoid.
    """
    return float(grs80().inv(lon1, lat1, lon2, lat2)[2])


def distances_m(lon: float, lat: float, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.float64]:
    """Return the geodesic distances from one point to many.

    Parameters
    ----------
    lon, lat : float
        Degrees, WGS 84.
    lons, lats : array_like, shape (n,)
        Degrees, WGS 84.

    Returns
    -------
    ndarray, shape (n,)
        Metres along the GRS80 ellipsoid; empty for no points.
    """
    to_lon = np.asarray(lons, dtype=np.float64)
    to_lat = np.asarray(lats, dtype=np.float64)
    if to_lon.size == 0:
        return np.empty(0)
    from_lon = np.full(to_lon.shape, lon)
    from_lat = np.full(to_lat.shape, lat)
    return np.asarray(grs80().inv(from_lon, from_lat, to_lon, to_lat)[2], dtype=np.float64)


def few_distances_m(
    lon: float, lat: float, lons: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what `distances_m` does, without loading PROJ for a few points.

    Where it is not loaded they are computed in Python by the same algorithm (Karney 2013,
    doi:10.1007/s00190-012-0578-z) of the same author. Both are within 15 nm of the geodesic.
    """
    if lons.size > _FEW or "pyproj" in sys.modules:
        return distances_m(lon, lat, lons, lats)
    from geographiclib.geodesic import Geodesic  # for commands, which are short

    ellipsoid = Geodesic(_AXIS_M, _FLATTENING)
    return np.array(
        [
            ellipsoid.Inverse(lat, lon, to_lat, to_lon, Geodesic.DISTANCE)["s12"]
            for to_lon, to_lat in zip(lons.tolist(), lats.tolist(), strict=True)
        ]
    )


def bounding_degrees(lon: float, lat: float, radius_m: float) -> tuple[float, float, float, float]:
    """Return a box that surely holds the geodesic circle around a point.

    Generous by design: a prefilter may let too much through, never too little.

    Returns
    -------
    tuple of float
        west, south, east, north in degrees. The box may pass ±180°; Japan does not.
    """
    dlat = radius_m / METRES_PER_DEGREE_LAT_MIN
    widest = min(abs(lat) + dlat, 89.0)
    metres_per_degree_lon = METRES_PER_DEGREE_LAT_MIN * math.cos(math.radians(widest)) * _COS_MARGIN
    dlon = radius_m / metres_per_degree_lon
    return lon - dlon, lat - dlat, lon + dlon, lat + dlat
