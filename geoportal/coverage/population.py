"""Population imported: by census cell, by 町丁目, and the register of residents by age.

Census cells come in files of one first-level mesh (第1次地域区画, 40' by 1°) each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely
import sqlalchemy as sa
from shapely.geometry import MultiPolygon

from geoportal.coverage.demand import TOWNS, Demand
from geoportal.coverage.mesh_demand import spread_suppressed
from geoportal.coverage.town_demand import town_demand, unplaced_towns
from geoportal.domain.dating import day_words
from geoportal.store.population import (
    AgePopulation,
    MeshSet,
    read_age_population,
    read_mesh_cells,
    read_mesh_sets,
)
from geoportal.store.town_population import TownPeople, TownSet, read_town_sets, read_towns

_ROWS_PER_DEGREE = 1.5


@dataclass(frozen=True, slots=True)
class PeopleEdition:
    """Edition of the people of a first-level mesh, or of the towns of a municipality.

    Attributes
    ----------
    code : str
        Four digits of the mesh, or five of the municipality or city.
    source : str
        Source name; ``"sample"`` for the invented people of the sample city.
    as_of : str
        Day of the edition, see `geoportal.domain.dating`.
    """

    code: str
    source: str
    as_of: str

    @property
    def cited(self) -> str:
        """Code and day in Japanese."""
        return f"{self.code}（{day_words(self.as_of)}）"


@dataclass(frozen=True)
class Population:
    """Everything imported about where people live.

    Attributes
    ----------
    mesh : Demand
        By half mesh; suppressed figures are spread.
    meshes : tuple of MeshSet
        Editions of the meshes.
    register : mapping of str to AgePopulation
        Residents by age, by municipality code.
    towns : Demand
        By 町丁目, those that have a place.
    town_sets : tuple of TownSet
        Editions of the 町丁目.
    unplaced : tuple of TownPeople
        町丁目 without a place: reported, not counted.
    """

    mesh: Demand
    meshes: tuple[MeshSet, ...]
    register: Mapping[str, AgePopulation]
    towns: Demand
    town_sets: tuple[TownSet, ...] = ()
    unplaced: tuple[TownPeople, ...] = ()

    def demand(self, unit: str) -> Demand:
        """Return the people by one of `geoportal.coverage.demand.UNITS`."""
        return self.towns if unit == TOWNS else self.mesh

    def editions(self, unit: str) -> tuple[PeopleEdition, ...]:
        """Return the editions imported of one unit, ordered by code."""
        if unit == TOWNS:
            return tuple(
                PeopleEdition(towns.municipality_code, towns.source, towns.as_of)
                for towns in self.town_sets
            )
        return tuple(PeopleEdition(m.first_mesh, m.source, m.as_of) for m in self.meshes)

    @property
    def first_meshes(self) -> frozenset[str]:
        """First-level meshes of which cells are imported."""
        return frozenset(mesh.first_mesh for mesh in self.meshes)


def load_population(connection: sa.Connection) -> Population:
    """Read cells, towns and register; suppressed figures are spread on the way."""
    towns = read_towns(connection)
    return Population(
        mesh=spread_suppressed(read_mesh_cells(connection)),
        meshes=tuple(read_mesh_sets(connection)),
        register=read_age_population(connection),
        towns=town_demand(towns),
        town_sets=tuple(read_town_sets(connection)),
        unplaced=unplaced_towns(towns),
    )


def first_meshes(outlines: Iterable[MultiPolygon]) -> list[str]:
    """Return the first-level meshes that outlines (degrees) share area with, ascending."""
    meshes = set()
    for outline in outlines:
        if outline.is_empty:
            continue
        west, south, east, north = outline.bounds
        for row in range(int(south * _ROWS_PER_DEGREE), int(north * _ROWS_PER_DEGREE) + 1):
            for column in range(int(west), int(east) + 1):
                box = (column, row / _ROWS_PER_DEGREE, column + 1, (row + 1) / _ROWS_PER_DEGREE)
                if _shares_area(outline, box):
                    meshes.add(f"{row:02d}{column - 100:02d}")
    return sorted(meshes)


def _shares_area(outline: MultiPolygon, box: tuple[float, float, float, float]) -> bool:
    """Say whether an outline shares area with a box; only parts across its edge are cut."""
    parts = shapely.get_parts(outline)
    west, south, east, north = shapely.bounds(parts).T
    inside = (west >= box[0]) & (south >= box[1]) & (east <= box[2]) & (north <= box[3])
    if inside.any():
        return True
    across = (west < box[2]) & (south < box[3]) & (east > box[0]) & (north > box[1])
    return any(part.intersection(shapely.box(*box)).area > 0 for part in parts[across])
