"""Demand by half mesh: suppressed figures, and the share of districts in a mesh.

Suppression (秘匿): in cells of few people the census publishes only the total; ages are merged into
a neighbouring cell (HTKSAKI), which lists what was merged (GASSAN). The merged figures are spread
over the group in proportion to each cell's own total, which is published for all of them: sums
stay exact, and people are counted where they live.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from geoportal.coverage.demand import GROUPS, MESH, Demand, Parts
from geoportal.coverage.distance_zones import Floats, Places, Rows
from geoportal.geo.equal_area import EqualArea
from geoportal.geo.mesh import half_mesh_boxes, half_mesh_centres
from geoportal.store.population import MeshCell


def spread_suppressed(cells: Sequence[MeshCell]) -> Demand:
    """Spread merged figures over the cells they were merged from; cells are distinct.

    The sum of every group equals the sum of the published figures, unless a receiving cell is
    missing.
    """
    ordered = sorted(cells, key=lambda cell: cell.code)
    place = {cell.code: row for row, cell in enumerate(ordered)}
    people = np.array(
        [[cell.pop, cell.pop65, cell.pop75, cell.pop85, cell.alone] for cell in ordered],
        dtype=np.float64,
    ).reshape(-1, len(GROUPS))
    merged: dict[int, list[int]] = {}
    lost = 0
    for row, cell in enumerate(ordered):
        if cell.merged_into is not None and cell.merged_into in place:
            merged.setdefault(place[cell.merged_into], []).append(row)
        elif cell.pop75 is None:
            lost += 1
    suppressed: NDArray[np.bool_] = np.asarray(np.isnan(people).any(axis=1))
    for receiver, members in merged.items():
        group = [receiver, *members]
        totals = people[group, 0]
        share = totals / totals.sum() if totals.sum() else np.full(len(group), 1 / len(group))
        people[group, 1:] = share[:, None] * np.nan_to_num(people[receiver, 1:])
        suppressed[group] = True
    codes = np.array([cell.code for cell in ordered], dtype=np.int64)
    return Demand(
        unit=MESH,
        keys=np.array([f"{code:09d}" for code in codes.tolist()], dtype=np.str_),
        places=Places.from_degrees(*half_mesh_centres(codes)),
        people=np.nan_to_num(people),
        suppressed=suppressed,
        uncertainty_m=np.zeros(codes.size),
        municipalities=np.full(codes.size, "", dtype=np.str_),
        lost_groups=lost,
    )


def clip(
    codes: Rows,
    districts: Sequence[MultiPolygon],
    land: Sequence[MultiPolygon],
    *,
    sea_known: bool,
) -> Parts:
    """Clip half meshes to districts by share of area; empty where nothing overlaps.

    Areas are taken in a local equal-area projection on GRS80. Outlines are in degrees; districts
    must not overlap each other for sums to be sums. ``land`` has the outlines of all municipalities
    imported, these districts or what they are part of included. With ``sea_known`` it holds every
    municipality around: the rest of a cell is then sea, where nobody lives, and the cell is shared
    among the land in it. Otherwise the share is of the whole cell: what lies beyond may be a
    neighbour that is not imported.
    """
    if codes.size == 0:
        return Parts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    boxes = half_mesh_boxes(codes)
    lon, lat = half_mesh_centres(codes)
    projection = EqualArea(float(lon.mean()), float(lat.mean()))
    whole = projection.areas_m2(boxes)
    if sea_known:
        covered = np.zeros(codes.size)
        for outline in land:
            rows, areas = _overlaps(boxes, outline, projection)
            covered[rows] += areas
        whole = np.where(covered > 0, np.minimum(covered, whole), whole)
    overlaps = [_overlaps(boxes, outline, projection) for outline in districts]
    cells = np.concatenate([rows for rows, _ in overlaps])
    numbers = np.repeat(np.arange(len(overlaps)), [rows.size for rows, _ in overlaps])
    shares = np.concatenate([areas / whole[rows] for rows, areas in overlaps])
    return Parts(cells, numbers, np.minimum(shares, 1.0))


def _overlaps(
    boxes: NDArray[np.object_], outline: MultiPolygon, projection: EqualArea
) -> tuple[Rows, Floats]:
    """Return the cells that share area with an outline, and the areas, square metres."""
    if outline.is_empty:
        return np.empty(0, np.int64), np.empty(0)
    shapely.prepare(outline)
    rows = np.flatnonzero(shapely.intersects(outline, boxes))
    inside = shapely.covers(outline, boxes[rows])
    pieces = boxes[rows].copy()
    pieces[~inside] = shapely.intersection(outline, pieces[~inside])
    areas = projection.areas_m2(pieces)
    positive = areas > 0
    return rows[positive], areas[positive]
