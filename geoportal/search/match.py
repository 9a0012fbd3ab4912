"""Matching needs, three-valued: unknown is never shown as no, nor no as unknown.

A need that is not about a facility at all (訪問診療 of a pharmacy) is a fourth thing, neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot

MATCH, POSSIBLE, NO, NOT_APPLICABLE = range(4)
Bands = NDArray[np.int8]


class MisplacedNeed(NamedTuple):
    """A need and the kinds that it is about, none of which is asked for, or not with all needs."""

    need: str
    kinds: tuple[str, ...]


def misplaced_needs(
    vocabulary: Vocabulary, kinds: Sequence[str], needs: Sequence[str]
) -> tuple[MisplacedNeed, ...]:
    """Return the needs because of which nobody can be asked; empty where somebody can.

    Nobody can where no kind asked for (any, without ``kinds``) is one that all needs are about.
    Named are those about none of the kinds; where each is about some, all of them.
    """
    asked = kinds or KINDS
    about = {
        need: tuple(kind for kind in KINDS if vocabulary.applies_to(need, kind)) for need in needs
    }
    if any(all(kind in about[need] for need in needs) for kind in asked):
        return ()
    found = [MisplacedNeed(need, about[need]) for need in needs]
    return tuple(one for one in found if not set(one.kinds) & set(asked)) or tuple(found)


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
