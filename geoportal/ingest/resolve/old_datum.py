"""Positions of a list in the Tokyo datum (日本測地系): known by their offset from the addresses.

Degrees of the Tokyo datum taken for degrees of JGD2011 lie some 450 m to the south-east of the
place, inside the right town as a rule. One row does not tell; a list does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.resolve.geography import Geography

_FEWEST = 20
JUDGED_BY = 500
"""Records of a list, the first ones."""
_FINE_ENOUGH = frozenset({"town", "chome", "block", "house"})
_AGREES_M = 150.0
"""Of a median of 20 offsets from town points, which scatter by about 300 m: two standard errors."""
_METRES_PER_DEGREE = 111_000.0


def is_in_tokyo_datum(records: Sequence[FacilityRecord], geography: Geography) -> bool:
    """Return whether the positions of a list lie off their addresses as the Tokyo datum does."""
    if not geography.has_towns:
        return False
    pairs = [pair for record in records[:JUDGED_BY] if (pair := _pair(record, geography))]
    if len(pairs) < _FEWEST:
        return False
    published, addressed = np.array([p for p, _ in pairs]), np.array([a for _, a in pairs])
    offset = np.median(_metres(published - addressed, published), axis=0)
    expected = np.median(_metres(published - _modern(published), published), axis=0)
    return bool(np.hypot(*(offset - expected)) < _AGREES_M)


def _pair(
    record: FacilityRecord, geography: Geography
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the published point and that of the address, None when either is missing."""
    if record.lon is None or record.lat is None or not record.address:
        return None
    found = geography.geocode(record.address, record.municipality_code)
    if found.lon is None or found.lat is None or found.coordinate_level not in _FINE_ENOUGH:
        return None
    return (record.lon, record.lat), (found.lon, found.lat)


def _modern(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes and latitudes of the Tokyo datum in JGD2011, to about 10 m.

    Linear approximation of the shift over Japan (飛田幹男『世界測地系と座標変換』, 2002).
    """
    lon, lat = points[:, 0], points[:, 1]
    return np.column_stack(
        [
            lon - 0.000046038 * lat - 0.000083043 * lon + 0.010040,
            lat - 0.00010695 * lat + 0.000017464 * lon + 0.0046017,
        ]
    )


def _metres(degrees: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return differences of longitude and latitude in metres, east and north."""
    east = degrees[:, 0] * np.cos(np.radians(at[:, 1]))
    return np.column_stack([east, degrees[:, 1]]) * _METRES_PER_DEGREE
