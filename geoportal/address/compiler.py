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

from geoportal.address.archive import write_archive
from geoportal.address.canonical import canonical_key
from geoportal.address.keytable import key_table_arrays
from geoportal.address.naming import (
    EXACT,
    split_town,
    town_spellings,
)
from geoportal.address.nodes import KOAZA, REAL
from geoportal.address.place import Municipality, Place, Postcode
from geoportal.address.region import Region
from geoportal.address.spellings import spell_regions
from geoportal.address.spread import (
    Floats,
    distances_m,
    medoid,
)
from geoportal.address.tree import Tree, place_nodes, plant_place, plant_towns

FILE_NAME = "gazetteer.bin"
_SHARE_INSIDE = 0.97


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


def _town_postings(tree: Tree, towns: int) -> dict[str, list[int]]:
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


def _published(tree: Tree) -> int:
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
    tree = Tree()
    towns = plant_towns(rows, number_of, tree)
    for place in rows:
        town = split_town(place.town, place.koaza).town
        node = towns.get((number_of[place.municipality_code], town))
        if node is not None:
            plant_place(place, node, tree)
    lon, lat, uncertainty = place_nodes(tree)
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
