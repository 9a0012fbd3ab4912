"""A read-only mapping of texts to texts, laid out in plain arrays: nothing is loaded up front."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from geoportal.mapped.hash_table import Arrays, HashTable, unique_hash_table_arrays


def text_map_arrays(name: str, texts: Mapping[str, str]) -> Arrays:
    """Lay a mapping out as arrays for :class:`TextMap`; ``name`` begins the arrays' names."""
    values = sorted({text.encode() for text in texts.values()})
    number_of = {value: number for number, value in enumerate(values)}
    numbers = np.array([number_of[text.encode()] for text in texts.values()], dtype=np.int64)
    return {
        **unique_hash_table_arrays(name, [key.encode() for key in texts], numbers),
        f"{name}.ends": np.cumsum([len(value) for value in values], dtype=np.uint32),
        f"{name}.texts": b"".join(values),
    }


class TextMap(Mapping[str, str]):
    """What :func:`text_map_arrays` laid out under this name, read back; safe from many threads."""

    def __init__(self, arrays: Mapping[str, memoryview], name: str) -> None:
        self._table = HashTable(arrays, name)
        self._ends = arrays[f"{name}.ends"]
        self._texts = arrays[f"{name}.texts"]

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.all_keys())

    def __getitem__(self, key: str) -> str:
        for number in self._table.get(key):
            start = self._ends[number - 1] if number else 0
            return bytes(self._texts[start : self._ends[number]]).decode()
        raise KeyError(key)
