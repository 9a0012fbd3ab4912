"""Distances by the equirectangular approximation: fast, to 1 % below 100 km.

For uncertainties and neighbourhoods only. What decides about a facility (radius, 16 km rule) is
measured along the ellipsoid by `geoportal.geo.geodesic`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

METRES_PER_DEGREE = 111_195.0
"""Metres of one degree of latitude on a sphere of 6,371,009 m, the mean radius of GRS80."""

_MEDOID_SAMPLE = 400


def distances_m(lon: Floats, lat: Floats, centre_lon: float, centre_lat: float) -> Floats:
    """Return the distances from points to a centre.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Degrees, WGS 84.
    centre_lon, centre_lat : float
        Degrees, WGS 84.

    Returns
    -------
    ndarray, shape (n,)
        Metres.
    """
    east = (lon - centre_lon) * math.cos(math.radians(centre_lat))
    return np.asarray(np.hypot(east, lat - centre_lat) * METRES_PER_DEGREE)


def distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the distance in metres between two points in degrees, WGS 84."""
    east = (other_lon - lon) * math.cos(math.radians(lat))
    return math.hypot(east, other_lat - lat) * METRES_PER_DEGREE


def medoid(lon: Floats, lat: Floats) -> int:
    """Return the index of the point with the least sum of distances to the others.

    Of more than 400 points, every n-th is compared against, which moves the result by less than
    the extent of the points.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Degrees, finite; at least one point.
    """
    stretch = math.cos(math.radians(float(lat[0])))
    step = max(1, len(lon) // _MEDOID_SAMPLE)
    east = (lon[:, None] - lon[None, ::step]) * stretch
    north = lat[:, None] - lat[None, ::step]
    return int(np.hypot(east, north).sum(axis=1).argmin())
