"""Matching needs, three-valued: unknown is never shown as no, nor no as unknown.

A need that is not about a facility at all (訪問診療 of a pharmacy) is a fourth thing, neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.geo.distinct import distinct
from geoportal.index.columns import INAPPLICABLE, YES
from geoportal.index.columns import NO as REFUSED
from geoportal.index.points import Rows
from geoportal.index.snapshot import Snapshot

MATCH, POSSIBLE, NO, NOT_APPLICABLE = range(4)
Bands = NDArray[np.int8]
Flags = NDArray[np.bool_]
_FEW_NEEDS: Final = 2
"""Three bits each fit into a byte."""
_BITS: Final = (1 << np.arange(3 * _FEW_NEEDS)).astype(np.uint8)
_WORD_BYTES: Final = 8


class Patterns:
    """What may be known of a facility for each of k needs, once for each of p ways.

    Rows of facilities are many, ways few: what follows from them is worked out for these.

    Attributes
    ----------
    yes, no : ndarray of bool, shape (p, k)
        Known to be met; known not to be met.
    missing : ndarray of bool, shape (p, k)
        Neither.
    beside : ndarray of bool, shape (p, k)
        Not about the facility, and nothing is stated of it.
    bands : ndarray of int8, shape (p,)
        Match band: 0 every need is "yes"; 1 none is "no" and one or more are unknown; 2 one or more
        are "no"; 3 none is "no", and one or more of which nothing is stated are not about the
        facility. Without needs 0. Adding a need can only raise a band, save from 3 to 2.
    tally : ndarray of int64, shape (p, 3 * (k + 1))
        1 where each need, and lastly all at once, counts as unknown, yes, no; nothing in band 3.
    """

    def __init__(self, flags: Flags) -> None:
        """Take bits as `stated` reads them, shape (p, k, 3)."""
        self.yes, self.no = flags[:, :, YES], flags[:, :, REFUSED]
        self.missing = ~(self.yes | self.no)
        self.beside = flags[:, :, INAPPLICABLE] & self.missing
        every, refused = self.yes.all(axis=1), self.no.any(axis=1)
        kinds = [refused, self.beside.any(axis=1), ~every]
        self.bands = np.select(kinds, [NO, NOT_APPLICABLE, POSSIBLE], MATCH).astype(np.int8)
        self._flags = flags
        self._parts: dict[tuple[int, ...], Patterns] = {}

    def __len__(self) -> int:
        return len(self.bands)

    def of(self, numbers: tuple[int, ...]) -> Patterns:
        """Return what these ways say of some of the needs, in the same order of ways."""
        if numbers not in self._parts:
            self._parts[numbers] = Patterns(self._flags[:, list(numbers)])
        return self._parts[numbers]

    @cached_property
    def tally(self) -> NDArray[np.int64]:
        """See the class."""
        yes = np.column_stack((self.yes, self.yes.all(axis=1)))
        no = np.column_stack((self.no, self.no.any(axis=1)))
        table = np.stack((~(yes | no), yes & ~no, no), axis=2)
        table[self.bands == NOT_APPLICABLE] = False
        return table.reshape(len(self), 3 * (self.yes.shape[1] + 1)).astype(np.int64)


@lru_cache(maxsize=_FEW_NEEDS + 1)
def _every_way(needs: int) -> Patterns:
    """Return all there is for so few needs that the bits of a row are the number of its way."""
    bits = np.arange(8**needs, dtype=np.uint8)[:, np.newaxis]
    return Patterns(_unpacked(bits, needs))


def _unpacked(packed: NDArray[np.uint8], needs: int) -> Flags:
    bits = np.unpackbits(packed, axis=1, count=3 * needs, bitorder="little")
    return bits.astype(bool).reshape(len(packed), needs, 3)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of m rows for each of some needs.

    Attributes
    ----------
    needs : tuple of str
        The needs, each once.
    numbers : ndarray of int, shape (m,)
        The way of each row.
    patterns : Patterns
        What each way is.
    """

    needs: tuple[str, ...]
    numbers: NDArray[np.integer[Any]]
    patterns: Patterns

    @property
    def yes(self) -> Flags:
        """Whether each need is known to be met, shape (m, needs)."""
        return self.patterns.yes.take(self.numbers, axis=0)

    @property
    def no(self) -> Flags:
        """Whether each need is known not to be met, shape (m, needs)."""
        return self.patterns.no.take(self.numbers, axis=0)

    def take(self, chosen: Rows | Flags) -> Stated:
        """Return what is known of some of the rows."""
        if chosen.dtype == np.bool_:
            (chosen,) = chosen.nonzero()
        return Stated(self.needs, self.numbers.take(chosen), self.patterns)

    def of_needs(self, needs: Sequence[str]) -> Stated:
        """Return what is known of some of the needs."""
        if tuple(needs) == self.needs:
            return self
        part = self.patterns.of(tuple(self.needs.index(code) for code in needs))
        return Stated(tuple(needs), self.numbers, part)

    def bands(self) -> Bands:
        """Return the match band of each row, int8 of shape (m,), see `Patterns`."""
        return self.patterns.bands.take(self.numbers)


def stated(snapshot: Snapshot, rows: Rows, needs: Sequence[str]) -> Stated:
    """Return what is known of some rows of the snapshot for each of some needs."""
    asked = tuple(needs)
    if not asked:
        return Stated(asked, np.zeros(rows.size, dtype=np.uint8), _every_way(0))
    masks = snapshot.columns.masks.take(rows, axis=0)
    flags = np.empty((rows.size, len(asked), 3), dtype=bool)
    for place, (word, bit) in enumerate(zip(*snapshot.need_bits(asked), strict=True)):
        np.not_equal(masks[:, :, word] & bit, 0, out=flags[:, place])
    table = flags.view(np.uint8).reshape(rows.size, 3 * len(asked))
    if len(asked) <= _FEW_NEEDS:
        return Stated(asked, table @ _BITS[: 3 * len(asked)], _every_way(len(asked)))
    ways, numbers = _ways(np.packbits(table, axis=1, bitorder="little"))
    return Stated(asked, numbers, Patterns(_unpacked(ways, len(asked))))


def _ways(packed: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the distinct rows of a table of bytes, and which of them each row is."""
    if packed.shape[1] > _WORD_BYTES:
        ways, numbers = np.unique(packed, axis=0, return_inverse=True)
        return ways, numbers.reshape(-1)
    padded = np.zeros((len(packed), _WORD_BYTES), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    words = padded.view(np.uint64)[:, 0]
    found = distinct(words)
    return found.view(np.uint8).reshape(-1, _WORD_BYTES), np.searchsorted(found, words)


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
