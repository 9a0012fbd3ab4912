"""Substring index: which of many short texts contain a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.index.grams import Grams

_SEPARATOR = "\n"
FIELD = "\x1f"
"""Stands before, between and after the fields of one text; folding never leaves one behind."""
_BLOCK_BYTES = 4 << 20
_SEEN_BY_PAIRS = 3
"""Letters: a text has a shorter word if it has its pairs of letters."""


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

    def containing(self, word: str) -> NDArray[np.bool_]:
        """Say for each text, shape (n,), whether it contains a word folded in the same way.

        An empty word is contained in every text.
        """
        present = np.zeros(len(self._ends), dtype=bool)
        if not word:
            present[:] = True
            return present
        wanted, start = word.encode("utf-8", "surrogatepass"), 0
        if self._grams is not None:
            for rows in self._grams.candidates(word):
                present[rows if len(word) < _SEEN_BY_PAIRS else self._with(wanted, rows)] = True
            return present
        for stop in self._stops:
            block = bytes(self._blob[start:stop])
            position = block.find(wanted)
            while position != -1:
                row = int(np.searchsorted(self._ends, start + position, side="right"))
                present[row] = True
                position = block.find(wanted, int(self._ends[row]) - start)
            start = stop
        return present

    def _with(self, wanted: bytes, rows: NDArray[np.int64]) -> list[int]:
        """Return which of some rows, in order, have a text in UTF-8."""
        ends, starts = self._ends[rows].tolist(), self._ends[rows - 1].tolist()
        if not rows[0]:
            starts[0] = 0
        first = starts[0]
        block = bytes(self._blob[first : ends[-1]])
        return [
            row
            for row, start, end in zip(rows.tolist(), starts, ends, strict=True)
            if block.find(wanted, start - first, end - first) >= 0
        ]

    def beginning(self, word: str) -> NDArray[np.bool_]:
        """Say for each text made by `fields` whether one of its fields begins with a word."""
        return self.containing(FIELD + word)

    def being(self, word: str) -> NDArray[np.bool_]:
        """Say for each text made by `fields` whether one of its fields is the word."""
        return self.containing(FIELD + word + FIELD)


def joined(texts: Sequence[str]) -> tuple[bytes, NDArray[np.int64]]:
    """Return texts as one in UTF-8 with a separator after each, and the length of each in it."""
    encoded = [(text + _SEPARATOR).encode("utf-8", "surrogatepass") for text in texts]
    return b"".join(encoded), np.fromiter(map(len, encoded), np.int64, len(encoded))
