"""Substring index: which of many short texts contain a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_SEPARATOR = "\n"
FIELD = "\x1f"
"""Stands before, between and after the fields of one text; folding never leaves one behind."""
_BLOCK_BYTES = 4 << 20


def fields(parts: Iterable[str]) -> str:
    """Join fields into one text in which beginnings and ends of fields can be asked for."""
    return FIELD + FIELD.join(part for part in parts if part) + FIELD


class WordIndex:
    """An immutable substring index over short texts, already folded and without new lines.

    One long text in UTF-8 and the ends of its parts: ``bytes.find`` runs at memory speed, finds
    words of any length (two-letter words such as 病院 too), and needs no index to be kept up to
    date. The text may be memory-mapped: it is looked through in blocks, never copied whole.

    Parameters
    ----------
    blob : memoryview
        What `joined` made of the texts, one after the other.
    ends : ndarray of int64, shape (n,)
        Where in it each text ends, its separator included.
    """

    def __init__(self, blob: memoryview, ends: NDArray[np.int64]) -> None:
        self._blob = blob
        self._ends = ends
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
        for stop in self._stops:
            block = bytes(self._blob[start:stop])
            position = block.find(wanted)
            while position != -1:
                row = int(np.searchsorted(self._ends, start + position, side="right"))
                present[row] = True
                position = block.find(wanted, int(self._ends[row]) - start)
            start = stop
        return present

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
