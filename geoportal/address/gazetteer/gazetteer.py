"""The compiled gazetteer (地名辞典) as it is read: memory-mapped, immutable, shared by threads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.archive import FILE_NAME, read_archive
from geoportal.address.gazetteer.hash_table import KeyTable
from geoportal.address.gazetteer.nodes import CHOME, LEVEL_NAMES, NO_PARENT
from geoportal.address.gazetteer.region import Position, Region

_TEXTS = ("name.offsets", "name.text", "key.offsets", "key.text")


class Gazetteer:
    """An immutable gazetteer; every method may be called from many threads.

    Made by :meth:`open` or :meth:`empty`.

    Attributes
    ----------
    source, dataset_date : str
        Where the places come from and as of when.
    town_count : int
        Number of 町丁目 and 小字 published on their own.
    regions : tuple of Region
        All municipalities, in code order.
    spellings : list
        How municipalities are written; made by `municipality_spellings.spell_regions`.
    """

    def __init__(self, header: dict[str, Any], arrays: dict[str, memoryview]) -> None:
        self.source = str(header["source"])
        self.dataset_date = str(header["dataset_date"])
        self.town_count = int(header["towns"])
        self.regions = tuple(
            Region.from_row(number, row) for number, row in enumerate(header["municipalities"])
        )
        self.spellings: list[list[Any]] = header["spellings"]
        self.towns = KeyTable(arrays, "town")
        self.children = KeyTable(arrays, "child")
        self.postal = KeyTable(arrays, "postal")
        self.kana = KeyTable(arrays, "kana")
        self.flags = arrays["flags"]
        self.levels = arrays["level"]
        self.parents = arrays["parent"]
        self._lon = arrays["lon"]
        self._lat = arrays["lat"]
        self._uncertainty = arrays["uncertainty"]
        self._municipality = arrays["municipality"]
        self._name_offsets = arrays["name.offsets"]
        self._name_text = arrays["name.text"]
        self._key_offsets = arrays["key.offsets"]
        self._key_text = arrays["key.text"]

    @classmethod
    def open(cls, directory: Path) -> Gazetteer:
        """Open what :func:`compile_gazetteer` wrote.

        Raises
        ------
        UnreadableSourceError
            When nothing was compiled there, or by another version.
        """
        return cls(*read_archive(directory / FILE_NAME))

    @classmethod
    def empty(cls) -> Gazetteer:
        """Return a gazetteer that knows no place, for an installation without towns."""
        nothing = memoryview(b"")
        arrays = {
            f"{table}.{part}": nothing.cast("I")
            for table in ("town", "child", "postal", "kana")
            for part in ("hashes", "starts", "numbers")
        }
        for table in ("town", "child", "postal", "kana"):
            arrays[f"{table}.slots"] = memoryview(bytes(4)).cast("I")
            arrays[f"{table}.offsets"] = memoryview(bytes(4)).cast("I")
            arrays[f"{table}.keys"] = nothing
        names = ("flags", "level", "parent", "lon", "lat", "uncertainty", "municipality")
        arrays |= dict.fromkeys((*names, *_TEXTS), nothing)
        return cls(
            {
                "source": "",
                "dataset_date": "",
                "towns": 0,
                "municipalities": [],
                "spellings": [],
            },
            arrays,
        )

    def region_of(self, node: int) -> Region:
        """Return the municipality a node lies in."""
        return self.regions[self._municipality[node]]

    def name(self, node: int) -> str:
        """Return a node's own published name."""
        start, stop = self._name_offsets[node], self._name_offsets[node + 1]
        return bytes(self._name_text[start:stop]).decode()

    def town_key(self, town: int) -> str:
        """Return the canonical key of a town node."""
        start, stop = self._key_offsets[town], self._key_offsets[town + 1]
        return bytes(self._key_text[start:stop]).decode()

    def town_name(self, node: int) -> str:
        """Return the 大字町丁目名 a node belongs to."""
        while self.levels[node] > CHOME:
            node = self.parents[node]
        return self.name(node)

    def position(self, node: int) -> Position | None:
        """Return the finest position known for a node: its own, else of a unit above it."""
        while True:
            lon = self._lon[node]
            if not isnan(lon):
                return Position(
                    lon,
                    self._lat[node],
                    float(round(self._uncertainty[node])),
                    LEVEL_NAMES[self.levels[node]],
                )
            parent = self.parents[node]
            if parent == NO_PARENT:
                return self.region_of(node).position
            node = parent

    def points(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return longitudes and latitudes of all nodes, degrees; NaN where not known."""
        return np.asarray(self._lon, np.float64), np.asarray(self._lat, np.float64)

    def lineage(self, node: int) -> list[int]:
        """Return a node and every unit above it, the town last."""
        found = [node]
        while (parent := self.parents[node]) != NO_PARENT:
            found.append(parent)
            node = parent
        return found

    def akin(self, node: int, others: frozenset[int]) -> bool:
        """Tell whether a node is one of others, lies in one of them, or holds one of them."""
        if not others.isdisjoint(self.lineage(node)):
            return True
        return any(node in self.lineage(other) for other in others)

    def child(self, node: int, key: str) -> int | None:
        """Return the child of a node by its key ("c3", "b12"), None when there is none."""
        found = self.children.get(f"{node:x}{key}")
        return found[0] if found else None

    def towns_within(self, start: int, stop: int, first: int, last: int) -> list[int]:
        """Return the postings ``start:stop`` of the town table whose towns lie in a range.

        Parameters
        ----------
        start, stop : int
            A slice of ``towns.numbers``, ascending.
        first, last : int
            Range of town nodes, ``last`` not included.
        """
        numbers = self.towns.numbers
        low = bisect_left(numbers, first * 8, start, stop)
        high = bisect_right(numbers, last * 8 - 1, low, stop)
        return numbers[low:high].tolist()
