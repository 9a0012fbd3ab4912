"""Compiling a gazetteer: rows of places to the arrays that are searched.

Places form a tree: town (町・大字) > 丁目 and 小字 > 街区・番地 > 住居番号. Towns come first in the
arrays, ordered by municipality, so that "all towns of a ward" is one range of numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoportal.address.archive import write_archive
from geoportal.address.canonical import canonical_key
from geoportal.address.heads import spell_regions
from geoportal.address.keytable import key_table_arrays
from geoportal.address.naming import (
    EXACT,
    chome_key,
    is_oaza,
    split_town,
    town_spellings,
)
from geoportal.address.place import Municipality, Place, Postcode
from geoportal.address.region import Region
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

FILE_NAME = "gazetteer.bin"
TOWN, CHOME, KOAZA, BLOCK, HOUSE = range(5)
REAL, OAZA, HAS_CHOME, HAS_KOAZA, HAS_BLOCK, FAR = 1, 2, 4, 8, 16, 32
"""Flags of a node: published itself; with 大字; has children of a kind; its position was dropped
because it lies implausibly far from its parent."""
NO_PARENT = 0xFFFFFFFF
_FAR_FACTOR = 3.0
_FAR_MARGIN_M = 1_000.0
_SHARE_INSIDE = 0.97


@dataclass(slots=True)
class _Tree:
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


def _municipality_rows(
    places: Iterable[Place], municipalities: Iterable[Municipality]
) -> dict[str, Municipality]:
    """Join both lists by code; the longer name (with its county) wins; in code order."""
    rows = {one.code: one for one in municipalities}
    for place in places:
        known = rows.get(place.municipality_code)
        if known is None or len(known.name) < len(place.municipality):
            rows[place.municipality_code] = Municipality(
                place.municipality_code, place.prefecture, place.municipality
            )
    return dict(sorted(rows.items()))


def _plant_towns(
    places: list[Place], number_of: dict[str, int], tree: _Tree
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


def _plant_place(place: Place, node: int, tree: _Tree) -> None:
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


def _children(tree: _Tree) -> dict[int, list[int]]:
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
    tree: _Tree, lon: Floats, lat: Floats, uncertainty: Floats, children: dict[int, list[int]]
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


def _place_nodes(tree: _Tree) -> tuple[Floats, Floats, Floats]:
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


def _municipality_table(
    rows: dict[str, Municipality],
    town_municipality: npt.NDArray[np.int64],
    lon: Floats,
    lat: Floats,
    uncertainty: Floats,
) -> list[list[Any]]:
    """Return code, prefecture, name, town range, lon, lat, uncertainty_m of each municipality."""
    table: list[list[Any]] = []
    for number, one in enumerate(rows.values()):
        start = int(np.searchsorted(town_municipality, number))
        stop = int(np.searchsorted(town_municipality, number, side="right"))
        inside = start + np.flatnonzero(np.isfinite(lon[start:stop]))
        position: list[float | None] = [None, None, None]
        if len(inside):
            centre = inside[medoid(lon[inside], lat[inside])]
            away = distances_m(lon[inside], lat[inside], float(lon[centre]), float(lat[centre]))
            reach = np.quantile(away + uncertainty[inside], _SHARE_INSIDE)
            position = [float(lon[centre]), float(lat[centre]), round(float(reach))]
        table.append([one.code, one.prefecture, one.name, start, stop, *position])
    return table


def _town_postings(tree: _Tree, towns: int) -> dict[str, list[int]]:
    postings: dict[str, list[int]] = defaultdict(list)
    for node in range(towns):
        for key, kind in town_spellings(tree.name[node]).items():
            postings[key].append(node * 8 + kind)
    return postings


def _postal_postings(
    postcodes: Iterable[Postcode],
    table: list[list[Any]],
    towns: dict[str, list[int]],
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the places of each postal code and of each reading.

    A whole municipality is ``2 * number + 1``, a town ``2 * node``.
    """
    ranges = {row[0]: (number, row[3], row[4]) for number, row in enumerate(table)}
    places: dict[str, set[int]] = defaultdict(set)
    readings: dict[str, set[int]] = defaultdict(set)
    for postcode in postcodes:
        if postcode.municipality_code not in ranges:
            continue
        number, start, stop = ranges[postcode.municipality_code]
        found = [
            posting // 8
            for posting in towns.get(canonical_key(postcode.town), ())
            if start <= posting // 8 < stop and posting % 8 == EXACT
        ]
        places[postcode.postal_code].update([2 * node for node in found] or [2 * number + 1])
        if reading := canonical_key(postcode.kana):
            readings[reading].update(found)
    return (
        {code: sorted(numbers) for code, numbers in places.items()},
        {kana: sorted(nodes) for kana, nodes in readings.items() if nodes},
    )


def _text_arrays(name: str, texts: list[str]) -> dict[str, npt.NDArray[np.uint32] | bytes]:
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.uint32)
    if texts:
        offsets[1:] = np.cumsum([len(text) for text in encoded])
    return {f"{name}.offsets": offsets, f"{name}.text": b"".join(encoded)}


def _published(tree: _Tree) -> int:
    """Return how many 町丁目 and 小字 have a row of their own."""
    return sum(
        1
        for level, flags in zip(tree.level, tree.flags, strict=True)
        if level <= KOAZA and flags & REAL
    )


def compile_gazetteer(
    places: Iterable[Place],
    municipalities: Iterable[Municipality],
    directory: Path,
    *,
    source: str,
    dataset_date: str,
    postcodes: Iterable[Postcode] = (),
) -> None:
    """Write the compiled gazetteer into a directory, atomically.

    Parameters
    ----------
    places : iterable of Place
        The rows; a later row of the same place replaces an earlier one. Blocks and houses may come
        without a row of their town.
    municipalities : iterable of Municipality
        Also those without any town, which are then known by name only and have no position.
    directory : Path
        Made when missing. Whoever has the old file open goes on reading the old one.
    source, dataset_date : str
        Shown with every answer.
    postcodes : iterable of Postcode
        Optional: for cross-checking, for telling two places apart, and for readings.
    """
    rows = list(places)
    joined = _municipality_rows(rows, municipalities)
    number_of = {code: number for number, code in enumerate(joined)}
    tree = _Tree()
    towns = _plant_towns(rows, number_of, tree)
    for place in rows:
        town = split_town(place.town, place.koaza).town
        node = towns.get((number_of[place.municipality_code], town))
        if node is not None:
            _plant_place(place, node, tree)
    lon, lat, uncertainty = _place_nodes(tree)
    town_municipality = np.array(tree.municipality[: len(towns)], dtype=np.int64)
    table = _municipality_table(joined, town_municipality, lon, lat, uncertainty)
    postings = _town_postings(tree, len(towns))
    postal, readings = _postal_postings(postcodes, table, postings)
    directory.mkdir(parents=True, exist_ok=True)
    write_archive(
        directory / FILE_NAME,
        {
            "source": source,
            "dataset_date": dataset_date,
            "towns": _published(tree),
            "municipalities": table,
            "spellings": spell_regions(
                [Region.from_row(number, row) for number, row in enumerate(table)]
            ),
        },
        {
            "lon": lon,
            "lat": lat,
            "uncertainty": uncertainty.astype(np.float32),
            "municipality": np.array(tree.municipality, dtype=np.uint16),
            "parent": np.array(tree.parent, dtype=np.uint32),
            "level": np.array(tree.level, dtype=np.uint8),
            "flags": np.array(tree.flags, dtype=np.uint8),
            **_text_arrays("name", tree.name),
            **_text_arrays("key", [canonical_key(name) for name in tree.name[: len(towns)]]),
            **key_table_arrays("town", postings),
            **key_table_arrays("child", {key: [node] for key, node in tree.child.items()}),
            **key_table_arrays("postal", postal),
            **key_table_arrays("kana", readings),
        },
    )
