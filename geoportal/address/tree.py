"""The tree of places (town > 丁目・小字 > 街区・番地 > 住居番号) while a gazetteer is compiled."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from geoportal.address.canonical import canonical_key
from geoportal.address.naming import chome_key, is_oaza, split_town
from geoportal.address.nodes import (
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
from geoportal.address.place import Place
from geoportal.address.spread import (
    CHOME_FACTOR,
    LARGEST_UNIT_M,
    OAZA_FACTOR,
    TOWN_FACTOR,
    Floats,
    distances_m,
    medoid,
    unit_uncertainty_m,
)

_FAR_FACTOR = 3.0
_FAR_MARGIN_M = 1_000.0


@dataclass(slots=True)
class Tree:
    """Nodes under construction, as parallel lists."""

    municipality: list[int] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    child: dict[str, int] = field(default_factory=dict)

    def add(self, municipality: int, parent: int, level: int, name: str) -> int:
        """Return a new node's number."""
        self.municipality.append(municipality)
        self.parent.append(parent)
        self.level.append(level)
        self.flags.append(0)
        self.name.append(name)
        self.lon.append(math.nan)
        self.lat.append(math.nan)
        return len(self.name) - 1

    def descend(self, parent: int, level: int, key: str, name: str) -> int:
        """Return the child of a node, made when it is not there yet."""
        full = f"{parent:x}{key}"
        node = self.child.get(full)
        if node is None:
            node = self.add(self.municipality[parent], parent, level, name)
            self.child[full] = node
            self.flags[parent] |= {CHOME: HAS_CHOME, KOAZA: HAS_KOAZA, BLOCK: HAS_BLOCK}.get(
                level, 0
            )
        return node


def plant_towns(
    places: list[Place], number_of: dict[str, int], tree: Tree
) -> dict[tuple[int, str], int]:
    """Make the town nodes, ordered by municipality."""
    wanted: dict[tuple[int, str], None] = {}
    for place in places:
        town = split_town(place.town, place.koaza).town
        wanted[number_of[place.municipality_code], town] = None
    towns = {}
    for municipality, town in sorted(wanted):
        if canonical_key(town):
            node = tree.add(municipality, NO_PARENT, TOWN, town)
            tree.flags[node] |= OAZA if is_oaza(town) else 0
            towns[municipality, town] = node
    return towns


def plant_place(place: Place, node: int, tree: Tree) -> None:
    """Hang one row below its town and give it its position."""
    parts = split_town(place.town, place.koaza)
    if parts.chome:
        node = tree.descend(node, CHOME, chome_key(parts.chome), parts.town + parts.chome)
    if parts.koaza and (key := canonical_key(parts.koaza)):
        node = tree.descend(node, KOAZA, "k" + key, parts.koaza)
    if place.block and (key := canonical_key(place.block)):
        node = tree.descend(node, BLOCK, "b" + key, place.block)
        if place.house and (key := canonical_key(place.house)):
            node = tree.descend(node, HOUSE, "h" + key, place.house)
    tree.flags[node] |= REAL
    if math.isfinite(place.lon) and math.isfinite(place.lat):
        tree.lon[node], tree.lat[node] = place.lon, place.lat


def _children(tree: Tree) -> dict[int, list[int]]:
    children: dict[int, list[int]] = defaultdict(list)
    for node, parent in enumerate(tree.parent):
        if parent != NO_PARENT:
            children[parent].append(node)
    return children


def _spread_upwards(
    lon: Floats, lat: Floats, uncertainty: Floats, children: dict[int, list[int]]
) -> None:
    """Give parents without a position that of their most central child, and a spread to each.

    The spread of a parent covers every child with the child's own uncertainty.
    """
    for node in sorted(children, reverse=True):
        kids = np.array([kid for kid in children[node] if math.isfinite(lon[kid])], dtype=np.intp)
        if not len(kids):
            continue
        placed = math.isfinite(lon[node])
        if not placed:
            centre = kids[medoid(lon[kids], lat[kids])]
            lon[node], lat[node] = lon[centre], lat[centre]
        away = distances_m(lon[kids], lat[kids], float(lon[node]), float(lat[node]))
        reach = float(np.max(away + uncertainty[kids]))
        uncertainty[node] = min(LARGEST_UNIT_M, max(uncertainty[node], reach) if placed else reach)


def _drop_far(
    tree: Tree, lon: Floats, lat: Floats, uncertainty: Floats, children: dict[int, list[int]]
) -> None:
    """Forget positions of blocks and houses that cannot lie in their parent.

    Peers answer such a row with full confidence; one was seen 90 km off. The answer then has the
    parent's position.
    """
    for node in sorted(children):
        kids = [kid for kid in children[node] if tree.level[kid] >= BLOCK]
        if not kids or not math.isfinite(lon[node]):
            continue
        away = distances_m(lon[kids], lat[kids], float(lon[node]), float(lat[node]))
        limit = _FAR_FACTOR * uncertainty[node] + _FAR_MARGIN_M
        for kid, distance in zip(kids, away.tolist(), strict=True):
            if distance > limit:
                lon[kid] = lat[kid] = math.nan
                tree.flags[kid] |= FAR


def place_nodes(tree: Tree) -> tuple[Floats, Floats, Floats]:
    """Return lon, lat and uncertainty_m of every node."""
    lon, lat = np.array(tree.lon), np.array(tree.lat)
    level = np.array(tree.level, dtype=np.int8)
    uncertainty = np.full(len(lon), np.nan)
    children = _children(tree)
    inner = np.array([tree.flags[n] & (HAS_CHOME | HAS_KOAZA) for n in range(len(lon))]) != 0
    units = np.flatnonzero((level <= KOAZA) & ~(inner & ~np.isfinite(lon)))
    factor = np.where(level == CHOME, CHOME_FACTOR, TOWN_FACTOR)
    factor[(np.array(tree.flags) & OAZA != 0) | (level == KOAZA)] = OAZA_FACTOR
    uncertainty[units] = unit_uncertainty_m(lon[units], lat[units], factor[units])
    upper = {node: [kid for kid in kids if level[kid] <= KOAZA] for node, kids in children.items()}
    _spread_upwards(lon, lat, uncertainty, upper)
    _drop_far(tree, lon, lat, uncertainty, children)
    for finer, least in ((BLOCK, 30.0), (HOUSE, 10.0)):
        rows = np.flatnonzero((level == finer) & np.isfinite(lon))
        if len(rows):
            spread = unit_uncertainty_m(lon[rows], lat[rows], factor[rows], smallest_m=least)
            above = uncertainty[np.array(tree.parent)[rows]]
            uncertainty[rows] = np.fmin(spread, above)
    lower = {node: [kid for kid in kids if level[kid] > KOAZA] for node, kids in children.items()}
    _spread_upwards(lon, lat, uncertainty, {n: k for n, k in lower.items() if k})
    return lon, lat, uncertainty
