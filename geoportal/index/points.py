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


class Points:
    """Points at which distances end.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, WGS 84.
    xyz : ndarray of float64, shape (n, 3)
        The same as `earth_centred` returns them.
    """

    __slots__ = ("lat", "lon", "xyz")

    def __init__(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], xyz: NDArray[np.float64]
    ) -> None:
        self.lon, self.lat, self.xyz = lon, lat, xyz

    def __len__(self) -> int:
        return int(self.lon.size)

    def take(self, places: Rows) -> Points:
        """Return some of the points."""
        return Points(self.lon.take(places), self.lat.take(places), self.xyz.take(places, axis=0))

    def within(
        self, lon: float, lat: float, radius_m: float, edges_m: Sequence[float] = ()
    ) -> tuple[Rows, Metres]:
        """Return which points lie within a radius, and their distances, as `PointIndex.within`."""
        away = self.xyz - _earth_centred(lon, lat)
        squares = np.vecdot(away, away)
        (places,) = (squares <= (radius_m + 1.0) ** 2).nonzero()  # the chord is never longer
        squares = squares.take(places)
        metres: Metres = np.sqrt(squares)
        cubes = metres * squares
        cubes *= 1 / (24 * mean_radius_m(lat) ** 2)
        metres += cubes
        doubt = (radius_m + 1.0) ** 3 * (_DOUBT_M / _DOUBT_AT_M**3) + _LEAST_DOUBT_M
        some = _in_doubt(metres, doubt, (radius_m, *edges_m))
        if some:
            at = places[some]
            metres[some] = few_distances_m(lon, lat, self.lon[at], self.lat[at])
        (inside,) = (metres <= radius_m).nonzero()
        if inside.size < places.size:
            places, metres = places.take(inside), metres.take(inside)
        return places, metres


def _in_doubt(metres: Metres, doubt: float, edges_m: Sequence[float]) -> list[int]:
    """Return the places of distances within a doubt of half a metre or of an edge, metres."""
    off = metres - np.rint(metres)
    np.abs(off, out=off)
    halves = off > 0.5 - doubt
    if all(edge == round(edge) for edge in edges_m):  # who is near one is near a whole metre
        (near,) = (halves | (off < doubt)).nonzero()
        return [
            place
            for place in near.tolist()
            if halves[place] or any(abs(metres[place] - edge) < doubt for edge in edges_m)
        ]
    for edge in edges_m:
        halves |= np.abs(metres - edge) < doubt
    found: list[int] = halves.nonzero()[0].tolist()
    return found


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
        lon, lat = lon[order], lat[order]
        self._points = Points(lon, lat, earth_centred(lon, lat))
        self._keys = _bands(lat) * _BAND_SPAN + lon

    @classmethod
    def of_columns(cls, columns: Mapping[str, NDArray[np.float64]]) -> PointIndex:
        """Return the index of points in `spatial_order`, of what `columns` gave."""
        index = cls.__new__(cls)
        index._order = None
        index._points = Points(columns["lon"], columns["lat"], columns["xyz"].reshape(-1, 3))
        index._keys = columns["keys"]
        return index

    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Return what the index is made of, as arrays of one dimension."""
        return {
            "lon": self._points.lon,
            "lat": self._points.lat,
            "keys": self._keys,
            "xyz": np.ascontiguousarray(self._points.xyz).reshape(-1),
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
        points = self._points
        index._order = np.insert(order[stays], places, rows[added])
        index._keys = np.insert(self._keys[stays], places, keys)
        index._points = Points(
            np.insert(points.lon[stays], places, lon),
            np.insert(points.lat[stays], places, lat),
            np.insert(points.xyz[stays], places, earth_centred(lon, lat), axis=0),
        )
        return index

    def __len__(self) -> int:
        return len(self._points)

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
        rows, points = self.around(bounding_degrees(lon, lat, radius_m), allowed)
        places, metres = points.within(lon, lat, radius_m, edges_m)
        return rows.take(places), metres

    def around(
        self, box: tuple[float, float, float, float], allowed: Allowed | None = None
    ) -> tuple[Rows, Points]:
        """Return the rows in a box of degrees (west, south, east, north) and somewhat around it.

        ``allowed`` as for `within`.
        """
        places = self._candidates(*box)
        rows = self._rows(places)
        if allowed is not None and places.size:
            fits = allowed(rows) if callable(allowed) else allowed[rows]
            places, rows = places[fits], rows[fits]
        return rows, self._points.take(places)

    def in_box(self, west: float, south: float, east: float, north: float) -> Rows:
        """Return the rows in a box of degrees, edges included."""
        places = self._candidates(west - _SLACK, south, east + _SLACK, north)
        lon, lat = self._points.lon[places], self._points.lat[places]
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
