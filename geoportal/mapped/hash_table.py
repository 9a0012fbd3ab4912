"""A read-only hash table from text keys to lists of numbers, laid out in plain arrays.

Open addressing with linear probing over CRC-32, in arrays that can be memory-mapped: one lookup is
a checksum, one or two array reads and a comparison of bytes, under a microsecond in pure Python,
with nothing loaded up front. Keys are sorted, so that prefixes are ranges.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[np.uint32] | bytes]


def hash_table_arrays(name: str, entries: Mapping[str, Sequence[int]]) -> Arrays:
    """Lay a mapping out as arrays for :class:`HashTable`.

    The name is a prefix of the arrays' names. The values of each key are numbers below 2**32,
    kept in the order given.
    """
    keys = sorted(key.encode() for key in entries)
    starts = np.zeros(len(keys) + 1, dtype=np.uint32)
    if keys:
        starts[1:] = np.cumsum([len(entries[key.decode()]) for key in keys])
    return _arrays(name, keys, starts, values_in_key_order(entries))


def values_in_key_order(entries: Mapping[str, Sequence[int]]) -> npt.NDArray[np.uint32]:
    """Return the values of a mapping as :func:`hash_table_arrays` stores them, one after the other.

    With it a second array can be stored in parallel to a table's values.
    """
    keys = sorted(key.encode() for key in entries)
    return np.fromiter((value for key in keys for value in entries[key.decode()]), dtype=np.uint32)


def paired_hash_table_arrays(name: str, keys: Sequence[bytes], values: Sequence[int]) -> Arrays:
    """Lay out pairs of a key and a value; see :func:`hash_table_arrays`, with less memory."""
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)
    ordered = [keys[index] for index in order]
    begins = [i for i, key in enumerate(ordered) if not i or key != ordered[i - 1]]
    starts = np.array([*begins, len(ordered)], dtype=np.uint32)
    held = np.array(values, dtype=np.uint32)[order]
    return _arrays(name, [ordered[i] for i in begins], starts, held)


def unique_hash_table_arrays(
    name: str, keys: Sequence[bytes], values: npt.NDArray[np.int64]
) -> Arrays:
    """Lay out a mapping of different keys to one value each; see :func:`hash_table_arrays`."""
    order = sorted(range(len(keys)), key=keys.__getitem__)
    starts = np.arange(len(keys) + 1, dtype=np.uint32)
    ordered = values[np.array(order, dtype=np.intp)].astype(np.uint32)
    return _arrays(name, [keys[index] for index in order], starts, ordered)


def empty_hash_table_arrays(name: str) -> dict[str, memoryview]:
    """Return the arrays of a table without keys, as if read back."""
    arrays = _arrays(name, [], np.zeros(1, dtype=np.uint32), np.empty(0, dtype=np.uint32))
    return {
        part: memoryview(content) if isinstance(content, bytes) else content.data
        for part, content in arrays.items()
    }


def _arrays(
    name: str, keys: list[bytes], starts: npt.NDArray[np.uint32], values: npt.NDArray[np.uint32]
) -> Arrays:
    offsets = np.zeros(len(keys) + 1, dtype=np.uint32)
    if keys:
        offsets[1:] = np.cumsum([len(key) for key in keys])
    size = 8
    while size < 2 * len(keys):
        size *= 2
    hashes = [crc32(key) for key in keys]
    slots = array("I", bytes(4 * size))  # 0: free, n: entry n - 1
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
        f"{name}.values": values,
        f"{name}.keys": b"".join(keys),
    }


class HashTable:
    """Looks up keys and their prefixes; immutable, safe from many threads.

    Arrays are what :func:`hash_table_arrays` made of this name, read back.

    Attributes
    ----------
    values : memoryview of int
        The values of all keys, those of one key next to each other.
    """

    __slots__ = ("_hashes", "_keys", "_mask", "_offsets", "_slots", "_starts", "values")

    def __init__(self, arrays: Mapping[str, memoryview], name: str) -> None:
        self._slots = arrays[f"{name}.slots"]
        self._hashes = arrays[f"{name}.hashes"]
        self._offsets = arrays[f"{name}.offsets"]
        self._starts = arrays[f"{name}.starts"]
        self._keys = arrays[f"{name}.keys"]
        self._mask = len(self._slots) - 1
        self.values = arrays[f"{name}.values"]

    def __len__(self) -> int:
        return len(self._hashes)

    def find(self, key: str) -> tuple[int, int]:
        """Return the slice of `values` of a key: start and stop, equal when there is none."""
        encoded = key.encode("utf-8", "surrogatepass")
        code = crc32(encoded)
        slots, hashes, mask = self._slots, self._hashes, self._mask
        slot = code & mask
        while entry := slots[slot]:
            if hashes[entry - 1] == code:
                entry -= 1
                if self._keys[self._offsets[entry] : self._offsets[entry + 1]] == encoded:
                    return self._starts[entry], self._starts[entry + 1]
            slot = (slot + 1) & mask
        return 0, 0

    def get(self, key: str) -> list[int]:
        """Return the values of a key, empty when there is none."""
        start, stop = self.find(key)
        return self.values[start:stop].tolist()

    def find_prefixes(self, text: str, before: str = "") -> list[tuple[int, int, int]]:
        """Find every key that is a beginning of a text.

        Returned are (length, start, stop), longest first: letters of ``text`` used and the slice
        of `values`. ``before`` is put in front of the text and does not count in the lengths.
        """
        matches = []
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
                        matches.append((length, self._starts[entry], self._starts[entry + 1]))
                        break
                slot = (slot + 1) & mask
        matches.reverse()
        return matches

    def find_completions(self, prefix: str) -> tuple[slice, npt.NDArray[np.uint32]]:
        """Find all values of keys that begin with a prefix.

        Returned are the slice of `values`, empty when there is none, and the bytes of the key of
        each value, of shape (n,).
        """
        wanted = prefix.encode("utf-8", "surrogatepass")
        entries = range(len(self))
        first = bisect_left(entries, wanted, key=self._key)
        last = bisect_left(entries, wanted + b"\xff", lo=first, key=self._key)
        if first == last:
            return slice(0, 0), np.empty(0, np.uint32)
        starts = np.asarray(self._starts[first : last + 1])
        lengths = np.diff(np.asarray(self._offsets[first : last + 1]))
        return slice(int(starts[0]), int(starts[-1])), np.repeat(lengths, np.diff(starts))

    def keys_of(self, value: int) -> list[str]:
        """Return the keys that have a value; every value is looked at."""
        places = np.flatnonzero(np.asarray(self.values) == value)
        entries = np.searchsorted(np.asarray(self._starts), places, side="right") - 1
        return [self._key(entry).decode() for entry in entries.tolist()]

    def all_keys(self) -> list[str]:
        """Return all keys, in the order of their UTF-8 bytes."""
        return [self._key(entry).decode() for entry in range(len(self))]

    def _key(self, entry: int) -> bytes:
        return bytes(self._keys[self._offsets[entry] : self._offsets[entry + 1]])
