"""The order of an answer (公平性): band, then distance, then a draw that favours nobody.

1. match before possible before no;
2. with an origin: distance rounded to 1 m; a facility without a position after those with one;
   without an origin: how well the words fit, names first;
3. ties: a pseudo-random draw from the facility's id and the day in Japan. It is the same for
   everyone on one day, reproducible later, changes every day, and cannot be gained from by choosing
   a name or a number.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import Bands


def order(
    snapshot: Snapshot,
    rows: Rows,
    band: Bands,
    distances: NDArray[np.float64] | None,
    word_rank: NDArray[np.int8] | None,
) -> NDArray[np.int64]:
    """Return the positions of ``rows`` in the order they are shown.

    Parameters
    ----------
    rows : ndarray of int, shape (m,)
        Rows of the snapshot.
    band : ndarray of int8, shape (m,)
        Match bands.
    distances : ndarray of float, shape (m,), or None
        Metres; NaN for rows without a position.
    word_rank : ndarray of int8, shape (m,), or None
        0 = all words in the name.
    """
    keys: list[NDArray[np.generic]] = [daily_draw(snapshot.tie_keys[rows], snapshot.today)]
    if word_rank is not None:
        keys.append(word_rank)
    if distances is not None:
        keys.append(np.nan_to_num(np.rint(distances), nan=np.inf))
    keys.append(band)
    return np.lexsort(keys)


def daily_draw(tie_keys: NDArray[np.uint64], day: date) -> NDArray[np.uint64]:
    """Return each facility's number in the draw of one day (splitmix64 of id and day)."""
    seed = np.uint64(day.toordinal())
    with np.errstate(over="ignore"):
        z = tie_keys + (seed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
