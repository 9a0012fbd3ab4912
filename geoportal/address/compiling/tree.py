"""The tree of places (town > 丁目・小字 > 街区・番地 > 住居番号) while a gazetteer is compiled."""

from __future__ import annotations

import math
from array import array
from functools import lru_cache
from sys import intern
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geoportal.address.compiling.uncertainty import (
    CHOME_FACTOR,
    LARGEST_UNIT_M,
    OAZA_FACTOR,
    TOWN_FACTOR,
    Floats,
    distances_m,
    medoid,
    unit_uncertainty_m,
)
from geoportal.address.gazetteer.nodes import (
    BLOCK,
    CHOME,
    FAR,
    HAS_BLOCK,
    HAS_CHOME,
    HAS_KOAZA,
    HOUSE,
    KOAZA,
    NO_PARENT,
    OAZA,
    REAL,
    TOWN,
)
from geoportal.address.text.canonical import canonical_key
from geoportal.address.text.town_names import chome_key, is_oaza, split_town
from geoportal.domain.place import Place

_FAR_FACTOR = 3.0
_FAR_MARGIN_M = 1_000.0
_LONE_FACTOR = 6.0
_KEY_BITS = 32
_HAS = {CHOME: HAS_CHOME, KOAZA: HAS_KOAZA, BLOCK: HAS_BLOCK}
_cached_key = lru_cache(maxsize=50_000)(canonical_key)
_cached_split = lru_cache(maxsize=5_000)(split_town)
_cached_chome = lru_cache(maxsize=1_000)(chome_key)

Numbers = npt.NDArray[np.int64]


class _Town(NamedTuple):
    municipality: str
    key: str
    oaza: bool


def _known_position(place: Place) -> tuple[float, float] | None:
    lon, lat = place.lon, place.lat
    if lon is None or lat is None or not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    return lon, lat


class Tree:
    """Nodes under construction: compact parallel arrays, in the order they were met."""

    def __init__(self) -> None:
        self.parent = array("q")
        self.level = array("b")
        self.flags = array("B")
        self.lon = array("d")
        self.lat = array("d")
        self.name: list[str] = []
        self.key: list[str] = []
        self.town_of: list[str] = []
        """Municipality code of each town node, in the order of `towns`."""
        self.towns = array("q")
        self.kana: dict[int, set[str]] = {}
        self._child: dict[int, int] = {}
        self._key_number: dict[str, int] = {}
        self._spelt: dict[tuple[str, str], int] = {}
        self._same: dict[_Town, int] = {}

    def __len__(self) -> int:
        return len(self.name)

    def plant(self, place: Place) -> None:
        """Hang one row below its town, made when it is not there yet, and give it its position.

        A later row of the same place replaces the position of an earlier one; the name is that of
        the first.
        """
        parts = _cached_split(place.town, place.koaza)
        position = _known_position(place)
        node = self._town(place, parts.town, alone=position is not None and not place.block)
        if node < 0:
            return
        if place.kana:
            self.kana.setdefault(node, set()).add(place.kana)
        if parts.chome:
            node = self._descend(node, CHOME, _cached_chome(parts.chome), parts.town + parts.chome)
        if parts.koaza and (key := _cached_key(parts.koaza)):
            node = self._descend(node, KOAZA, "k" + key, parts.koaza)
        if place.block and (key := _cached_key(place.block)):
            node = self._descend(node, BLOCK, "b" + key, place.block)
            if place.house and (key := _cached_key(place.house)):
                node = self._descend(node, HOUSE, "h" + key, place.house)
        self.flags[node] |= REAL
        if position is not None:
            self.lon[node], self.lat[node] = position

    def _add(self, parent: int, level: int, key: str, name: str) -> int:
        self.parent.append(parent)
        self.level.append(level)
        self.flags.append(0)
        self.lon.append(math.nan)
        self.lat.append(math.nan)
        self.key.append(intern(key))
        self.name.append(intern(name))
        return len(self.name) - 1

    def _descend(self, parent: int, level: int, key: str, name: str) -> int:
        code = parent << _KEY_BITS | self._key_number.setdefault(key, len(self._key_number))
        node = self._child.get(code)
        if node is None:
            node = self._child[code] = self._add(parent, level, key, name)
            self.flags[parent] |= _HAS.get(level, 0)
        return node

    def _town(self, place: Place, name: str, *, alone: bool) -> int:
        """Return a town's node, -1 when nothing of its name is left.

        Sources spell towns differently (ヶ and ケ, 沢 and 澤): the same canonical key is the same
        town. 大字X and X are two towns where both are published; a row that only adds to a town
        (``alone`` false) means the one there is.
        """
        code = place.municipality_code
        node = self._spelt.get((code, name))
        if node is not None:
            return node
        key = canonical_key(name)
        if not key:
            return -1
        oaza = is_oaza(name)
        node = self._same.get(_Town(code, key, oaza))
        if node is None and not alone:
            node = self._same.get(_Town(code, key, not oaza))
        if node is None:
            node = self._add(NO_PARENT, TOWN, "", name)
            self.flags[node] |= OAZA if oaza else 0
            self.towns.append(node)
            self.town_of.append(code)
            self._same[_Town(code, key, oaza)] = node
        self._spelt[code, name] = node
        return node


class Ordered(NamedTuple):
    """A tree's nodes in their final order: towns by municipality and name, the rest behind.

    Attributes
    ----------
    parent, level, flags : array of shape (n,)
    lon, lat : array of shape (n,)
        Degrees, NaN where unknown.
    municipality : array of shape (n,)
        Number in code order.
    name, key : list of str
    kana : dict of int to set of str
        Readings by town node.
    towns : int
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
    towns: int


def order_tree(tree: Tree, number_of: dict[str, int]) -> Ordered:
    """Bring a tree into its final order; parents stay in front of their children.

    Parameters
    ----------
    tree : Tree
        Empty of names afterwards.
    number_of : dict of str to int
        Number of each municipality code.
    """
    numbers = [number_of[code] for code in tree.town_of]
    names = tree.name
    order = sorted(range(len(numbers)), key=lambda at: (numbers[at], names[tree.towns[at]]))
    towns = np.array([tree.towns[at] for at in order], dtype=np.int64)
    rest = np.ones(len(tree), dtype=bool)
    rest[towns] = False
    old = np.concatenate([towns, np.flatnonzero(rest)]).astype(np.int64)
    new = np.empty(len(old), dtype=np.int64)
    new[old] = np.arange(len(old))
    parent = np.array(tree.parent, dtype=np.int64)[old]
    inner = parent != NO_PARENT
    parent[inner] = new[parent[inner]]
    municipality = np.zeros(len(old), dtype=np.int64)
    municipality[: len(towns)] = [numbers[at] for at in order]
    level = np.array(tree.level, dtype=np.int8)[old]
    for depth in range(CHOME, HOUSE + 1):
        rows = np.flatnonzero(level == depth)
        municipality[rows] = municipality[parent[rows]]
    return Ordered(
        parent,
        level,
        np.array(tree.flags, dtype=np.uint8)[old],
        np.array(tree.lon, dtype=np.float64)[old],
        np.array(tree.lat, dtype=np.float64)[old],
        municipality,
        [names[at] for at in old.tolist()],
        [tree.key[at] for at in old.tolist()],
        {int(new[node]): readings for node, readings in tree.kana.items()},
        len(towns),
    )


def _anchors(tree: Ordered, rows: Numbers) -> Numbers:
    """Return for blocks and houses the unit (町丁目 or 小字) above them."""
    above = tree.parent[rows]
    houses = tree.level[above] >= BLOCK
    above[houses] = tree.parent[above[houses]]
    return above


def _away(tree: Ordered, rows: Numbers, anchors: Numbers) -> Floats:
    """Return the distance in metres of each row from its anchor."""
    stretch = np.cos(np.radians(tree.lat[anchors]))
    east = (tree.lon[rows] - tree.lon[anchors]) * stretch
    north = tree.lat[rows] - tree.lat[anchors]
    return np.asarray(np.hypot(east, north) * 111_195.0)


def _groups(parents: Numbers) -> list[tuple[int, Numbers]]:
    """Return each parent with the places of its members in ``parents``."""
    if not len(parents):
        return []
    order = np.argsort(parents, kind="stable")
    found, first = np.unique(parents[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, first[1:]), strict=True))


def _spread_upwards(tree: Ordered, uncertainty: Floats, kids: npt.NDArray[np.bool_]) -> None:
    """Give parents without a position that of their most central child, and a spread to each.

    The spread of a parent covers every child with the child's own uncertainty.
    """
    for level in (BLOCK, KOAZA, CHOME, TOWN):
        rows = np.flatnonzero(kids & np.isfinite(tree.lon))
        rows = rows[tree.parent[rows] != NO_PARENT]
        rows = rows[tree.level[tree.parent[rows]] == level]
        if not len(rows):
            continue
        parents = tree.parent[rows]
        lost = ~np.isfinite(tree.lon[parents])
        for parent, members in _groups(parents[lost]):
            mine = rows[lost][members]
            centre = mine[medoid(tree.lon[mine], tree.lat[mine])]
            tree.lon[parent], tree.lat[parent] = tree.lon[centre], tree.lat[centre]
            uncertainty[parent] = 0.0
        reach = _away(tree, rows, parents) + uncertainty[rows]
        np.maximum.at(uncertainty, parents, np.fmin(reach, LARGEST_UNIT_M))


def _drop_far(tree: Ordered, uncertainty: Floats) -> None:
    """Forget positions of blocks and houses that cannot lie in their 町丁目 or 小字.

    Peers answer such a row with full confidence; one was seen 90 km off. The answer then has the
    position of the unit above. Where that has none of its own, a block is compared with its
    neighbours of the same unit.
    """
    rows = np.flatnonzero((tree.level >= BLOCK) & np.isfinite(tree.lon))
    if not len(rows):
        return
    anchors = _anchors(tree, rows)
    known = np.isfinite(tree.lon[anchors])
    limit = _FAR_FACTOR * uncertainty[anchors] + _FAR_MARGIN_M
    far = np.zeros(len(rows), dtype=bool)
    far[known] = _away(tree, rows[known], anchors[known]) > limit[known]
    for _, members in _groups(anchors[~known]):
        mine = rows[~known][members]
        centre = mine[medoid(tree.lon[mine], tree.lat[mine])]
        away = distances_m(
            tree.lon[mine], tree.lat[mine], float(tree.lon[centre]), float(tree.lat[centre])
        )
        alone = away > _LONE_FACTOR * float(np.median(away)) + _FAR_MARGIN_M
        far[np.flatnonzero(~known)[members]] = alone
    dropped = rows[far]
    tree.lon[dropped] = tree.lat[dropped] = math.nan
    tree.flags[dropped] |= FAR


def place_nodes(tree: Ordered) -> Floats:
    """Complete the positions of a tree, in place, and return uncertainty_m of every node."""
    level, flags = tree.level, tree.flags
    uncertainty = np.full(len(level), np.nan)
    inner = flags & (HAS_CHOME | HAS_KOAZA) != 0
    units = np.flatnonzero((level <= KOAZA) & ~(inner & ~np.isfinite(tree.lon)))
    factor = np.where(level == CHOME, CHOME_FACTOR, TOWN_FACTOR)
    factor[(flags & OAZA != 0) | (level == KOAZA)] = OAZA_FACTOR
    uncertainty[units] = unit_uncertainty_m(tree.lon[units], tree.lat[units], factor[units])
    _spread_upwards(tree, uncertainty, level <= KOAZA)
    _drop_far(tree, uncertainty)
    for finer, least in ((BLOCK, 30.0), (HOUSE, 10.0)):
        rows = np.flatnonzero((level == finer) & np.isfinite(tree.lon))
        if len(rows):
            spread = unit_uncertainty_m(
                tree.lon[rows], tree.lat[rows], factor[rows], smallest_m=least
            )
            uncertainty[rows] = np.fmin(spread, uncertainty[tree.parent[rows]])
    _spread_upwards(tree, uncertainty, level > KOAZA)
    return uncertainty
