"""Compiling a gazetteer: rows of places to the arrays that are searched.

Places form a tree: town (町・大字) > 丁目 and 小字 > 街区・番地 > 住居番号. Towns come first in the
arrays, ordered by municipality, so that "all towns of a ward" is one range of numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from geoportal.address.compiling.positions import complete_positions
from geoportal.address.compiling.postcodes import in_chome_list
from geoportal.address.compiling.tree import PlaceTree, Tree
from geoportal.address.gazetteer.gazetteer import FILE_NAME, MAGIC
from geoportal.address.gazetteer.nodes import CHOME, KOAZA, NO_PARENT, PUBLISHED, child_key
from geoportal.address.gazetteer.region import RegionRow
from geoportal.address.text.canonical import canonical_key
from geoportal.address.text.municipality_names import (
    changed_municipalities,
    municipality_spellings,
)
from geoportal.address.text.town_names import EXACT, town_spellings
from geoportal.domain.place import Municipality, MunicipalityChange, Place, Postcode
from geoportal.geo.equirectangular import Floats, distances_m, medoid
from geoportal.mapped.archive import write_archive
from geoportal.mapped.hash_table import (
    Arrays,
    hash_table_arrays,
    unique_hash_table_arrays,
    values_in_key_order,
)
from geoportal.text.romaji import sound_key

_SHARE_INSIDE = 0.97
"""A municipality's uncertainty covers this share of its towns."""

Entries = dict[str, list[int]]


def compile_gazetteer(
    places: Iterable[Place],
    municipalities: Iterable[Municipality],
    directory: Path,
    *,
    source: str,
    dataset_date: str,
    postcodes: Iterable[Postcode] = (),
    changes: Sequence[MunicipalityChange] = (),
) -> None:
    """Write the compiled gazetteer into a directory, atomically.

    Places are read once; a later row of the same place replaces an earlier one, and blocks and
    houses may come without a row of their town. Municipalities without any town are known by name
    only and have no position. The directory is made when missing; whoever has the old file open
    goes on reading the old one. Source and date are shown with every result. Postal codes,
    optional, are for cross-checking, for telling two places apart, and for readings. By ``changes``
    municipalities are found under the name and code they had or have since.
    """
    tree, known = _build_tree(places, municipalities)
    uncertainty_m = complete_positions(tree)
    regions = _region_rows(known.values(), tree, uncertainty_m)
    nodes, spellings = _town_entries(tree)
    with_towns = {i for i, row in enumerate(regions) if row["stop"] > row["start"]}
    changed = changed_municipalities(list(known.values()), changes, with_towns)
    areas = _PostcodeAreas(regions, nodes, spellings, tree, changed)
    for postcode in postcodes:
        areas.add(postcode)
    directory.mkdir(parents=True, exist_ok=True)
    write_archive(
        directory / FILE_NAME,
        MAGIC,
        {
            "source": source,
            "dataset_date": dataset_date,
            "towns": int(np.count_nonzero((tree.level <= KOAZA) & (tree.flags & PUBLISHED != 0))),
            "municipalities": regions,
            "spellings": municipality_spellings(list(known.values()), changes, changed),
            "changed": changed,
            "retired": sorted(
                {one.old_code for one in changes if one.old_code != one.new_code} & known.keys()
            ),
        },
        {
            "lon": tree.lon,
            "lat": tree.lat,
            "uncertainty": uncertainty_m.astype(np.float32),
            "municipality": tree.municipality.astype(np.uint16),
            "parent": tree.parent.astype(np.uint32),
            "level": tree.level.astype(np.uint8),
            "flags": tree.flags,
            **_text_arrays("name", tree.name),
            **_text_arrays("key", [canonical_key(name) for name in tree.name[: tree.town_count]]),
            **hash_table_arrays("town", nodes),
            "town.spelling": values_in_key_order(spellings).astype(np.uint8),
            **_child_arrays(tree),
            **hash_table_arrays("postal_town", areas.towns()),
            **hash_table_arrays("postal_municipality", areas.municipalities()),
            **hash_table_arrays("sound", areas.readings()),
        },
    )


def _build_tree(
    places: Iterable[Place], municipalities: Iterable[Municipality]
) -> tuple[Tree, dict[str, Municipality]]:
    """Build the tree of all rows; join the municipalities of both lists, in code order.

    Of two names of a municipality the longer (with its county) wins.
    """
    known = {municipality.code: municipality for municipality in municipalities}
    tree = PlaceTree()
    for place in places:
        tree.add(place)
        code = place.municipality_code
        if code not in known or len(known[code].name) < len(place.municipality):
            known[code] = Municipality(code, place.prefecture, place.municipality)
    known = dict(sorted(known.items()))
    return tree.ordered({code: number for number, code in enumerate(known)}), known


def _region_rows(
    municipalities: Iterable[Municipality], tree: Tree, uncertainty_m: Floats
) -> list[RegionRow]:
    """Return each municipality with its range of towns and the position of its central town."""
    rows: list[RegionRow] = []
    lon, lat, town_municipality = tree.lon, tree.lat, tree.municipality[: tree.town_count]
    listed = list(municipalities)
    ends = np.searchsorted(town_municipality, np.arange(len(listed) + 1)).tolist()
    for municipality, start, stop in zip(listed, ends, ends[1:], strict=False):
        row = RegionRow(
            code=municipality.code,
            prefecture=municipality.prefecture,
            name=municipality.name,
            start=start,
            stop=stop,
            lon=None,
            lat=None,
            uncertainty_m=None,
        )
        rows.append(row)
        if start == stop:
            continue
        towns = start + np.flatnonzero(np.isfinite(lon[start:stop]))
        if len(towns):
            centre = towns[medoid(lon[towns], lat[towns])]
            away = distances_m(lon[towns], lat[towns], float(lon[centre]), float(lat[centre]))
            extent_m = np.quantile(away + uncertainty_m[towns], _SHARE_INSIDE)
            row["lon"], row["lat"] = float(lon[centre]), float(lat[centre])
            row["uncertainty_m"] = round(float(extent_m))
    return rows


def _town_entries(tree: Tree) -> tuple[Entries, Entries]:
    """Return the towns of every spelling: their nodes and, in parallel, which spelling it is."""
    nodes: Entries = defaultdict(list)
    spellings: Entries = defaultdict(list)
    for node in range(tree.town_count):
        for key, spelling in town_spellings(tree.name[node]).items():
            nodes[key].append(node)
            spellings[key].append(spelling)
    return nodes, spellings


def _child_arrays(tree: Tree) -> Arrays:
    nodes = np.flatnonzero(tree.parent != NO_PARENT)
    keys = [
        child_key(parent, level, tree.key[node]).encode()
        for parent, level, node in zip(
            tree.parent[nodes].tolist(), tree.level[nodes].tolist(), nodes.tolist(), strict=True
        )
    ]
    return unique_hash_table_arrays("child", keys, nodes)


def _text_arrays(name: str, texts: list[str]) -> Arrays:
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.uint32)
    if texts:
        offsets[1:] = np.cumsum([len(text) for text in encoded])
    return {f"{name}.offsets": offsets, f"{name}.text": b"".join(encoded)}


class _PostcodeAreas:
    """Collects the places of each postal code and of each reading."""

    def __init__(
        self,
        regions: list[RegionRow],
        nodes: Mapping[str, list[int]],
        spellings: Mapping[str, list[int]],
        tree: Tree,
        changed: Mapping[str, Sequence[int]],
    ) -> None:
        self._regions = regions
        own = {row["code"]: [number] for number, row in enumerate(regions)}
        self._numbers: Mapping[str, Sequence[int]] = {**own, **changed}
        self._nodes, self._spellings = nodes, spellings
        self._chome: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for node in np.flatnonzero(tree.level == CHOME).tolist():
            if tree.key[node].isdigit():
                self._chome[int(tree.parent[node])].append((int(tree.key[node]), node))
        self._towns: dict[str, set[int]] = defaultdict(set)
        self._municipalities: dict[str, set[int]] = defaultdict(set)
        self._readings: dict[str, set[int]] = defaultdict(set)
        for node, readings in tree.kana.items():
            for reading in readings:
                self._readings[sound_key(reading)].add(node)

    def add(self, postcode: Postcode) -> None:
        """Add a postal code: its towns, of these the 丁目 it names, or a whole municipality."""
        numbers = self._numbers.get(postcode.municipality_code, ())
        ranges = [(self._regions[i]["start"], self._regions[i]["stop"]) for i in numbers]
        key = canonical_key(postcode.town)
        towns = [
            node
            for node, spelling in zip(
                self._nodes.get(key, ()), self._spellings.get(key, ()), strict=True
            )
            if spelling == EXACT and any(start <= node < stop for start, stop in ranges)
        ]
        if towns and (reading := sound_key(postcode.kana)):
            self._readings[reading].update(towns)
        if postcode.chome:
            towns = [
                node
                for town in towns
                for chome, node in self._chome[town]
                if in_chome_list(postcode.chome, chome)
            ] or towns
        if towns:
            self._towns[postcode.postal_code].update(towns)
        else:
            self._municipalities[postcode.postal_code].update(numbers)

    def towns(self) -> Entries:
        """Return the town and 丁目 nodes of each postal code."""
        return {code: sorted(nodes) for code, nodes in self._towns.items()}

    def municipalities(self) -> Entries:
        """Return the numbers of the municipalities that a postal code serves as a whole."""
        return {code: sorted(numbers) for code, numbers in self._municipalities.items()}

    def readings(self) -> Entries:
        """Return the town nodes of each reading, by its sound."""
        return {key: sorted(nodes) for key, nodes in self._readings.items() if nodes and key}
