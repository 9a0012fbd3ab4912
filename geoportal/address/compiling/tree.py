"""The tree of places (town > 丁目・小字 > 街区・番地 > 住居番号) while a gazetteer is compiled."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from functools import lru_cache
from sys import intern
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geoportal.address.gazetteer.nodes import (
    BLOCK,
    CHOME,
    HAS_BLOCK,
    HAS_CHOME,
    HAS_KOAZA,
    HOUSE,
    KOAZA,
    NO_PARENT,
    OAZA,
    PUBLISHED,
    TOWN,
)
from geoportal.address.text.canonical import canonical_key
from geoportal.address.text.town_names import chome_number, is_oaza, split_town
from geoportal.domain.place import Place
from geoportal.geo.equirectangular import Floats

_HAS_CHILD = {CHOME: HAS_CHOME, KOAZA: HAS_KOAZA, BLOCK: HAS_BLOCK}
_NAME_BITS = 32
_cached_key = lru_cache(maxsize=50_000)(canonical_key)
_cached_split = lru_cache(maxsize=5_000)(split_town)
_cached_chome = lru_cache(maxsize=1_000)(chome_number)

Numbers = npt.NDArray[np.int64]


class Tree(NamedTuple):
    """The n places of a gazetteer: towns by municipality and name, then all others.

    Attributes
    ----------
    parent, level, flags : ndarray of int, shape (n,)
        See `gazetteer.nodes`. Parents stand before their children.
    lon, lat : ndarray of float, shape (n,)
        Degrees, WGS 84; NaN where unknown.
    municipality : ndarray of int, shape (n,)
        Number in code order.
    name : list of str
        As published, of a 丁目 with its town in front.
    key : list of str
        Canonical name below the unit above: of a 丁目 its number; of a town empty.
    kana : dict of int to set of str
        Readings by town node.
    town_count : int
        How many of the nodes are towns.
    """

    parent: Numbers
    level: npt.NDArray[np.int8]
    flags: npt.NDArray[np.uint8]
    lon: Floats
    lat: Floats
    municipality: Numbers
    name: list[str]
    key: list[str]
    kana: dict[int, set[str]]
    town_count: int


class _TownKey(NamedTuple):
    municipality: str
    key: str
    oaza: bool


class PlaceTree:
    """A tree under construction: compact parallel arrays, in the order in which rows are added."""

    def __init__(self) -> None:
        self._parent = array("q")
        self._level = array("b")
        self._flags = array("B")
        self._lon = array("d")
        self._lat = array("d")
        self._name: list[str] = []
        self._key: list[str] = []
        self._kana: dict[int, set[str]] = {}
        self._towns: list[int] = []
        self._town_municipality: list[str] = []
        self._town_by_key: dict[_TownKey, int] = {}
        self._town_by_name: dict[tuple[str, str], int] = {}
        self._child: dict[int, int] = {}
        self._name_number: dict[tuple[int, str], int] = {}

    def add(self, place: Place) -> None:
        """Add a row below its town, which is made when it is missing.

        A later row of the same place replaces the position of an earlier one; the name is that of
        the first.
        """
        town, chome, koaza = _cached_split(place.town, place.koaza)
        position = _known_position(place)
        node = self._town(place, town, on_its_own=position is not None and not place.block)
        if node is None:
            return
        if place.kana:
            self._kana.setdefault(node, set()).add(place.kana)
        if chome:
            node = self._child_node(node, CHOME, _cached_chome(chome), town + chome)
        if koaza and (key := _cached_key(koaza)):
            node = self._child_node(node, KOAZA, key, koaza)
        if place.block and (key := _cached_key(place.block)):
            node = self._child_node(node, BLOCK, key, place.block)
            if place.house and (key := _cached_key(place.house)):
                node = self._child_node(node, HOUSE, key, place.house)
        self._flags[node] |= PUBLISHED
        if position is not None:
            self._lon[node], self._lat[node] = position

    def ordered(self, municipality_numbers: Mapping[str, int]) -> Tree:
        """Return the tree in its final order; municipalities are numbered as given by code."""
        numbers = [municipality_numbers[code] for code in self._town_municipality]
        order = sorted(
            range(len(numbers)), key=lambda town: (numbers[town], self._name[self._towns[town]])
        )
        towns = np.array([self._towns[town] for town in order], dtype=np.int64)
        others = np.ones(len(self._name), dtype=bool)
        others[towns] = False
        old = np.concatenate([towns, np.flatnonzero(others)]).astype(np.int64)
        new = np.empty(len(old), dtype=np.int64)
        new[old] = np.arange(len(old))
        parent = np.array(self._parent, dtype=np.int64)[old]
        inner = parent != NO_PARENT
        parent[inner] = new[parent[inner]]
        level = np.array(self._level, dtype=np.int8)[old]
        municipality = np.zeros(len(old), dtype=np.int64)
        municipality[: len(towns)] = [numbers[town] for town in order]
        for depth in range(CHOME, HOUSE + 1):
            nodes = np.flatnonzero(level == depth)
            municipality[nodes] = municipality[parent[nodes]]
        return Tree(
            parent=parent,
            level=level,
            flags=np.array(self._flags, dtype=np.uint8)[old],
            lon=np.array(self._lon, dtype=np.float64)[old],
            lat=np.array(self._lat, dtype=np.float64)[old],
            municipality=municipality,
            name=[self._name[node] for node in old.tolist()],
            key=[self._key[node] for node in old.tolist()],
            kana={int(new[node]): readings for node, readings in self._kana.items()},
            town_count=len(towns),
        )

    def _append(self, parent: int, level: int, key: str, name: str) -> int:
        self._parent.append(parent)
        self._level.append(level)
        self._flags.append(0)
        self._lon.append(math.nan)
        self._lat.append(math.nan)
        self._key.append(intern(key))
        self._name.append(intern(name))
        return len(self._name) - 1

    def _child_node(self, parent: int, level: int, key: str, name: str) -> int:
        # Millions of children: one integer of both numbers takes a third of the memory of a tuple.
        number = self._name_number.setdefault((level, key), len(self._name_number))
        parent_and_name = parent << _NAME_BITS | number
        node = self._child.get(parent_and_name)
        if node is None:
            node = self._child[parent_and_name] = self._append(parent, level, key, name)
            self._flags[parent] |= _HAS_CHILD.get(level, 0)
        return node

    def _town(self, place: Place, name: str, *, on_its_own: bool) -> int | None:
        """Return a town's node, None when nothing of its name is left.

        Sources spell towns differently (ヶ and ケ, 沢 and 澤): the same canonical key is the same
        town. 大字X and X are two towns where both are published; a row that only adds to a town
        (``on_its_own`` false) means the one that is there.
        """
        code = place.municipality_code
        node = self._town_by_name.get((code, name))
        if node is not None:
            return node
        key = canonical_key(name)
        if not key:
            return None
        oaza = is_oaza(name)
        node = self._town_by_key.get(_TownKey(code, key, oaza))
        if node is None and not on_its_own:
            node = self._town_by_key.get(_TownKey(code, key, not oaza))
        if node is None:
            node = self._append(NO_PARENT, TOWN, "", name)
            self._flags[node] |= OAZA if oaza else 0
            self._towns.append(node)
            self._town_municipality.append(code)
            self._town_by_key[_TownKey(code, key, oaza)] = node
        self._town_by_name[code, name] = node
        return node


def _known_position(place: Place) -> tuple[float, float] | None:
    lon, lat = place.lon, place.lat
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    return lon, lat
