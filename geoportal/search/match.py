"""Matching needs, three-valued: unknown is never shown as no, nor no as unknown.

A need that is not about a facility at all (訪問診療 of a pharmacy) is a fourth thing, neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.columns import INAPPLICABLE, YES
from geoportal.index.columns import NO as REFUSED
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot

MATCH, POSSIBLE, NO, NOT_APPLICABLE = range(4)
Bands = NDArray[np.int8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of m rows for each of some needs.

    Attributes
    ----------
    needs : tuple of str
        The needs, each once.
    flags : ndarray of bool, shape (m, 3, needs)
        Known to be met; known not to be met; not about the facility, and nothing is stated of it.
    """

    needs: tuple[str, ...]
    flags: Flags

    @property
    def yes(self) -> Flags:
        """Whether each need is known to be met, shape (m, needs)."""
        return self.flags[:, YES]

    @property
    def no(self) -> Flags:
        """Whether each need is known not to be met, shape (m, needs)."""
        return self.flags[:, REFUSED]

    def take(self, chosen: Rows | Flags) -> Stated:
        """Return what is known of some of the rows."""
        if chosen.dtype == np.bool_:
            (chosen,) = chosen.nonzero()
        return Stated(self.needs, self.flags.take(chosen, axis=0))

    def of_needs(self, needs: Sequence[str]) -> Stated:
        """Return what is known of some of the needs."""
        if tuple(needs) == self.needs:
            return self
        numbers = [self.needs.index(code) for code in needs]
        return Stated(tuple(needs), self.flags[:, :, numbers])

    def bands(self) -> Bands:
        """Return the match band of each row, int8 of shape (m,).

        0 every need is "yes"; 1 none is "no" and one or more are unknown; 2 one or more are "no";
        3 none is "no", and one or more of which nothing is stated are not about the facility.
        Without needs every row is 0. Adding a need can only raise a band, save from 3 to 2.
        """
        if not self.needs:
            return np.zeros(len(self.flags), dtype=np.int8)
        some = np.logical_or.reduce(self.flags, axis=2)
        every = np.logical_and.reduce(self.yes, axis=1)
        band: Bands = _BAND_OF[every + 2 * some[:, REFUSED] + 4 * some[:, INAPPLICABLE]]
        return band


_BAND_OF = np.array([POSSIBLE, MATCH, NO, NO, NOT_APPLICABLE, NO, NO, NO], dtype=np.int8)
"""By 1 every need is met, 2 some are refused, 4 some are not about the facility."""


def stated(snapshot: Snapshot, rows: Rows, needs: Sequence[str]) -> Stated:
    """Return what is known of some rows of the snapshot for each of some needs."""
    words, bits = snapshot.need_bits(needs)
    flags = (snapshot.columns.masks.take(rows, axis=0).take(words, axis=2) & bits) != 0
    flags[:, INAPPLICABLE] &= ~(flags[:, YES] | flags[:, REFUSED])
    return Stated(tuple(needs), flags)


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
    """Return the match band of each of some rows of the snapshot; see `Stated.bands`."""
    return stated(snapshot, rows, needs).bands()
