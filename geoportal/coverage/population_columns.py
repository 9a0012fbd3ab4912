"""Population as arrays, and back: part of the compiled view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import orjson

from geoportal.coverage.demand import GROUPS, MESH, TOWNS, Demand
from geoportal.coverage.distance_zones import Places
from geoportal.coverage.population import Population
from geoportal.mapped.archive import Content
from geoportal.store.population import AgePopulation, MeshSet
from geoportal.store.town_population import TownPeople, TownSet


def population_columns(population: Population) -> dict[str, Content]:
    """Return a population as arrays of one dimension."""
    lists = {
        "meshes": [asdict(edition) for edition in population.meshes],
        "register": {code: asdict(row) for code, row in population.register.items()},
        "town_sets": [asdict(edition) for edition in population.town_sets],
        "unplaced": [asdict(town) for town in population.unplaced],
    }
    columns: dict[str, Content] = {"lists": orjson.dumps(lists)}
    for unit, demand in ((MESH, population.mesh), (TOWNS, population.towns)):
        texts = {
            "keys": demand.keys.tolist(),
            "municipalities": demand.municipalities.tolist(),
            "lost_groups": demand.lost_groups,
        }
        columns |= {
            f"{unit}.texts": orjson.dumps(texts),
            f"{unit}.lon": demand.places.lon,
            f"{unit}.lat": demand.places.lat,
            f"{unit}.people": demand.people.reshape(-1),
            f"{unit}.suppressed": demand.suppressed,
            f"{unit}.uncertainty": demand.uncertainty_m,
        }
    return columns


def read_population(columns: Mapping[str, memoryview]) -> Population:
    """Return the population of `population_columns`."""
    lists = orjson.loads(columns["lists"])
    return Population(
        mesh=_demand(columns, MESH),
        meshes=tuple(MeshSet(**row) for row in lists["meshes"]),
        register={code: AgePopulation(**row) for code, row in lists["register"].items()},
        towns=_demand(columns, TOWNS),
        town_sets=tuple(TownSet(**row) for row in lists["town_sets"]),
        unplaced=tuple(TownPeople(**row) for row in lists["unplaced"]),
    )


def _demand(columns: Mapping[str, memoryview], unit: str) -> Demand:
    texts: dict[str, Any] = orjson.loads(columns[f"{unit}.texts"])
    return Demand(
        unit=unit,
        keys=np.array(texts["keys"], dtype=str),
        places=Places.from_degrees(
            np.asarray(columns[f"{unit}.lon"]), np.asarray(columns[f"{unit}.lat"])
        ),
        people=np.asarray(columns[f"{unit}.people"]).reshape(-1, len(GROUPS)),
        suppressed=np.asarray(columns[f"{unit}.suppressed"]),
        uncertainty_m=np.asarray(columns[f"{unit}.uncertainty"]),
        municipalities=np.array(texts["municipalities"], dtype=str),
        lost_groups=texts["lost_groups"],
    )
