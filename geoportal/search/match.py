"""Matching needs, three-valued: unknown is never shown as no, nor no as unknown.

A need that is not about a facility at all (訪問診療 of a pharmacy) is a fourth thing, neither.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot

MATCH, POSSIBLE, NO, NOT_APPLICABLE = range(4)
Bands = NDArray[np.int8]


def bands(snapshot: Snapshot, rows: Rows, needs: Sequence[str]) -> Bands:
    """Return the match band of each of some rows of the snapshot, int8 of shape (m,).

    0 every need is "yes"; 1 none is "no" and one or more are unknown; 2 one or more are "no";
    3 none is "no", and one or more of which nothing is stated are not about the facility.
    Without needs every row is 0. Adding a need can only raise a band, save from 3 to 2.
    """
    mask = snapshot.need_mask(needs)
    all_yes, any_no = np.ones(rows.size, dtype=bool), np.zeros(rows.size, dtype=bool)
    beside = np.zeros(rows.size, dtype=bool)
    for word in np.flatnonzero(mask):
        asked = mask[word]
        yes, no = snapshot.columns.yes[rows, word], snapshot.columns.no[rows, word]
        all_yes &= (yes & asked) == asked
        any_no |= (no & asked) != 0
        beside |= (snapshot.columns.inapplicable[rows, word] & ~(yes | no) & asked) != 0
    found = np.select([any_no, beside, all_yes], [NO, NOT_APPLICABLE, MATCH], POSSIBLE)
    return found.astype(np.int8)
