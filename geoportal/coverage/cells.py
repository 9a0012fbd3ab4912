"""Cells of a study: parts of meshes, or towns, in the districts that are compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.area import Target
from geoportal.coverage.demand import GROUPS, MESH, NEED_GROUP, TOWNS, Demand, Texts
from geoportal.coverage.distance_zones import Floats, Rows
from geoportal.coverage.mesh_demand import clip
from geoportal.coverage.town_demand import allot


@dataclass(frozen=True)
class CellTable:
    """The parts of cells in the districts of a study, one row a part.

    Attributes
    ----------
    unit : str
        What a cell is; one of `geoportal.coverage.demand.UNITS`.
    rows : ndarray of int, shape (p,)
        Rows of the demand; a mesh on a border has one part for each district.
    keys : ndarray of str, shape (p,)
        Names of the cells.
    lon, lat : ndarray of float, shape (p,)
        Centre of the whole mesh, or point of the town: distances are measured from here.
    districts : ndarray of int, shape (p,)
        Which area.
    shares : ndarray of float, shape (p,)
        Share of the cell's people that live in the district; 1 for towns.
    people : ndarray of float, shape (p, len(GROUPS))
        NaN: not published.
    suppressed : ndarray of bool, shape (p,)
        True where ages are estimated.
    uncertainty_m : ndarray of float, shape (p,)
        Of the point, metres.
    """

    unit: str
    rows: Rows
    keys: Texts
    lon: Floats
    lat: Floats
    districts: Rows
    shares: Floats
    people: Floats
    suppressed: NDArray[np.bool_]
    uncertainty_m: Floats

    def __len__(self) -> int:
        return int(self.rows.size)

    @property
    def need(self) -> Floats:
        """People aged 75 and over as far as they are known, shape (p,)."""
        return np.nan_to_num(self.people[:, GROUPS.index(NEED_GROUP)])

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """True where the number of people aged 75 and over is not published, shape (p,)."""
        return np.isnan(self.people[:, GROUPS.index(NEED_GROUP)])

    def people_in(self, parts: Rows | NDArray[np.bool_]) -> tuple[float, ...]:
        """Return the people of some parts by group, as far as they are known.

        NaN for a group of which no figure is known at all. Without any part it is 0 for meshes,
        which cover the ground, and NaN for towns, which may not be imported.
        """
        own = self.people[parts]
        known = np.isfinite(own)
        stated = known.any(axis=0) | ((own.shape[0] == 0) & (self.unit == MESH))
        sums = np.where(stated, np.nan_to_num(own).sum(axis=0), np.nan)
        return tuple(float(value) for value in sums)


def clip_cells(demand: Demand, target: Target) -> CellTable:
    """Clip cells to the districts: meshes by area, towns by the district they belong to.

    Cells without people are left out; those whose people are not known stay.
    """
    if demand.unit == TOWNS:
        parts = allot(demand, target)
    else:
        codes = demand.keys.astype(np.int64)
        parts = clip(codes, target.outlines, target.land, sea_known=target.sea_known)
    inhabited = demand.people[parts.cells, 0] != 0
    rows, districts = parts.cells[inhabited], parts.districts[inhabited]
    shares = parts.shares[inhabited]
    return CellTable(
        unit=demand.unit,
        rows=rows,
        keys=demand.keys[rows],
        lon=demand.places.lon[rows],
        lat=demand.places.lat[rows],
        districts=districts,
        shares=shares,
        people=demand.people[rows] * shares[:, None],
        suppressed=demand.suppressed[rows],
        uncertainty_m=demand.uncertainty_m[rows],
    )
