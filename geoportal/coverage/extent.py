"""Extent of the census cells: which first-level meshes (第1次地域区画) an area needs and lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely.geometry import MultiPolygon

from geoportal.store.population import MeshSet

_ROWS_PER_DEGREE = 1.5


def first_meshes(outlines: Iterable[MultiPolygon]) -> list[str]:
    """Return the first-level meshes (第1次地域区画, 40' by 1°) that outlines touch, ascending.

    Parameters
    ----------
    outlines : iterable of MultiPolygon
        Degrees.
    """
    meshes = set()
    for outline in outlines:
        if outline.is_empty:
            continue
        west, south, east, north = outline.bounds
        for row in range(int(south * _ROWS_PER_DEGREE), int(north * _ROWS_PER_DEGREE) + 1):
            for column in range(int(west), int(east) + 1):
                box = shapely.box(
                    column, row / _ROWS_PER_DEGREE, column + 1, (row + 1) / _ROWS_PER_DEGREE
                )
                if outline.intersection(box).area > 0:
                    meshes.add(f"{row:02d}{column - 100:02d}")
    return sorted(meshes)


def missing_meshes(outlines: Iterable[MultiPolygon], imported: Sequence[MeshSet]) -> list[str]:
    """Return the first-level meshes that outlines touch and that are not imported, ascending."""
    known = {mesh.first_mesh for mesh in imported}
    return [mesh for mesh in first_meshes(outlines) if mesh not in known]
