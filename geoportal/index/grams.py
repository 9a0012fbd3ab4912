"""Which of many short texts have which pairs of letters: candidates for a word, without reading.

Texts stand in blocks of `BLOCK_ROWS`. In each block pairs of letters are in order, and for each of
them the rows that have it. A letter that ends a text makes a pair with the separator, so that the
pairs a letter begins are all the places where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geoportal.geo.distinct import distinct
from geoportal.mapped.passing import passing_file, whole
from geoportal.workers import working

_ROW_BITS: Final = 14
BLOCK_ROWS: Final = 1 << _ROW_BITS
_LETTER_BITS: Final = 21
_SEPARATOR: Final = ord("\n")
_PART_ROWS: Final = 1 << 11
"""Texts whose pairs are sorted at once: those of a whole block take a hundred megabytes."""

Rows = NDArray[np.int64]
_Block = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]
"""Pairs of letters of a block in order, in how many rows each is, these rows."""


class Grams:
    """Finds the texts that have all pairs of letters of a word.

    Parameters
    ----------
    arrays : mapping of str to memoryview
        What `gram_arrays` made.
    """

    def __init__(self, arrays: Mapping[str, memoryview]) -> None:
        self._keys = np.asarray(arrays["keys"], dtype=np.int64)
        self._ends = np.asarray(arrays["ends"], dtype=np.int64)
        self._rows = np.asarray(arrays["rows"], dtype=np.uint16)
        self._blocks = np.asarray(arrays["blocks"], dtype=np.int64).tolist()

    def candidates(self, word: str) -> Iterator[Rows]:
        """Yield for each block the rows, in order, that have every pair of letters of a word.

        Those of a word of one or two letters have the word; of a longer one it is to be seen.
        """
        letters = [ord(letter) for letter in word]
        pairs = [(a << _LETTER_BITS) | b for a, b in pairwise(letters)]
        begin = 0
        for number, end in enumerate(self._blocks):
            keys = self._keys[begin:end]
            if pairs:
                found = self._with_all(keys, begin, sorted(set(pairs)))
            else:
                low, high = np.searchsorted(
                    keys, (letters[0] << _LETTER_BITS, (letters[0] + 1) << _LETTER_BITS)
                )
                found = distinct(self._rows_between(begin + int(low), begin + int(high)))
            if found.size:
                yield found.astype(np.int64) + number * BLOCK_ROWS
            begin = end

    def _with_all(
        self, keys: NDArray[np.int64], begin: int, pairs: list[int]
    ) -> NDArray[np.uint16]:
        """Return the rows of a block that have all pairs."""
        places = np.searchsorted(keys, pairs)
        none = np.empty(0, dtype=np.uint16)
        if places[-1] == keys.size or (keys[places] != pairs).any():
            return none
        held = [self._rows_between(begin + place, begin + place + 1) for place in places.tolist()]
        held.sort(key=len)
        found = held[0]
        for others in held[1:]:
            where = np.minimum(np.searchsorted(others, found), others.size - 1)
            found = found[others[where] == found]
            if not found.size:
                return none
        return found

    def _rows_between(self, first: int, last: int) -> NDArray[np.uint16]:
        start = int(self._ends[first - 1]) if first else 0
        stop = int(self._ends[last - 1]) if last else 0
        return self._rows[start:stop]


def gram_arrays(
    blob: memoryview, ends: NDArray[np.int64], directory: Path | None = None, processes: int = 1
) -> dict[str, NDArray[Any]]:
    """Return the arrays of `Grams` for texts as `geoportal.index.words.joined` puts them together.

    ``ends`` says where in the text each ends, shape (n,), its separator included. Rows, the largest
    of the arrays, lie in an unnamed file of ``directory``; without one in memory. Blocks are looked
    at in so many worker processes.
    """

    def block(first: int) -> _Block:
        parts = []
        last = min(first + BLOCK_ROWS, ends.size)
        start = int(ends[first - 1]) if first else 0
        for row in range(first, last, _PART_ROWS):
            stop = int(ends[min(row + _PART_ROWS, last) - 1])
            text = bytes(blob[start:stop]).decode("utf-8", "surrogatepass")
            parts.append(_sorted_pairs(text, row - first))
            start = stop
        return _merged(parts)

    keys, counts, blocks, held = [], [], [], 0
    rows = passing_file(directory)
    firsts = range(0, ends.size, BLOCK_ROWS)
    with working(block, min(processes, len(firsts))) as in_workers:
        for pairs, of_each, own in in_workers(firsts):
            keys.append(pairs)
            counts.append(of_each)
            rows.write(own.data)
            held += pairs.size
            blocks.append(held)
    return {
        "keys": np.concatenate([np.empty(0, np.int64), *keys]),
        "ends": np.cumsum(np.concatenate([np.empty(0, np.int64), *counts]), dtype=np.int64),
        "rows": np.frombuffer(whole(rows), dtype=np.uint16),
        "blocks": np.array(blocks, dtype=np.int64),
    }


def _merged(parts: list[NDArray[np.int64]]) -> _Block:
    """Return the pairs of a block; ``parts`` are what `_sorted_pairs` made, and let go of."""
    own = np.concatenate(parts)
    parts.clear()
    own.sort(kind="stable")
    pair = own >> _ROW_BITS
    begins = np.flatnonzero(np.concatenate(([True], pair[1:] != pair[:-1]))[: own.size])
    rows = (own & ((1 << _ROW_BITS) - 1)).astype(np.uint16)
    return pair[begins], np.diff(np.append(begins, own.size)), rows


def _sorted_pairs(text: str, first: int) -> NDArray[np.int64]:
    """Return pairs of letters with the row they are in, in one number, in order, each once.

    ``first`` is the row of the first text.
    """
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letters = letters.astype(np.int64)
    is_end = letters == _SEPARATOR
    row = np.cumsum(is_end) + first
    pairs = (letters[:-1] << _LETTER_BITS | letters[1:]) << _ROW_BITS | row[:-1]
    return distinct(pairs[~is_end[:-1]])
