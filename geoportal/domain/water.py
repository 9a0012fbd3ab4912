"""Waters (海峡, 湾, 離島の海) that a straight line to a facility may cross where no road goes."""

from __future__ import annotations

from dataclasses import dataclass

import shapely


@dataclass(frozen=True, slots=True)
class Water:
    """A strait, a bay, or the sea around an island that no bridge joins.

    Attributes
    ----------
    water : str
        Its code; its names are labels of the list ``water``.
    line : LineString
        Its middle, from shore to shore end, or a ring around the island; degrees, EPSG:4326.
    """

    water: str
    line: shapely.LineString

    def lies_between(self, lon: float, lat: float, other_lon: float, other_lat: float) -> bool:
        """Say whether two points in degrees lie on its two sides.

        They do when the straight line between them crosses the middle an odd number of times: one
        that leaves a shore and comes back to it (門司 to 戸畑) crosses twice.
        """
        west, south, east, north = self.line.bounds
        if max(lon, other_lon) < west or min(lon, other_lon) > east:
            return False
        if max(lat, other_lat) < south or min(lat, other_lat) > north:
            return False
        straight = shapely.LineString([(lon, lat), (other_lon, other_lat)])
        return len(shapely.get_coordinates(straight.intersection(self.line))) % 2 == 1
