"""Substring index: which of many short texts contain a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from geoportal.index.grams import Grams

_SEPARATOR = "\n"
Flags = NDArray[np.bool_]
FIELD = "\x1f"
"""Stands before, between and after the fields of one text; folding never leaves one behind."""
_BLOCK_BYTES = 4 << 20
_FEW = 2_000
"""Texts that are read in the time it takes to look up a word."""
_SEEN_BY_PAIRS = 3
"""Letters: a text has a shorter word if it has its pairs of letters."""
_APART_BYTES = 1_000
"""Texts that lie farther apart are read one by one, others with all that lies between them."""


def fields(parts: Iterable[str]) -> str:
    """Join fields into one text in which beginnings and ends of fields can be asked for."""
    return FIELD + FIELD.join(part for part in parts if part) + FIELD


class WordIndex:
    """An immutable substring index over short texts, already folded and without new lines.

    One long text in UTF-8 and the ends of its parts. With `Grams` words of one or two letters are
    looked up, and longer ones looked for in those texts alone that have their pairs of letters;
    without them all of the text is looked through, in blocks: it may be memory-mapped.

    Parameters
    ----------
    blob : memoryview
        What `joined` made of the texts, one after the other.
    ends : ndarray of int64, shape (n,)
        Where in it each text ends, its separator included.
    grams : Grams, optional
        Of the same texts.
    """

    def __init__(
        self, blob: memoryview, ends: NDArray[np.int64], grams: Grams | None = None
    ) -> None:
        self._blob = blob
        self._ends = ends
        self._grams = grams
        size = int(ends[-1]) if ends.size else 0
        wanted = np.arange(_BLOCK_BYTES, size + _BLOCK_BYTES, _BLOCK_BYTES)
        stops = np.unique(ends[np.minimum(np.searchsorted(ends, wanted), ends.size - 1)])
        self._stops = [int(stop) for stop in stops] if size else []

    @classmethod
    def of(cls, texts: Sequence[str]) -> WordIndex:
        """Return the index of some texts."""
        blob, lengths = joined(texts)
        return cls(memoryview(blob), np.cumsum(lengths, dtype=np.int64))

    def __len__(self) -> int:
        return len(self._ends)

    def containing(
        self, word: str, among: Flags | None = None, known: Flags | None = None
    ) -> Flags:
        """Say for each text, shape (n,), whether it contains a word folded in the same way.

        An empty word is contained in every text. Only those ``among`` are looked at, shape (n,);
        those ``known`` to contain it are not read.
        """
        present = np.zeros(len(self._ends), dtype=bool) if known is None else known.copy()
        if not word:
            present[:] = True
        elif self._grams is None:
            self._look_through(word, present)
        else:
            for rows in self._grams.candidates(word):
                wanted = rows if among is None else rows[among[rows]]
                if len(word) >= _SEEN_BY_PAIRS:
                    wanted = wanted[~present[wanted]] if known is not None else wanted
                    wanted = wanted[self._have(word, wanted)]
                present[wanted] = True
        return present if among is None else present & among

    def _look_through(self, word: str, present: Flags) -> None:
        """Mark the texts that contain a word; all of them are read."""
        wanted, start = word.encode("utf-8", "surrogatepass"), 0
        for stop in self._stops:
            block = bytes(self._blob[start:stop])
            position = block.find(wanted)
            while position != -1:
                row = int(np.searchsorted(self._ends, start + position, side="right"))
                present[row] = True
                position = block.find(wanted, int(self._ends[row]) - start)
            start = stop

    def _have(self, word: str, rows: NDArray[np.int64]) -> Flags:
        """Say for each of some texts, rows in order, whether it contains a word."""
        if not rows.size:
            return np.empty(0, dtype=bool)
        wanted, blob = word.encode("utf-8", "surrogatepass"), self._blob
        ends = self._ends[rows]
        starts = np.where(rows > 0, self._ends[rows - 1], 0)
        first, last = int(starts[0]), int(ends[-1])
        if last - first > _APART_BYTES * rows.size:
            places = zip(starts.tolist(), ends.tolist(), strict=True)
            return np.fromiter((wanted in bytes(blob[a:b]) for a, b in places), bool, rows.size)
        found = map(
            bytes(blob[first:last]).find,
            repeat(wanted),
            (starts - first).tolist(),
            (ends - first).tolist(),
        )
        return np.fromiter(found, np.int64, rows.size) >= 0

    def beginning(self, word: str, among: Flags) -> Flags:
        """Say of texts made by `fields` whether one of their fields begins with a word."""
        return self._containing_few(FIELD + word, among)

    def being(self, word: str, among: Flags) -> Flags:
        """Say of texts made by `fields` whether one of their fields is the word."""
        return self._containing_few(FIELD + word + FIELD, among)

    def _containing_few(self, word: str, among: Flags) -> Flags:
        """Do as `containing`; a few texts are read without looking up pairs of letters."""
        rows = np.flatnonzero(among)
        if rows.size > _FEW:
            return self.containing(word, among)
        present = np.zeros(len(self._ends), dtype=bool)
        present[rows[self._have(word, rows)]] = True
        return present


def joined(texts: Sequence[str]) -> tuple[bytes, NDArray[np.int64]]:
    """Return texts as one in UTF-8 with a separator after each, and the length of each in it."""
    encoded = [(text + _SEPARATOR).encode("utf-8", "surrogatepass") for text in texts]
    return b"".join(encoded), np.fromiter(map(len, encoded), np.int64, len(encoded))
