"""The compiled gazetteer (地名辞典) as it is read: memory-mapped, immutable, shared by threads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.nodes import (
    CHOME,
    LEVEL_NAMES,
    NO_PARENT,
    PUBLISHED,
    child_key,
)
from geoportal.address.gazetteer.region import Position, Region
from geoportal.address.text.municipality_names import MunicipalitySpelling
from geoportal.mapped.archive import read_archive
from geoportal.mapped.hash_table import HashTable, empty_hash_table_arrays

FILE_NAME = "gazetteer.bin"
MAGIC = b"geoportal gazetteer 9\n"
"""Name and version of the format. A file of another version is refused, and compiled again."""
_TABLES = ("town", "child", "postal_town", "postal_municipality", "sound")
_ARRAYS = ("flags", "level", "parent", "lon", "lat", "uncertainty", "municipality", "town.spelling")
_TEXTS = ("name.offsets", "name.text", "key.offsets", "key.text")


class Gazetteer:
    """An immutable gazetteer; every method may be called from many threads.

    Made by :meth:`open` or :meth:`empty`. Places are nodes, see `gazetteer.nodes`.

    Attributes
    ----------
    directory : Path
        Where it lies, ``.`` for one that knows no place.
    source, dataset_date : str
        Where the places come from and as of when.
    town_count : int
        Number of 町丁目 and 小字 published on their own.
    regions : tuple of Region
        All municipalities, in code order.
    spellings : list of MunicipalitySpelling
        How municipalities are written.
    changed : dict of str to list of int
        Numbers of the municipalities that codes before or after a change stand for.
    retired : frozenset of str
        Codes of municipalities on the list that are no more: 浜松市中区.
    towns : HashTable
        Town nodes by any spelling of their name, ascending; `town_spellings` says which.
    town_spellings : memoryview of int
        For each value of `towns` the `town_names.Spelling` by which it is reached.
    children : HashTable
        Nodes below others, by `nodes.child_key`.
    postal_towns, postal_municipalities : HashTable
        Nodes, and municipality numbers, by postal code.
    sounds : HashTable
        Town nodes by the `sound_key` of their reading.
    flags, levels, parents : memoryview of int
        By node.
    """

    def __init__(self, header: dict[str, Any], arrays: dict[str, memoryview]) -> None:
        self.directory = Path()
        self.source = str(header["source"])
        self.dataset_date = str(header["dataset_date"])
        self.town_count = int(header["towns"])
        self.regions = tuple(
            Region.from_row(number, row) for number, row in enumerate(header["municipalities"])
        )
        self.spellings = [MunicipalitySpelling(*row) for row in header["spellings"]]
        self.changed: dict[str, list[int]] = header["changed"]
        self.retired = frozenset[str](header["retired"])
        self.towns = HashTable(arrays, "town")
        self.town_spellings = arrays["town.spelling"]
        self.children = HashTable(arrays, "child")
        self.postal_towns = HashTable(arrays, "postal_town")
        self.postal_municipalities = HashTable(arrays, "postal_municipality")
        self.sounds = HashTable(arrays, "sound")
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
        """Open a gazetteer that `compiling.compiler.compile_gazetteer` wrote.

        Raises
        ------
        StaleArchiveError
            When nothing was compiled there, or by another version.
        """
        archive = read_archive(directory / FILE_NAME, MAGIC)
        opened = cls(archive.header, archive.arrays)
        opened.directory = directory
        return opened

    @classmethod
    def empty(cls) -> Gazetteer:
        """Return a gazetteer that knows no place, for an installation without towns."""
        arrays = dict.fromkeys((*_ARRAYS, *_TEXTS), memoryview(b""))
        for table in _TABLES:
            arrays |= empty_hash_table_arrays(table)
        header = {"source": "", "dataset_date": "", "towns": 0, "changed": {}, "retired": []}
        return cls({**header, "municipalities": [], "spellings": []}, arrays)

    def with_areas(self, positions: Mapping[str, Sequence[float]]) -> Gazetteer:
        """Return the gazetteer with positions for municipalities of which no town has one.

        ``positions`` are by code: longitude and latitude in degrees, uncertainty in metres.
        """
        other = copy(self)
        other.regions = tuple(_placed(region, positions) for region in self.regions)
        return other

    def region_of(self, node: int) -> Region:
        """Return the municipality a node lies in."""
        return self.regions[self._municipality[node]]

    def formed_of(self, numbers: Collection[int]) -> set[Region]:
        """Return the municipality that was formed of some others, in whose place they stand."""
        codes = {code for code, parts in self.changed.items() if set(parts) == set(numbers)}
        return {region for region in self.regions if region.code in codes - self.retired}

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

    @cached_property
    def town_nodes(self) -> npt.NDArray[np.int64]:
        """Nodes of the 大字町丁目 with a position of their own, in order of municipality."""
        levels, flags = np.asarray(self.levels), np.asarray(self.flags)
        own = (levels <= CHOME) & (flags & PUBLISHED != 0) & ~np.isnan(np.asarray(self._lon))
        nodes = np.flatnonzero(own)
        return nodes[np.argsort(np.asarray(self._municipality)[nodes], kind="stable")]

    def towns_of(self, municipality: int) -> npt.NDArray[np.int64]:
        """Return the nodes of `town_nodes` in a municipality, by its number."""
        numbers = np.asarray(self._municipality)[self.town_nodes]
        first, last = np.searchsorted(numbers, (municipality, municipality + 1))
        return self.town_nodes[first:last]

    def lineage(self, node: int) -> list[int]:
        """Return a node and every unit above it, the town last."""
        nodes = [node]
        while (parent := self.parents[node]) != NO_PARENT:
            nodes.append(parent)
            node = parent
        return nodes

    def is_related(self, node: int, others: frozenset[int]) -> bool:
        """Say whether a node is one of others, lies in one of them, or holds one of them."""
        if not others.isdisjoint(self.lineage(node)):
            return True
        return any(node in self.lineage(other) for other in others)

    def child(self, node: int, level: int, name: str) -> int | None:
        """Return a node's child by level and canonical name, None when there is none."""
        nodes = self.children.get(child_key(node, level, name))
        return nodes[0] if nodes else None

    def towns_within(self, start: int, stop: int, first: int, last: int) -> list[tuple[int, int]]:
        """Return towns of one spelling that lie in a range of nodes.

        ``start`` and ``stop`` are a slice of ``towns.values``, ascending: the towns of the
        spelling; ``first`` and ``last`` are a range of town nodes, ``last`` not included.
        Returned are nodes, each with its kind of spelling as in `town_spellings`.
        """
        nodes = self.towns.values
        low = bisect_left(nodes, first, start, stop)
        high = bisect_left(nodes, last, low, stop)
        if low == high:
            return []
        spellings = self.town_spellings[low:high].tolist()
        return list(zip(nodes[low:high].tolist(), spellings, strict=True))


def _placed(region: Region, positions: Mapping[str, Sequence[float]]) -> Region:
    if region.position is not None or region.code not in positions:
        return region
    lon, lat, uncertainty_m = positions[region.code]
    return replace(region, position=Position(lon, lat, uncertainty_m, "municipality"))
