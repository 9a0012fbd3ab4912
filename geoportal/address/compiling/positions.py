"""Positions and uncertainties of the nodes of a gazetteer while it is compiled."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from geoportal.address.compiling.tree import Numbers, Tree
from geoportal.address.compiling.uncertainty import (
    CHOME_FACTOR,
    LARGEST_UNIT_M,
    OAZA_FACTOR,
    TOWN_FACTOR,
    unit_uncertainty_m,
)
from geoportal.address.gazetteer.nodes import (
    BLOCK,
    CHOME,
    HAS_CHOME,
    HAS_KOAZA,
    HOUSE,
    IMPLAUSIBLE_POSITION,
    KOAZA,
    NO_PARENT,
    OAZA,
    TOWN,
)
from geoportal.geo.equirectangular import METRES_PER_DEGREE, Floats, distances_m, medoid

_IMPLAUSIBLE_FACTOR = 3.0
_IMPLAUSIBLE_MARGIN_M = 1_000.0
"""A block farther from its unit than this many uncertainties and metres is not believed."""
_OUTLIER_FACTOR = 6.0
"""The same, times the median distance, where the unit has no position of its own."""
_SMALLEST_BLOCK_M, _SMALLEST_HOUSE_M = 30.0, 10.0


def complete_positions(tree: Tree) -> Floats:
    """Complete the positions of a tree, in place, and return the uncertainty of every node.

    Nodes without a position get that of their most central child; implausible positions of blocks
    and houses are dropped. The uncertainties, of shape (n,), are in metres; NaN where there is no
    position.
    """
    level, flags = tree.level, tree.flags
    uncertainty = np.full(len(level), np.nan)
    inner = flags & (HAS_CHOME | HAS_KOAZA) != 0
    units = np.flatnonzero((level <= KOAZA) & ~(inner & ~np.isfinite(tree.lon)))
    factor = np.where(level == CHOME, CHOME_FACTOR, TOWN_FACTOR)
    factor[(flags & OAZA != 0) | (level == KOAZA)] = OAZA_FACTOR
    uncertainty[units] = unit_uncertainty_m(tree.lon[units], tree.lat[units], factor[units])
    _fill_upwards(tree, uncertainty, level <= KOAZA)
    _drop_implausible(tree, uncertainty)
    for finer, smallest_m in ((BLOCK, _SMALLEST_BLOCK_M), (HOUSE, _SMALLEST_HOUSE_M)):
        rows = np.flatnonzero((level == finer) & np.isfinite(tree.lon))
        if len(rows):
            size_m = unit_uncertainty_m(
                tree.lon[rows], tree.lat[rows], factor[rows], smallest_m=smallest_m
            )
            uncertainty[rows] = np.fmin(size_m, uncertainty[tree.parent[rows]])
    _fill_upwards(tree, uncertainty, level > KOAZA)
    return uncertainty


def _away(tree: Tree, rows: Numbers, anchors: Numbers) -> Floats:
    """Return the distance in metres of each row from its anchor."""
    stretch = np.cos(np.radians(tree.lat[anchors]))
    east = (tree.lon[rows] - tree.lon[anchors]) * stretch
    north = tree.lat[rows] - tree.lat[anchors]
    return np.asarray(np.hypot(east, north) * METRES_PER_DEGREE)


def _groups(parents: Numbers) -> list[tuple[int, Numbers]]:
    """Return each different parent with the indexes in ``parents`` at which it stands."""
    if not len(parents):
        return []
    order = np.argsort(parents, kind="stable")
    unique, first = np.unique(parents[order], return_index=True)
    return list(zip(unique.tolist(), np.split(order, first[1:]), strict=True))


def _fill_upwards(tree: Tree, uncertainty: Floats, selected: npt.NDArray[np.bool_]) -> None:
    """Give parents without a position that of their most central child, and an uncertainty to all.

    Completes the tree and the uncertainties (metres) in place, from the selected children. The
    uncertainty of a parent covers every child with the child's own, at most `LARGEST_UNIT_M`.
    """
    for level in (BLOCK, KOAZA, CHOME, TOWN):
        rows = np.flatnonzero(selected & np.isfinite(tree.lon))
        rows = rows[tree.parent[rows] != NO_PARENT]
        rows = rows[tree.level[tree.parent[rows]] == level]
        if not len(rows):
            continue
        parents = tree.parent[rows]
        missing = ~np.isfinite(tree.lon[parents])
        for parent, members in _groups(parents[missing]):
            children = rows[missing][members]
            centre = children[medoid(tree.lon[children], tree.lat[children])]
            tree.lon[parent], tree.lat[parent] = tree.lon[centre], tree.lat[centre]
            uncertainty[parent] = 0.0
        extent_m = _away(tree, rows, parents) + uncertainty[rows]
        np.maximum.at(uncertainty, parents, np.fmin(extent_m, LARGEST_UNIT_M))


def _drop_implausible(tree: Tree, uncertainty: Floats) -> None:
    """Drop positions of blocks and houses that cannot lie in their 町丁目 or 小字, in place.

    Official files have rows up to 90 km off. The result then has the position of the unit above.
    Where that has none of its own, a block is compared with the other blocks of the unit.
    """
    rows = np.flatnonzero((tree.level >= BLOCK) & np.isfinite(tree.lon))
    if not len(rows):
        return
    anchors = tree.parent[rows]
    of_houses = tree.level[anchors] >= BLOCK
    anchors[of_houses] = tree.parent[anchors[of_houses]]
    known = np.isfinite(tree.lon[anchors])
    limit = _IMPLAUSIBLE_FACTOR * uncertainty[anchors] + _IMPLAUSIBLE_MARGIN_M
    far = np.zeros(len(rows), dtype=bool)
    far[known] = _away(tree, rows[known], anchors[known]) > limit[known]
    for _, members in _groups(anchors[~known]):
        children = rows[~known][members]
        centre = children[medoid(tree.lon[children], tree.lat[children])]
        away = distances_m(
            tree.lon[children], tree.lat[children], float(tree.lon[centre]), float(tree.lat[centre])
        )
        alone = away > _OUTLIER_FACTOR * float(np.median(away)) + _IMPLAUSIBLE_MARGIN_M
        far[np.flatnonzero(~known)[members]] = alone
    dropped = rows[far]
    tree.lon[dropped] = tree.lat[dropped] = math.nan
    tree.flags[dropped] |= IMPLAUSIBLE_POSITION
