"""Matching needs, three-valued: unknown is never shown as no, nor no as unknown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot

MATCH, POSSIBLE, NO = 0, 1, 2
Bands = NDArray[np.int8]


def bands(snapshot: Snapshot, rows: Rows, needs: Sequence[str]) -> Bands:
    """Return the match band of each of some rows of the snapshot, int8 of shape (m,).

    0 every need is "yes"; 1 none is "no" and one or more are unknown; 2 one or more are "no".
    Without needs every row is 0. Adding a need can only raise a band.
    """
    mask = snapshot.need_mask(needs)
    all_yes, any_no = np.ones(rows.size, dtype=bool), np.zeros(rows.size, dtype=bool)
    for word in np.flatnonzero(mask):
        asked = mask[word]
        all_yes &= (snapshot.columns.yes[rows, word] & asked) == asked
        any_no |= (snapshot.columns.no[rows, word] & asked) != 0
    return np.where(any_no, NO, np.where(all_yes, MATCH, POSSIBLE)).astype(np.int8)
