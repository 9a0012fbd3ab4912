"""Offsets of published points from the places of their addresses, row by row of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.ingest.reading.listings import Placed
from geoportal.ingest.resolve.geography import Geography

LOOKED_AT = 2_000
"""Rows of a list whose addresses are looked for before it is known that something is wrong."""
_TELLING_M = 1_000.0
"""Uncertainty of an address from which on it tells nothing: points of large 大字 in the country lie
to one side of their offices. Below it no municipality of four prefectures looks shifted."""
_FINE_ENOUGH = frozenset({"town", "chome", "block", "house"})
_METRES_PER_DEGREE = 111_000.0

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offsets:
    """Rows with a point and an address that tells.

    Attributes
    ----------
    numbers : array of int, shape (n,)
        Rows, by their place in the list.
    points : array, shape (n, 2)
        Published longitudes and latitudes, degrees.
    offsets : array, shape (n, 2)
        From the place of the address to the point, metres to the east and north.
    uncertainties : array, shape (n,)
        Of the places of the addresses, metres.
    """

    numbers: NDArray[np.int64]
    points: Points
    offsets: Points
    uncertainties: Points

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, chosen: NDArray[np.bool_]) -> Offsets:
        """Return some rows."""
        return Offsets(
            self.numbers[chosen],
            self.points[chosen],
            self.offsets[chosen],
            self.uncertainties[chosen],
        )


def spread(count: int) -> Iterator[int]:
    """Yield numbers spread evenly over a list, `LOOKED_AT` at most."""
    step = max(1.0, count / LOOKED_AT)
    return (int(number * step) for number in range(min(count, LOOKED_AT)))


def read_offsets(
    records: Sequence[Placed], numbers: Iterable[int], geography: Geography
) -> Offsets:
    """Return offsets of those rows that have a point and an address that tells."""
    kept, published, addressed, uncertainties = [], [], [], []
    for number in numbers:
        record = records[number]
        if record.lon is None or record.lat is None or not record.address:
            continue
        found = geography.geocode(record.address, record.municipality_code)
        if found.lon is None or found.lat is None or found.coordinate_level not in _FINE_ENOUGH:
            continue
        if (found.uncertainty_m or 0.0) > _TELLING_M:
            continue
        kept.append(number)
        published.append((record.lon, record.lat))
        addressed.append((found.lon, found.lat))
        uncertainties.append(found.uncertainty_m or 0.0)
    points = np.array(published, dtype=np.float64).reshape(-1, 2)
    places = np.array(addressed, dtype=np.float64).reshape(-1, 2)
    return Offsets(
        np.array(kept, dtype=np.int64),
        points,
        metres(points - places, points),
        np.array(uncertainties, dtype=np.float64),
    )


def metres(degrees: Points, at: Points) -> Points:
    """Return differences of longitude and latitude in metres, east and north."""
    east = degrees[:, 0] * np.cos(np.radians(at[:, 1]))
    return np.column_stack([east, degrees[:, 1]]) * _METRES_PER_DEGREE
