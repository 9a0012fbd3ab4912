"""Waters (海峡, 湾, 離島の海) that a straight line to a facility may cross where no road goes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Water:
    """A strait, a bay, or the sea around an island that no bridge joins.

    Attributes
    ----------
    water : str
        Its code; its names are labels of the list ``water``.
    line : LineString
        Its middle, from shore to shore end, or a ring around the island; degrees, EPSG:4326.
    bounds : tuple of float
        West, south, east, north of the line.
    """

    water: str
    line: shapely.LineString
    bounds: tuple[float, float, float, float] = field(init=False)

    def __post_init__(self) -> None:
        """Take the bounds of the line once: they are asked for with every result."""
        object.__setattr__(self, "bounds", tuple(map(float, self.line.bounds)))

    def lies_before(self, lon: float, lat: float, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say of each place, shape (n, 2), whether it and a point lie on its two sides.

        They do when the straight line between them crosses the middle an odd number of times: one
        that leaves a shore and comes back to it (門司 to 戸畑) crosses twice. All in degrees,
        longitude first.
        """
        home = np.array([lon, lat])
        lowest, highest = np.minimum(places, home), np.maximum(places, home)
        west, south, east, north = self.bounds
        found: NDArray[np.bool_] = (highest >= (west, south)).all(axis=1)
        found &= (lowest <= (east, north)).all(axis=1)
        near = np.flatnonzero(found)
        if near.size:
            ends = np.stack((np.broadcast_to(home, (near.size, 2)), places[near]), axis=1)
            crossings = shapely.intersection(shapely.linestrings(ends), self.line)
            found[near] = shapely.get_num_coordinates(crossings) % 2 == 1
        return found
