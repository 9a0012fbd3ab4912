"""Compiling a gazetteer: rows of places to the arrays that are searched.

Places form a tree: town (町・大字) > 丁目 and 小字 > 街区・番地 > 住居番号. Towns come first in the
arrays, ordered by municipality, so that "all towns of a ward" is one range of numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoportal.address.compiling.postcodes import in_chome_list
from geoportal.address.compiling.tree import Ordered, Tree, order_tree, place_nodes
from geoportal.address.compiling.uncertainty import Floats, distances_m, medoid
from geoportal.address.gazetteer.archive import FILE_NAME, write_archive
from geoportal.address.gazetteer.hash_table import key_table_arrays, unique_table_arrays
from geoportal.address.gazetteer.municipality_spellings import spell_regions
from geoportal.address.gazetteer.nodes import CHOME, KOAZA, NO_PARENT, REAL
from geoportal.address.gazetteer.region import Region
from geoportal.address.text.canonical import canonical_key
from geoportal.address.text.town_names import EXACT, town_spellings
from geoportal.domain.place import Municipality, Place, Postcode

_SHARE_INSIDE = 0.97


def _grow(
    places: Iterable[Place], municipalities: Iterable[Municipality]
) -> tuple[Tree, dict[str, Municipality]]:
    """Plant every row; join the municipalities of both lists, in code order.

    Of two names of a municipality the longer (with its county) wins.
    """
    rows = {one.code: one for one in municipalities}
    tree = Tree()
    for place in places:
        tree.plant(place)
        known = rows.get(place.municipality_code)
        if known is None or len(known.name) < len(place.municipality):
            rows[place.municipality_code] = Municipality(
                place.municipality_code, place.prefecture, place.municipality
            )
    return tree, dict(sorted(rows.items()))


def _municipality_table(
    rows: dict[str, Municipality],
    tree: Ordered,
    uncertainty: Floats,
) -> list[list[Any]]:
    """Return code, prefecture, name, town range, lon, lat, uncertainty_m of each municipality."""
    table: list[list[Any]] = []
    lon, lat, town_municipality = tree.lon, tree.lat, tree.municipality[: tree.towns]
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


def _town_postings(tree: Ordered) -> dict[str, list[int]]:
    postings: dict[str, list[int]] = defaultdict(list)
    for node in range(tree.towns):
        for key, kind in town_spellings(tree.name[node]).items():
            postings[key].append(node * 8 + kind)
    return postings


def _child_arrays(tree: Ordered) -> dict[str, npt.NDArray[np.uint32] | bytes]:
    nodes = np.flatnonzero(tree.parent != NO_PARENT)
    parents = tree.parent[nodes].tolist()
    keys = [
        f"{parent:x}{tree.key[node]}".encode()
        for parent, node in zip(parents, nodes.tolist(), strict=True)
    ]
    return unique_table_arrays("child", keys, nodes)


def _chome_nodes(tree: Ordered) -> dict[int, list[tuple[int, int]]]:
    """Return for each town its 丁目: number and node."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for node in np.flatnonzero(tree.level == CHOME).tolist():
        key = tree.key[node]
        if key[1:].isdigit():
            found[int(tree.parent[node])].append((int(key[1:]), node))
    return found


def _postal_postings(
    postcodes: Iterable[Postcode],
    table: list[list[Any]],
    towns: dict[str, list[int]],
    tree: Ordered,
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Return the places of each postal code and of each reading.

    A whole municipality is ``2 * number + 1``, a town or one of its 丁目 ``2 * node``.
    """
    ranges = {row[0]: (number, row[3], row[4]) for number, row in enumerate(table)}
    chome = _chome_nodes(tree)
    places: dict[str, set[int]] = defaultdict(set)
    readings: dict[str, set[int]] = defaultdict(set)
    for node, names in tree.kana.items():
        for name in names:
            readings[canonical_key(name)].add(node)
    for postcode in postcodes:
        if postcode.municipality_code not in ranges:
            continue
        number, start, stop = ranges[postcode.municipality_code]
        found = [
            posting // 8
            for posting in towns.get(canonical_key(postcode.town), ())
            if start <= posting // 8 < stop and posting % 8 == EXACT
        ]
        if reading := canonical_key(postcode.kana):
            readings[reading].update(found)
        if postcode.chome:
            found = [
                node
                for town in found
                for value, node in chome[town]
                if in_chome_list(postcode.chome, value)
            ] or found
        places[postcode.postal_code].update([2 * node for node in found] or [2 * number + 1])
    return (
        {code: sorted(numbers) for code, numbers in places.items()},
        {kana: sorted(nodes) for kana, nodes in readings.items() if nodes and kana},
    )


def _text_arrays(name: str, texts: list[str]) -> dict[str, npt.NDArray[np.uint32] | bytes]:
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.uint32)
    if texts:
        offsets[1:] = np.cumsum([len(text) for text in encoded])
    return {f"{name}.offsets": offsets, f"{name}.text": b"".join(encoded)}


def _published(tree: Ordered) -> int:
    """Return how many 町丁目 and 小字 have a row of their own."""
    return int(np.count_nonzero((tree.level <= KOAZA) & (tree.flags & REAL != 0)))


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
        The rows, read once; a later row of the same place replaces an earlier one. Blocks and
        houses may come without a row of their town.
    municipalities : iterable of Municipality
        Also those without any town, which are then known by name only and have no position.
    directory : Path
        Made when missing. Whoever has the old file open goes on reading the old one.
    source, dataset_date : str
        Shown with every answer.
    postcodes : iterable of Postcode
        Optional: for cross-checking, for telling two places apart, and for readings.
    """
    grown, joined = _grow(places, municipalities)
    tree = order_tree(grown, {code: number for number, code in enumerate(joined)})
    uncertainty = place_nodes(tree)
    table = _municipality_table(joined, tree, uncertainty)
    postings = _town_postings(tree)
    postal, readings = _postal_postings(postcodes, table, postings, tree)
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
            "lon": tree.lon,
            "lat": tree.lat,
            "uncertainty": uncertainty.astype(np.float32),
            "municipality": tree.municipality.astype(np.uint16),
            "parent": tree.parent.astype(np.uint32),
            "level": tree.level.astype(np.uint8),
            "flags": tree.flags,
            **_text_arrays("name", tree.name),
            **_text_arrays("key", [canonical_key(name) for name in tree.name[: tree.towns]]),
            **key_table_arrays("town", postings),
            **_child_arrays(tree),
            **key_table_arrays("postal", postal),
            **key_table_arrays("kana", readings),
        },
    )
