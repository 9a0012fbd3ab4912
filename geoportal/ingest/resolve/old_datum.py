"""Positions of a list in the Tokyo datum (日本測地系): known by their offsets from the addresses.

Degrees of the Tokyo datum taken for degrees of JGD2011 lie some 450 m to the south-east of the
place, inside the right town as a rule. One row does not tell; a list does, also when only some of
its rows are so: a municipality's, or those that were copied from an older list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.location import SURVEYED_UNCERTAINTY_M
from geoportal.ingest.reading.listings import Placed
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.offsets import Offsets, Points, metres, read_offsets

FEWEST = 20
"""Rows with an address that tells, of a list or of one municipality in it."""
_AGREES_M = 150.0
"""Of a median of 20 offsets from town points, which scatter by about 300 m: two standard errors."""
_TURNS = np.radians([90, 135, 180, 225, 270])
"""The shift turned into other directions: what scatter alone makes of a list."""
_CLEAR = 6.0
"""Logarithm of likelihoods by which some rows must be shifted rather than none, and rather than
into any other direction."""
_LEAST_SHARE = 0.08
_SURELY_MODERN = 0.002
"""Probability of being shifted below which a row is believed."""
_SCATTER = 0.27
"""Scale of Student's t of right points about their addresses, of the uncertainty of these."""
_SHARES = np.arange(41) / 40


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


def find_old_datum(records: Sequence[Placed], sample: Offsets, geography: Geography) -> OldDatum:
    """Find the rows of a list whose positions are, or may be, in the Tokyo datum.

    The sample is spread over the list; all of the list is looked at only where it tells.
    """
    if len(sample) < FEWEST:
        return OldDatum()
    away = np.median(sample.offsets, axis=0) - np.median(_shifts(sample.points), axis=0)
    if np.hypot(*away) < _AGREES_M:
        return OldDatum(whole=True)
    codes = _codes(records, sample)
    parts = {code: sample.of(codes == code) for code in set(codes.tolist())}
    shares = {code: share for code, part in parts.items() if (share := _share_shifted(part))}
    others = sample.of(~np.isin(codes, list(shares)))
    elsewhere = _share_shifted(others if len(others) >= FEWEST else sample)
    if not shares and not elsewhere:
        return OldDatum()
    everything = read_offsets(records, range(len(records)), geography)
    codes = _codes(records, everything)
    numbers: set[int] = set()
    for code in set(codes.tolist()):
        if share := shares.get(code, elsewhere):
            numbers.update(_undecided(everything.of(codes == code), share).tolist())
    found = set(everything.numbers.tolist())
    for number, record in enumerate(records):  # whose address tells nothing, too
        doubted = record.lon is not None and shares.get(record.municipality_code, elsewhere)
        if doubted and number not in found:
            numbers.add(number)
    return OldDatum(numbers=tuple(sorted(numbers)))


def shift_m(lon: float, lat: float) -> float:
    """Return how far a point, degrees, lies off when it is in the Tokyo datum, metres."""
    return float(np.hypot(*_shifts(np.array([[lon, lat]]))[0]))


def gain_of(rows: Offsets, turn: float = 0.0) -> tuple[float, float]:
    """Return by how much some rows being shifted explains more, and the share of them.

    The gain is the logarithm of the ratio of likelihoods. With a turn, radians, the shift is taken
    to point into another direction.
    """
    likelier = _likelier(rows, turn)
    gains = np.log1p(_SHARES[:, None] * (likelier - 1.0)).sum(axis=1)
    best = int(np.argmax(gains))
    return float(gains[best]), float(_SHARES[best])


def _share_shifted(rows: Offsets) -> float:
    """Return the share of rows that are in the Tokyo datum; 0 when that is not sure."""
    if len(rows) < FEWEST:
        return 0.0
    gain, share = gain_of(rows)
    if gain < _CLEAR or share < _LEAST_SHARE:
        return 0.0
    by_chance = max(gain_of(rows, turn)[0] for turn in _TURNS)
    return share if gain - by_chance >= _CLEAR else 0.0


def _undecided(rows: Offsets, share: float) -> NDArray[np.int64]:
    """Return the rows that may be shifted where such a share of them is."""
    shifted = share * _likelier(rows)
    return rows.numbers[shifted / (shifted + 1.0 - share) > _SURELY_MODERN]


def _likelier(rows: Offsets, turn: float = 0.0) -> Points:
    """Return for each row how many times as likely it is when shifted."""
    cos, sin = np.cos(turn), np.sin(turn)
    shifts = _shifts(rows.points) @ np.array([[cos, sin], [-sin, cos]])
    scales = np.maximum(_SCATTER * rows.uncertainties, SURVEYED_UNCERTAINTY_M)
    ratios = _log_density(rows.offsets - shifts, scales) - _log_density(rows.offsets, scales)
    likelier: Points = np.exp(np.clip(ratios, -50, 50))
    return likelier


def _log_density(away: Points, scales: Points) -> Points:
    """Return the density of an offset, but for a factor of the row: Student's t, three degrees.

    Towns have long tails: a place at their end, an address of another office.
    """
    squares: Points = (away**2).sum(axis=1) / scales**2
    density: Points = -2.5 * np.log1p(squares / 3.0)
    return density


def _codes(records: Sequence[Placed], rows: Offsets) -> NDArray[np.str_]:
    """Return the municipality of each row."""
    return np.array([records[number].municipality_code for number in rows.numbers])


def _shifts(points: Points) -> Points:
    """Return how far points in the Tokyo datum lie off, metres east and north, to about 10 m.

    Linear approximation of the shift over Japan (飛田幹男『世界測地系と座標変換』, 2002).
    """
    lon, lat = points[:, 0], points[:, 1]
    east = 0.000046038 * lat + 0.000083043 * lon - 0.010040
    north = 0.00010695 * lat - 0.000017464 * lon - 0.0046017
    return metres(np.column_stack([east, north]), points)
