"""Matching needs, three-valued: unknown is never shown as no, nor no as unknown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.hours import OpeningCalendar
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot

MATCH, POSSIBLE, NO = 0, 1, 2
Bands = NDArray[np.int8]


def bands(snapshot: Snapshot, rows: Rows, needs: Sequence[str]) -> Bands:
    """Return the match band of each row.

    Parameters
    ----------
    rows : ndarray of int, shape (m,)
        Rows of the snapshot.
    needs : sequence of str
        Need codes, all of which count.

    Returns
    -------
    ndarray of int8, shape (m,)
        0 every need is "yes"; 1 none is "no" and one or more are unknown; 2 one or more are "no".
        Without needs every row is 0. Adding a need can only raise a band.
    """
    mask = snapshot.need_mask(needs)
    all_yes = ((snapshot.yes[rows] & mask) == mask).all(axis=1)
    any_no = ((snapshot.no[rows] & mask) != 0).any(axis=1)
    return np.where(any_no, NO, np.where(all_yes, MATCH, POSSIBLE)).astype(np.int8)


def opening_bands(
    snapshot: Snapshot, rows: Rows, when: datetime, calendar: OpeningCalendar
) -> Bands:
    """Return the band of each row at a moment: open 0, unknown 1, closed 2."""
    by_status = {"open": MATCH, "unknown": POSSIBLE, "closed": NO}
    return np.fromiter(
        (by_status[calendar.status(snapshot.facilities[row].hours, when)] for row in rows),
        np.int8,
        len(rows),
    )
