"""Points in memory: who lies within a radius, exactly, in one vectorised step.

Rows of 0.01° of latitude, sorted by longitude within a row; a radius question cuts one slice out
of each row it touches. Measured against R-trees, kd-trees and PostGIS this plain layout is the
fastest at half a million points (``DESIGN.md``, "Speed").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoportal.geo.geodesic import bounding_degrees, distances_m

BAND_DEGREES = 0.01
_SEMI_MAJOR_M = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_E2 = _FLATTENING * (2 - _FLATTENING)
_DOUBT_M = 0.005
"""How far the chord distance may be trusted up to 50 km is 1 mm; five times that is doubt."""

Rows = NDArray[np.int64]
Metres = NDArray[np.float64]


class PointIndex:
    """An immutable index of points for radius questions.

    Parameters
    ----------
    lons, lats : array_like, shape (n,)
        Degrees, WGS 84, finite. Row numbers in answers refer to this order.
    """

    def __init__(self, lons: ArrayLike, lats: ArrayLike) -> None:
        lon = np.asarray(lons, dtype=np.float64)
        lat = np.asarray(lats, dtype=np.float64)
        band = np.floor(lat / BAND_DEGREES).astype(np.int64)
        self._order = np.lexsort((lon, band))
        self._lon = lon[self._order]
        self._lat = lat[self._order]
        self._xyz = earth_centred(self._lon, self._lat)
        bands = band[self._order]
        self._first_band = int(bands[0]) if bands.size else 0
        last_band = int(bands[-1]) if bands.size else -1
        edges = np.arange(self._first_band, last_band + 2)
        self._starts = np.searchsorted(bands, edges)

    def __len__(self) -> int:
        return int(self._lon.size)

    def within(
        self, lon: float, lat: float, radius_m: float, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Rows, Metres]:
        """Return the rows within a geodesic radius, inclusive, and their distances.

        Parameters
        ----------
        lon, lat : float
            Degrees, WGS 84.
        radius_m : float
            Metres along the GRS80 ellipsoid, up to 50,000.
        allowed : ndarray of bool, shape (n,), optional
            Rows that may be returned at all (kind, need); asked before any distance.

        Returns
        -------
        rows : ndarray of int, shape (m,)
            In no particular order; empty when nothing is near.
        distances : ndarray of float, shape (m,)
            Metres. Within 1 mm of the geodesic, and on the same side of ``radius_m`` and of every
            half metre (so that rounding to 1 m agrees): where that is in doubt, the geodesic
            itself is computed.
        """
        places = self._candidates(*bounding_degrees(lon, lat, radius_m))
        if allowed is not None:
            places = places[allowed[self._order[places]]]
        if places.size == 0:
            return np.empty(0, dtype=np.int64), np.empty(0)
        metres = self._distances(lon, lat, places, radius_m)
        inside = metres <= radius_m
        return self._order[places[inside]], metres[inside]

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows in a box of degrees, edges included."""
        places = self._candidates(west, south, east, north)
        lat = self._lat[places]
        return self._order[places[(lat >= south) & (lat <= north)]]

    def _candidates(self, west: float, south: float, east: float, north: float) -> Rows:
        """Places (positions in the sorted arrays) of the rows' slices between two longitudes."""
        first = max(int(np.floor(south / BAND_DEGREES)) - self._first_band, 0)
        last = min(int(np.floor(north / BAND_DEGREES)) - self._first_band, len(self._starts) - 2)
        slices = []
        for band in range(first, last + 1):
            start, stop = self._starts[band], self._starts[band + 1]
            row = self._lon[start:stop]
            left = start + np.searchsorted(row, west, side="left")
            right = start + np.searchsorted(row, east, side="right")
            if right > left:
                slices.append(np.arange(left, right))
        return np.concatenate(slices) if slices else np.empty(0, dtype=np.int64)

    def _distances(self, lon: float, lat: float, places: Rows, radius_m: float) -> Metres:
        centre = earth_centred(np.array([lon]), np.array([lat]))[0]
        chord = np.sqrt(((self._xyz[places] - centre) ** 2).sum(axis=1))
        metres: Metres = chord + chord**3 / (24 * mean_radius_m(lat) ** 2)
        rim = np.abs(metres - radius_m) < _DOUBT_M
        rounding = np.abs(metres - np.floor(metres) - 0.5) < _DOUBT_M
        doubtful = np.flatnonzero(rim | rounding)
        at = places[doubtful]
        metres[doubtful] = distances_m(lon, lat, self._lon[at], self._lat[at])
        return metres


def earth_centred(lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return earth-centred coordinates on the GRS80 ellipsoid, shape (n, 3), metres."""
    lon, lat = np.radians(lons), np.radians(lats)
    normal = _SEMI_MAJOR_M / np.sqrt(1 - _E2 * np.sin(lat) ** 2)
    return np.column_stack(
        (
            normal * np.cos(lat) * np.cos(lon),
            normal * np.cos(lat) * np.sin(lon),
            normal * (1 - _E2) * np.sin(lat),
        )
    )


def mean_radius_m(lat: float) -> float:
    """Return the Gaussian mean radius of curvature of GRS80 at a latitude, metres."""
    w2 = 1 - _E2 * np.sin(np.radians(lat)) ** 2
    return float(_SEMI_MAJOR_M * np.sqrt(1 - _E2) / w2)
