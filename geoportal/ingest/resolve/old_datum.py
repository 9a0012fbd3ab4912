"""Positions of a list in the Tokyo datum (日本測地系): known by their offsets from the addresses.

Degrees of the Tokyo datum taken for degrees of JGD2011 lie some 450 m to the south-east of the
place, inside the right town as a rule. One row does not tell; a list does, also when only some of
its rows are so: a municipality's, or those that an older list was copied into.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.location import SURVEYED_UNCERTAINTY_M
from geoportal.ingest.resolve.geography import Geography

FEWEST = 20
"""Rows with an address that is found, of a list or of one municipality in it."""
_LOOKED_AT = 2_000
"""Rows whose addresses are looked for first."""
_TELLING_M = 1_000.0
"""Uncertainty of an address from which on it tells nothing: points of large 大字 in the country lie
to one side of their offices. Below it no municipality of four prefectures looks shifted."""
_FINE_ENOUGH = frozenset({"town", "chome", "block", "house"})
_AGREES_M = 150.0
"""Of a median of 20 offsets from town points, which scatter by about 300 m: two standard errors."""
_METRES_PER_DEGREE = 111_000.0
_TURNS = np.radians([45, 90, 135, 180, 225, 270, 315])
"""The shift turned into other directions: what scatter alone makes of a list."""
_CLEAR = 6.0
"""Logarithm of likelihoods by which some rows must be shifted rather than none, and rather than
into any other direction."""
_LEAST_SHARE = 0.08
_SURELY_MODERN = 0.002
"""Probability of being shifted below which a row is believed."""
_SCATTER = 0.27
"""Scale of Student's t of right points about their addresses, of the uncertainty of these."""
_STEPS = 40

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offsets:
    """Offsets of published points from their addresses, row by row.

    Attributes
    ----------
    numbers : array of int, shape (n,)
        Rows, by their place in the list.
    offsets, shifts : array, shape (n, 2)
        Metres to the east and north: from the address to the point, and what of it the Tokyo datum
        would make.
    scales : array, shape (n,)
        Scatter of right points about the places of their addresses, metres.
    """

    numbers: NDArray[np.int64]
    offsets: Points
    shifts: Points
    scales: Points

    def __len__(self) -> int:
        return len(self.numbers)

    def of(self, chosen: NDArray[np.bool_]) -> Offsets:
        """Return some rows."""
        return Offsets(
            self.numbers[chosen], self.offsets[chosen], self.shifts[chosen], self.scales[chosen]
        )

    def all_shifted(self) -> bool:
        """Say whether the whole list lies off its addresses as the Tokyo datum does."""
        away = np.median(self.offsets, axis=0) - np.median(self.shifts, axis=0)
        return bool(np.hypot(*away) < _AGREES_M)

    def gain(self, turn: float = 0.0) -> tuple[float, float]:
        """Return by how much some rows being shifted explains more, and the share of them.

        The gain is the logarithm of the ratio of likelihoods. With a turn, radians, the shift is
        taken to point into another direction.
        """
        cos, sin = np.cos(turn), np.sin(turn)
        shifts = self.shifts @ np.array([[cos, sin], [-sin, cos]])
        ratios = np.exp(np.clip(self._log_ratios(shifts), -50, 50))
        shares = np.arange(_STEPS + 1) / _STEPS
        gains = np.log1p(shares[:, None] * (ratios - 1.0)).sum(axis=1)
        best = int(np.argmax(gains))
        return float(gains[best]), float(shares[best])

    def undecided(self, share: float) -> NDArray[np.int64]:
        """Return the rows that may be shifted where such a share of them is."""
        ratios = np.exp(np.clip(self._log_ratios(self.shifts), -50, 50))
        shifted = share * ratios
        return self.numbers[shifted / (shifted + 1.0 - share) > _SURELY_MODERN]

    def _log_ratios(self, shifts: Points) -> Points:
        """Return for each row how much more likely it is when shifted, as a logarithm."""
        return self._log_density(self.offsets - shifts) - self._log_density(self.offsets)

    def _log_density(self, away: Points) -> Points:
        """Return the density of an offset, but for a factor of the row: Student's t, three degrees.

        Towns have long tails: a place at their end, an address of another office.
        """
        squares: Points = (away**2).sum(axis=1) / self.scales**2
        density: Points = -2.5 * np.log1p(squares / 3.0)
        return density


@dataclass(frozen=True, slots=True)
class OldDatum:
    """What of a list is in the Tokyo datum.

    Attributes
    ----------
    whole : bool
        All of it.
    numbers : tuple of int
        Otherwise the rows that may be so, by their place in the list.
    """

    whole: bool = False
    numbers: tuple[int, ...] = ()


def find_old_datum(records: Sequence[FacilityRecord], geography: Geography) -> OldDatum:
    """Find the rows of a list whose positions are, or may be, in the Tokyo datum.

    Some rows are looked at first, spread over the list; all of a list only where these tell.
    """
    if not geography.has_towns:
        return OldDatum()
    sample = _offsets(records, _spread(len(records), _LOOKED_AT), geography)
    if len(sample) < FEWEST:
        return OldDatum()
    if sample.all_shifted():
        return OldDatum(whole=True)
    codes = _codes(records, sample)
    parts = {code: sample.of(codes == code) for code in set(codes.tolist())}
    shares = {code: share for code, part in parts.items() if (share := _share_shifted(part))}
    others = sample.of(~np.isin(codes, list(shares)))
    elsewhere = _share_shifted(others if len(others) >= FEWEST else sample)
    if not shares and not elsewhere:
        return OldDatum()
    everything = _offsets(records, range(len(records)), geography)
    codes = _codes(records, everything)
    numbers: set[int] = set()
    for code in set(codes.tolist()):
        if share := shares.get(code, elsewhere):
            numbers.update(everything.of(codes == code).undecided(share).tolist())
    found = set(everything.numbers.tolist())
    for number, record in enumerate(records):  # whose address tells nothing, too
        doubted = record.lon is not None and shares.get(record.municipality_code, elsewhere)
        if doubted and number not in found:
            numbers.add(number)
    return OldDatum(numbers=tuple(sorted(numbers)))


def _codes(records: Sequence[FacilityRecord], rows: Offsets) -> NDArray[np.str_]:
    """Return the municipality of each row."""
    return np.array([records[number].municipality_code for number in rows.numbers])


def shift_m(lon: float, lat: float) -> float:
    """Return how far a point, degrees, lies off when it is in the Tokyo datum, metres."""
    point = np.array([[lon, lat]])
    return float(np.hypot(*_metres(point - _modern(point), point)[0]))


def _share_shifted(rows: Offsets) -> float:
    """Return the share of rows that are in the Tokyo datum; 0 when that is not sure."""
    if len(rows) < FEWEST:
        return 0.0
    gain, share = rows.gain()
    if gain < _CLEAR or share < _LEAST_SHARE:
        return 0.0
    by_chance = max(rows.gain(turn)[0] for turn in _TURNS[1:-1])
    return share if gain - by_chance >= _CLEAR else 0.0


def _spread(count: int, most: int) -> Iterator[int]:
    """Yield numbers spread evenly over a list."""
    step = max(1.0, count / most)
    return (int(number * step) for number in range(min(count, most)))


def _offsets(
    records: Sequence[FacilityRecord], numbers: Iterator[int] | range, geography: Geography
) -> Offsets:
    """Return offsets of the rows that have a point and an address that tells."""
    kept, published, addressed, scales = [], [], [], []
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
        scales.append(max(_SCATTER * (found.uncertainty_m or 0.0), SURVEYED_UNCERTAINTY_M))
    points = np.array(published, dtype=np.float64).reshape(-1, 2)
    places = np.array(addressed, dtype=np.float64).reshape(-1, 2)
    return Offsets(
        np.array(kept, dtype=np.int64),
        _metres(points - places, points),
        _metres(points - _modern(points), points),
        np.array(scales, dtype=np.float64),
    )


def _modern(points: Points) -> Points:
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


def _metres(degrees: Points, at: Points) -> Points:
    """Return differences of longitude and latitude in metres, east and north."""
    east = degrees[:, 0] * np.cos(np.radians(at[:, 1]))
    return np.column_stack([east, degrees[:, 1]]) * _METRES_PER_DEGREE
