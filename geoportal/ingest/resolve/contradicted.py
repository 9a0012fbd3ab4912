"""Lists of which many positions lie far from their addresses: what stays of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geoportal.ingest.reading.listings import Placed
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.resolve.offsets import Offsets, read_offsets
from geoportal.ingest.resolve.positions import FAR_FACTOR, FAR_LEAST_M

_SHARE = 0.2
"""Of positions far from their addresses. In none of 151 municipalities it is above 0.09."""
_FEWEST = 8
_SAME_MISTAKE_M = 25_000.0
"""Farther off is another mistake (degrees and minutes as decimals), which others need not share."""


@dataclass(frozen=True, slots=True)
class Contradicted:
    """Positions that are as uncertain as what confirms them.

    Attributes
    ----------
    far, of : int
        Positions far from their addresses, and how many could be compared.
    uncertainties : dict of int to float
        Rows that are not, by their place in the list, with the metres they are sure to.
    """

    far: int = 0
    of: int = 0
    uncertainties: dict[int, float] = field(default_factory=dict)


def find_contradicted(
    records: Sequence[Placed], sample: Offsets, geography: Geography
) -> Contradicted:
    """Find what of a list is no surer than its addresses, since these contradict many positions.

    A column that was sorted or moved by itself, or a constant added, puts most rows far off and
    some, by luck, near enough to their town. The sample is spread over the list; all of the list
    is looked at only where it tells.
    """
    far = _is_far(sample)
    if np.count_nonzero(far) < _FEWEST or far.mean() < _SHARE:
        return Contradicted()
    rows = read_offsets(records, range(len(records)), geography)
    far = _is_far(rows)
    confirmed = dict(zip(rows.numbers.tolist(), _confirmed_m(rows).tolist(), strict=True))
    usual = float(np.quantile(np.hypot(*rows.offsets[far].T), 0.9))
    uncertainties = {
        number: confirmed.get(number, usual)
        for number, record in enumerate(records)
        if record.lon is not None
    }
    for number in rows.numbers[far].tolist():  # told one by one
        del uncertainties[number]
    return Contradicted(int(np.count_nonzero(far)), len(rows), uncertainties)


def _is_far(rows: Offsets) -> NDArray[np.bool_]:
    away = np.hypot(*rows.offsets.T)
    far: NDArray[np.bool_] = (away > _confirmed_m(rows)) & (away < _SAME_MISTAKE_M)
    return far


def _confirmed_m(rows: Offsets) -> NDArray[np.float64]:
    """Return how far from its address a position may lie without being doubted by itself."""
    return np.maximum(FAR_FACTOR * rows.uncertainties, FAR_LEAST_M)
