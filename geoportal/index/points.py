"""Point index: the points within a radius, exactly, in one vectorised step.

Rows of 0.01° of latitude, sorted by longitude within a row; a radius question cuts one slice out
of each row it touches. Measurements: ``geoportal/decisions/001-snapshot-and-latitude-bands.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoportal.geo.geodesic import bounding_degrees, few_distances_m

BAND_DEGREES = 0.01
_SEMI_MAJOR_M = 6_378_137.0
_FLATTENING = 1 / 298.257222101
_E2 = _FLATTENING * (2 - _FLATTENING)
_DOUBT_M = 0.005
_DOUBT_AT_M = 50_000.0
_LEAST_DOUBT_M = 0.000_2
"""The chord distance may be trusted to 1 mm at 50 km, growing with its cube; five times that at the
radius asked for, and never less than 0.2 mm, is doubt."""

_BAND_SPAN = 512.0
"""Keys are band × 512 + longitude: one sorted array for all bands, exact to 0.2 mm at any band."""
_SLACK = 1e-7

Rows = NDArray[np.int64]
Metres = NDArray[np.float64]
Flags = NDArray[np.bool_]
Allowed = Flags | Callable[[Rows], Flags]


class PointIndex:
    """An immutable index of points for radius questions.

    Parameters
    ----------
    lons, lats : array_like, shape (n,)
        Degrees, WGS 84, finite. Row numbers in answers refer to this order. Points given in
        `spatial_order` are read without a detour, which matters from some 100,000 on.
    """

    def __init__(self, lons: ArrayLike, lats: ArrayLike) -> None:
        lon = np.asarray(lons, dtype=np.float64)
        lat = np.asarray(lats, dtype=np.float64)
        order = spatial_order(lon, lat)
        self._order = None if np.array_equal(order, np.arange(order.size)) else order
        self._lon = lon[order]
        self._lat = lat[order]
        self._xyz = earth_centred(self._lon, self._lat)
        self._keys = _bands(self._lat) * _BAND_SPAN + self._lon

    @classmethod
    def of_columns(cls, columns: Mapping[str, NDArray[np.float64]]) -> PointIndex:
        """Return the index of points in `spatial_order`, of what `columns` gave."""
        index = cls.__new__(cls)
        index._order = None
        index._lon, index._lat, index._keys = columns["lon"], columns["lat"], columns["keys"]
        index._xyz = columns["xyz"].reshape(-1, 3)
        return index

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Return what the index is made of, as arrays of one dimension."""
        return {
            "lon": self._lon,
            "lat": self._lat,
            "keys": self._keys,
            "xyz": np.ascontiguousarray(self._xyz).reshape(-1),
        }

    def moved(
        self, away: Rows, rows: Rows, lons: NDArray[np.float64], lats: NDArray[np.float64]
    ) -> PointIndex:
        """Return the index without the rows ``away``, and with ``rows`` at other points.

        ``lons`` and ``lats`` are theirs, degrees, WGS 84.
        """
        order = np.arange(len(self)) if self._order is None else self._order
        stays = ~np.isin(order, away)
        added = spatial_order(lons, lats)
        lon, lat = lons[added], lats[added]
        keys = _bands(lat) * _BAND_SPAN + lon
        places = np.searchsorted(self._keys[stays], keys)
        index = PointIndex.__new__(PointIndex)
        index._order = np.insert(order[stays], places, rows[added])
        index._lon = np.insert(self._lon[stays], places, lon)
        index._lat = np.insert(self._lat[stays], places, lat)
        index._keys = np.insert(self._keys[stays], places, keys)
        index._xyz = np.insert(self._xyz[stays], places, earth_centred(lon, lat), axis=0)
        return index

    def __len__(self) -> int:
        return int(self._lon.size)

    def within(
        self,
        lon: float,
        lat: float,
        radius_m: float,
        allowed: Allowed | None = None,
        edges_m: Sequence[float] = (),
    ) -> tuple[Rows, Metres]:
        """Return the rows within a geodesic radius, inclusive, and their distances.

        Parameters
        ----------
        lon, lat : float
            Degrees, WGS 84.
        radius_m : float
            Metres along the GRS80 ellipsoid, up to 50,000.
        allowed : ndarray of bool, shape (n,), or callable, optional
            Rows that may be returned at all (kind, need), as flags or as a function from rows to
            flags; asked before any distance.
        edges_m : sequence of float
            Shorter radii by which the caller divides the rows again.

        Returns
        -------
        rows : ndarray of int, shape (m,)
            In no particular order; empty when nothing is near.
        distances : ndarray of float, shape (m,)
            Metres. Within 1 mm of the geodesic, and on the same side of ``radius_m``, ``edges_m``
            and every half metre (so that rounding to 1 m agrees): where that is in doubt, the
            geodesic itself is computed.
        """
        places = self._candidates(*bounding_degrees(lon, lat, radius_m))
        if allowed is not None and places.size:
            rows = self._rows(places)
            places = places[allowed(rows) if callable(allowed) else allowed[rows]]
        if places.size == 0:
            return np.empty(0, dtype=np.int64), np.empty(0)
        places, metres = self._measured(lon, lat, places, radius_m, edges_m)
        (inside,) = (metres <= radius_m).nonzero()
        if inside.size < places.size:
            places, metres = places.take(inside), metres.take(inside)
        return self._rows(places), metres

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows in a box of degrees, edges included."""
        places = self._candidates(west - _SLACK, south, east + _SLACK, north)
        lon, lat = self._lon[places], self._lat[places]
        inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
        return self._rows(places[inside])

    def _rows(self, places: Rows) -> Rows:
        return places if self._order is None else self._order[places]

    def _candidates(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the places (positions in the sorted arrays) of bands between two longitudes.

        A place at ``east`` itself may be left out.
        """
        first, last = math.floor(south / BAND_DEGREES), math.floor(north / BAND_DEGREES)
        bands = np.arange(first, last + 1, dtype=np.float64) * _BAND_SPAN
        starts, stops = self._keys.searchsorted(np.add.outer((west, east), bands))
        counts = stops - starts
        ends = counts.cumsum()
        total = int(ends[-1]) if ends.size else 0
        places: Rows = np.arange(total)
        if total:
            places += (starts - (ends - counts)).repeat(counts)
        return places

    def _measured(
        self, lon: float, lat: float, places: Rows, radius_m: float, edges_m: Sequence[float]
    ) -> tuple[Rows, Metres]:
        """Return the places that may lie inside and their distances; geodesic where in doubt."""
        centre = _earth_centred(lon, lat)
        away = self._xyz.take(places, axis=0)
        away -= centre
        squares = np.vecdot(away, away)
        (near,) = (squares <= (radius_m + 1.0) ** 2).nonzero()  # the chord is never longer
        places, squares = places.take(near), squares.take(near)
        chord = np.sqrt(squares)
        cubes = chord * squares
        metres: Metres = chord + cubes * (1 / (24 * mean_radius_m(lat) ** 2))
        doubt = (radius_m + 1.0) ** 3 * (_DOUBT_M / _DOUBT_AT_M**3) + _LEAST_DOUBT_M
        off = metres - np.floor(metres)
        off -= 0.5
        np.abs(off, out=off)
        for edge in (radius_m, *edges_m):
            np.minimum(off, np.abs(metres - edge), out=off)
        (some,) = (off < doubt).nonzero()
        if some.size:
            at = places[some]
            metres[some] = few_distances_m(lon, lat, self._lon[at], self._lat[at])
        return places, metres


def spatial_order(lons: NDArray[np.float64], lats: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order in which the index keeps points: by band of latitude, then longitude."""
    return np.lexsort((lons, _bands(lats)))


def _bands(lats: NDArray[np.float64]) -> NDArray[np.float64]:
    bands: NDArray[np.float64] = np.floor(lats / BAND_DEGREES)
    return bands


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


def _earth_centred(lon: float, lat: float) -> NDArray[np.float64]:
    """Return what `earth_centred` does for one point, shape (3,)."""
    x, y = math.radians(lon), math.radians(lat)
    normal = _SEMI_MAJOR_M / math.sqrt(1 - _E2 * math.sin(y) ** 2)
    flat = normal * math.cos(y)
    return np.array((flat * math.cos(x), flat * math.sin(x), normal * (1 - _E2) * math.sin(y)))


def mean_radius_m(lat: float) -> float:
    """Return the Gaussian mean radius of curvature of GRS80 at a latitude, metres."""
    w2 = 1 - _E2 * math.sin(math.radians(lat)) ** 2
    return _SEMI_MAJOR_M * math.sqrt(1 - _E2) / w2
