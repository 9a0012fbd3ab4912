"""Substring index: which of many short texts contain a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_SEPARATOR = "\n"
FIELD = "\x1f"
"""Stands before, between and after the fields of one text; folding never leaves one behind."""


def fields(parts: Iterable[str]) -> str:
    """Join fields into one text in which beginnings and ends of fields can be asked for."""
    return FIELD + FIELD.join(part for part in parts if part) + FIELD


class WordIndex:
    """An immutable substring index over short texts, already folded and without new lines.

    One long string and the offsets of its parts: ``str.find`` runs at memory speed, finds words of
    any length (two-letter words such as 病院 too), and needs no index to be kept up to date.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._blob = _SEPARATOR.join(texts) + _SEPARATOR
        lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
        self._ends = np.cumsum(lengths)

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
        position = self._blob.find(word)
        while position != -1:
            row = int(np.searchsorted(self._ends, position, side="right"))
            present[row] = True
            position = self._blob.find(word, int(self._ends[row]))
        return present

    def beginning(self, word: str) -> NDArray[np.bool_]:
        """Say for each text made by `fields` whether one of its fields begins with a word."""
        return self.containing(FIELD + word)

    def being(self, word: str) -> NDArray[np.bool_]:
        """Say for each text made by `fields` whether one of its fields is the word."""
        return self.containing(FIELD + word + FIELD)
