"""Point-in-polygon index of districts, and the chain of districts that cover a point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from rtree import index as rtree_index
from shapely.geometry import MultiPolygon, mapping

from geoportal.domain.district import District, rank
from geoportal.geo.geodesic import METRES_PER_DEGREE_LAT_MIN
from geoportal.geo.polygons import dissolve, polygonal

_LEAF_LEVELS = ("municipality", "ward")
_DRAWING_DIGITS = 7


class DistrictIndex:
    """An immutable R-tree over the parts of district polygons.

    Parameters
    ----------
    outlines : iterable of (District, MultiPolygon)
        Degrees, EPSG:4326. Codes must be distinct.

    Notes
    -----
    A point on a shared edge lies in every polygon that touches it; where one district is wanted,
    the lowest code is taken, so that the answer does not depend on the order of import.
    """

    def __init__(self, outlines: Iterable[tuple[District, MultiPolygon]]) -> None:
        pairs = sorted(outlines, key=lambda pair: pair[0].code)
        self._districts = {district.code: district for district, _ in pairs}
        self._outlines = {district.code: outline for district, outline in pairs}
        parts = [(district.code, part) for district, outline in pairs for part in outline.geoms]
        self._drawings: dict[tuple[str, float], dict[str, Any]] = {}
        self._part_codes = [code for code, _ in parts]
        self._parts = [part for _, part in parts]
        shapely.prepare(self._parts)
        self._tree = (
            rtree_index.Index(
                ((i, part.bounds, None) for i, part in enumerate(self._parts)), interleaved=True
            )
            if self._parts
            else None
        )

    def __len__(self) -> int:
        return len(self._districts)

    def __contains__(self, code: object) -> bool:
        return code in self._districts

    def __getitem__(self, code: str) -> District:
        return self._districts[code]

    @property
    def districts(self) -> Sequence[District]:
        """Every district, largest level first, then by code."""
        return sorted(self._districts.values(), key=lambda d: (rank(d.level), d.level, d.code))

    def outline(self, code: str) -> MultiPolygon:
        """Return the outline of a district, degrees, EPSG:4326."""
        return self._outlines[code]

    def drawing(self, code: str, tolerance_m: float = 0.0) -> dict[str, Any]:
        """Return the outline of a district that has one as GeoJSON; cached.

        ``tolerance_m`` says how far, in metres, a simplified line may stray from the true one; 0
        keeps every vertex. For drawing only: questions are answered from the true outline.
        """
        key = (code, tolerance_m)
        if key not in self._drawings:
            outline = self._outlines[code]
            if tolerance_m > 0:
                outline = polygonal(outline.simplify(tolerance_m / METRES_PER_DEGREE_LAT_MIN))
            rounded = shapely.transform(outline, lambda xy: np.round(xy, _DRAWING_DIGITS))
            self._drawings[key] = mapping(rounded)
        return self._drawings[key]

    def containing(self, lon: float, lat: float) -> list[District]:
        """Return the districts whose outline covers a point (degrees), smallest level first."""
        if self._tree is None:
            return []
        point = shapely.Point(lon, lat)
        codes = {
            self._part_codes[i]
            for i in self._tree.intersection((lon, lat, lon, lat))
            if self._parts[i].covers(point)
        }
        covering = [self._districts[code] for code in codes]
        return sorted(covering, key=lambda d: (-rank(d.level), d.level, d.code))

    def municipality_at(self, lon: float, lat: float) -> District | None:
        """Return the municipality or ward that covers a point, None at sea or abroad."""
        leaves = [d for d in self.containing(lon, lat) if d.level in _LEAF_LEVELS]
        wards = [d for d in leaves if d.level == "ward"]
        return next(iter(wards or leaves), None)

    def distance_to_m(self, code: str, lon: float, lat: float) -> float:
        """Return roughly how far a point lies outside a district, 0 inside; metres.

        Good to a few per cent near the outline, which is all that telling a coarse outline from
        a wrong coordinate needs; never used for a distance that is shown.
        """
        cos_lat = float(np.cos(np.radians(lat)))
        scale = np.array([METRES_PER_DEGREE_LAT_MIN * cos_lat, METRES_PER_DEGREE_LAT_MIN])
        local = shapely.transform(
            self._outlines[code], lambda xy: (xy - np.array([lon, lat])) * scale
        )
        return float(shapely.distance(local, shapely.Point(0, 0)))


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
