"""Demand: who lives where, by census cell (500 m メッシュ) or by town (町丁目)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.coverage.distance_zones import Floats, Places, Rows
from geoportal.geo.mesh import half_mesh_boxes

GROUPS: tuple[str, ...] = ("pop", "pop65", "pop75", "pop85", "alone")
"""Groups of people: all, 65+, 75+, 85+, and households of one person of 65 and over (高齢単身)."""

NEED_GROUP = "pop75"
"""The group whose access is measured: people aged 75 and over (後期高齢者)."""

MESH, TOWNS = "mesh", "towns"
UNITS: tuple[str, ...] = (MESH, TOWNS)
"""Units of demand: half meshes of the census, or 町丁目 of a city's register."""

Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Demand:
    """People by cell; a cell is a half mesh or a 町丁目.

    Attributes
    ----------
    unit : str
        One of `UNITS`.
    keys : ndarray of str, shape (n,)
        Names of the cells, ascending: nine digits, or municipality and town (``40106/城内``).
    places : Places
        Where distances are measured from: the centre of a mesh, the point of a town.
    people : ndarray of float, shape (n, len(GROUPS))
        NaN: not published, which is not 0. Not whole numbers where merged figures were spread.
    suppressed : ndarray of bool, shape (n,)
        True where ages were not published and are estimated from a neighbouring cell.
    uncertainty_m : ndarray of float, shape (n,)
        How far off the point of a town may be, metres; 0 for a mesh, whose centre is exact.
    municipalities : ndarray of str, shape (n,)
        Code of the municipality or ward a town is of; empty for a mesh, which may lie in several.
    lost_groups : int
        Suppressed meshes whose receiving mesh is not imported; their ages count as 0.
    """

    unit: str
    keys: Texts
    places: Places
    people: Floats
    suppressed: NDArray[np.bool_]
    uncertainty_m: Floats
    municipalities: Texts
    lost_groups: int = 0

    def __len__(self) -> int:
        return int(self.keys.size)

    def group(self, name: str) -> Floats:
        """Return the people of a group as far as they are known, shape (n,)."""
        return np.nan_to_num(self.people[:, GROUPS.index(name)])

    def take(self, rows: Rows) -> Demand:
        """Return some of the cells."""
        return Demand(
            self.unit,
            self.keys[rows],
            self.places.take(rows),
            self.people[rows],
            self.suppressed[rows],
            self.uncertainty_m[rows],
            self.municipalities[rows],
            self.lost_groups,
        )

    def shapes(self) -> NDArray[np.object_]:
        """Return the cells as they are drawn, degrees, shape (n,): boxes, or points of towns."""
        if self.unit == MESH:
            return half_mesh_boxes(self.keys.astype(np.int64))
        points: NDArray[np.object_] = np.asarray(
            shapely.points(self.places.lon, self.places.lat), dtype=np.object_
        )
        return points


@dataclass(frozen=True)
class Parts:
    """Parts of cells in districts.

    Attributes
    ----------
    cells : ndarray of int, shape (p,)
        Rows of `Demand`, ascending within a district.
    districts : ndarray of int, shape (p,)
        Which of the districts, ascending.
    shares : ndarray of float, shape (p,)
        Share of the cell's people, (0, 1].
    """

    cells: Rows
    districts: Rows
    shares: Floats
