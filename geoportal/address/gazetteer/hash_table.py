"""A read-only hash table from text keys to lists of numbers, laid out in plain arrays.

Made for memory-mapped reading from pure Python: one lookup is a CRC-32, one or two array reads
and a comparison of bytes, under a microsecond, with nothing loaded up front.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt


def key_table_arrays(
    name: str, postings: Mapping[str, Sequence[int]]
) -> dict[str, npt.NDArray[np.uint32] | bytes]:
    """Lay a mapping out as arrays for :class:`KeyTable`.

    Parameters
    ----------
    name : str
        Prefix of the arrays' names.
    postings : mapping of str to sequence of int
        Numbers below 2**32, kept in the order given. Keys are stored sorted by their UTF-8 bytes.
    """
    keys = sorted(key.encode() for key in postings)
    starts = np.zeros(len(keys) + 1, dtype=np.uint32)
    if keys:
        starts[1:] = np.cumsum([len(postings[key.decode()]) for key in keys])
    numbers = np.fromiter(
        (number for key in keys for number in postings[key.decode()]), dtype=np.uint32
    )
    return _arrays(name, keys, starts, numbers)


def unique_table_arrays(
    name: str, keys: Sequence[bytes], numbers: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.uint32] | bytes]:
    """Lay out a mapping of different keys to one number each; see :func:`key_table_arrays`."""
    order = sorted(range(len(keys)), key=keys.__getitem__)
    starts = np.arange(len(keys) + 1, dtype=np.uint32)
    ordered = numbers[np.array(order, dtype=np.intp)].astype(np.uint32)
    return _arrays(name, [keys[at] for at in order], starts, ordered)


def _arrays(
    name: str, keys: list[bytes], starts: npt.NDArray[np.uint32], numbers: npt.NDArray[np.uint32]
) -> dict[str, npt.NDArray[np.uint32] | bytes]:
    offsets = np.zeros(len(keys) + 1, dtype=np.uint32)
    if keys:
        offsets[1:] = np.cumsum([len(key) for key in keys])
    size = 8
    while size < 2 * len(keys):
        size *= 2
    hashes = [crc32(key) for key in keys]
    slots = array("I", bytes(4 * size))
    mask = size - 1
    for entry, code in enumerate(hashes, 1):
        slot = code & mask
        while slots[slot]:
            slot = (slot + 1) & mask
        slots[slot] = entry
    return {
        f"{name}.slots": np.array(slots, dtype=np.uint32),
        f"{name}.hashes": np.array(hashes, dtype=np.uint32),
        f"{name}.offsets": offsets,
        f"{name}.starts": starts,
        f"{name}.numbers": numbers,
        f"{name}.keys": b"".join(keys),
    }


class KeyTable:
    """Looks up keys and their prefixes; immutable, safe from many threads.

    Parameters
    ----------
    arrays : mapping of str to memoryview
        What :func:`key_table_arrays` made, read back.
    name : str
        The prefix given there.
    """

    __slots__ = ("_hashes", "_keys", "_mask", "_offsets", "_slots", "_starts", "numbers")

    def __init__(self, arrays: Mapping[str, memoryview], name: str) -> None:
        self._slots = arrays[f"{name}.slots"]
        self._hashes = arrays[f"{name}.hashes"]
        self._offsets = arrays[f"{name}.offsets"]
        self._starts = arrays[f"{name}.starts"]
        self._keys = arrays[f"{name}.keys"]
        self._mask = len(self._slots) - 1
        self.numbers = arrays[f"{name}.numbers"]

    def __len__(self) -> int:
        return len(self._hashes)

    def _find(self, key: bytes, code: int) -> int:
        slots, hashes, mask = self._slots, self._hashes, self._mask
        slot = code & mask
        while entry := slots[slot]:
            if hashes[entry - 1] == code:
                entry -= 1
                if self._keys[self._offsets[entry] : self._offsets[entry + 1]] == key:
                    return entry
            slot = (slot + 1) & mask
        return -1

    def get(self, key: str) -> list[int]:
        """Return the numbers of a key, empty when there is none."""
        encoded = key.encode("utf-8", "surrogatepass")
        entry = self._find(encoded, crc32(encoded))
        if entry < 0:
            return []
        return self.numbers[self._starts[entry] : self._starts[entry + 1]].tolist()

    def prefixes(self, text: str, before: str = "") -> list[tuple[int, int, int]]:
        """Find every key that is a beginning of ``text``.

        Parameters
        ----------
        text : str
            Looked at from its start.
        before : str
            Put in front of ``text``; does not count in the lengths.

        Returns
        -------
        list of (length, start, stop)
            Letters of ``text`` used and the slice of ``numbers``; longest first.
        """
        found = []
        slots, hashes, mask = self._slots, self._hashes, self._mask
        key = before.encode()
        code = crc32(key)
        for length, letter in enumerate(text, 1):
            encoded = letter.encode("utf-8", "surrogatepass")
            code = crc32(encoded, code)
            key += encoded
            slot = code & mask
            while entry := slots[slot]:
                if hashes[entry - 1] == code:
                    entry -= 1
                    if self._keys[self._offsets[entry] : self._offsets[entry + 1]] == key:
                        found.append((length, self._starts[entry], self._starts[entry + 1]))
                        break
                slot = (slot + 1) & mask
        found.reverse()
        return found

    def starting_with(self, prefix: str) -> Iterator[tuple[str, int, int]]:
        """Yield keys that begin with ``prefix``, sorted, each with its slice of ``numbers``."""
        wanted = prefix.encode("utf-8", "surrogatepass")
        entries = range(len(self))
        first = bisect_left(entries, wanted, key=self._bytes)
        for entry in entries[first:]:
            key = self._bytes(entry)
            if not key.startswith(wanted):
                return
            yield key.decode(), self._starts[entry], self._starts[entry + 1]

    def numbers_under(self, prefix: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
        """Return all numbers of keys that begin with ``prefix``, and the bytes of each one's key.

        The same as :meth:`starting_with`, at once: for prefixes of thousands of keys.
        """
        wanted = prefix.encode("utf-8", "surrogatepass")
        entries = range(len(self))
        first = bisect_left(entries, wanted, key=self._bytes)
        last = bisect_left(entries, wanted + b"\xff", lo=first, key=self._bytes)
        starts = np.asarray(self._starts[first : last + 1])
        lengths = np.diff(np.asarray(self._offsets[first : last + 1]))
        if first == last:
            return np.empty(0, np.uint32), np.empty(0, np.uint32)
        return np.asarray(self.numbers[starts[0] : starts[-1]]), np.repeat(lengths, np.diff(starts))

    def _bytes(self, entry: int) -> bytes:
        return bytes(self._keys[self._offsets[entry] : self._offsets[entry + 1]])
