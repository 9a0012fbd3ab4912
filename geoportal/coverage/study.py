"""A study: the coverage of one area by the facilities that meet one question.

Every file, page and answer about coverage is made from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from geoportal.coverage.area import StudyArea, Target
from geoportal.coverage.back_up import BackUp, measure_back_up, partners_in_supply
from geoportal.coverage.catchment import CATCHMENT_ZONES_M, Catchment
from geoportal.coverage.cells import CellTable, clip_cells
from geoportal.coverage.chunks import (
    Executor,
    FacilitySets,
    PopulatedCells,
    measure_in_chunks,
    run_in_process,
    share_in_chunks,
)
from geoportal.coverage.completeness import Lacking, supply_completeness
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.demand import NEED_GROUP, TOWNS, Demand
from geoportal.coverage.distance_zones import Floats, Rows
from geoportal.coverage.driving import RoadReach, measure_roads
from geoportal.coverage.figures import DistrictFigures, Measures, district_figures, total_figures
from geoportal.coverage.n_minus_one import (
    NMinusOne,
    RoadLoss,
    measure_n_minus_one,
    measure_road_loss,
)
from geoportal.coverage.population import PeopleEdition, Population, first_meshes
from geoportal.coverage.supply import Supply
from geoportal.coverage.surroundings import Box, Surroundings, within
from geoportal.domain.completeness import Completeness
from geoportal.geo.distinct import distinct
from geoportal.index.snapshot import Snapshot
from geoportal.progress import Progress, no_progress
from geoportal.store.town_population import TownPeople

FIRST_MESH_DIGITS = 4
_HALF_CELL_DEGREES = 0.007


@dataclass(frozen=True)
class Study:
    """The answer to a question about an area.

    Attributes
    ----------
    target : Target
        The whole and its districts.
    question : CoverageCriteria
    supply : Supply
        Facilities that count and can decide anything here; see `geoportal.coverage.surroundings`.
    facility_districts : ndarray of int, shape (k,)
        For each facility the district it lies in, -1 outside.
    cells : CellTable
    sure, possible : Measures
        Of every part of a cell.
    ratio, catchment_demand : ndarray of float, shape (k,)
        First step of the floating catchment: capacity per person, and weighted people.
    catchment_cells : Demand
        All cells whose people share in the facilities' capacity, the districts' own included.
    n_minus_one : NMinusOne
        For sure facilities.
    districts : tuple of DistrictFigures
    total : DistrictFigures
    population : Population
    completeness : tuple of Completeness
        Which sources that would tell who counts are held for the whole.
    roads : RoadReach or None
        Access by road; None when no road map of the area is held.
    road_loss : RoadLoss or None
        N-1 by road, for sure facilities.
    back_up : BackUp or None
        Partners of those facilities in groups of offices; None when there are none.
    """

    target: Target
    question: CoverageCriteria
    supply: Supply
    facility_districts: Rows
    cells: CellTable
    sure: Measures
    possible: Measures
    ratio: Floats
    catchment_demand: Floats
    catchment_cells: Demand
    n_minus_one: NMinusOne
    districts: tuple[DistrictFigures, ...]
    total: DistrictFigures
    population: Population
    completeness: tuple[Completeness, ...] = ()
    roads: RoadReach | None = None
    road_loss: RoadLoss | None = None
    back_up: BackUp | None = None

    @property
    def undecided(self) -> bool:
        """True when N-1 cannot be stated, some district being undecided."""
        return any(district.undecided for district in self.districts)

    @property
    def by_towns(self) -> bool:
        """True when people are counted by 町丁目, False by census cell."""
        return self.question.demand == TOWNS

    @property
    def editions(self) -> tuple[PeopleEdition, ...]:
        """Editions of the people counted, by first-level mesh or by municipality."""
        keys = self.catchment_cells.keys
        if self.by_towns:
            codes = {key.partition("/")[0] for key in keys.tolist()}
        else:
            codes = set(keys.astype(f"U{FIRST_MESH_DIGITS}").tolist())
        editions = self.population.editions(self.question.demand)
        return tuple(edition for edition in editions if edition.code in codes)

    @property
    def missing_meshes(self) -> list[str]:
        """First-level meshes that the districts touch and that are not imported; none by 町丁目."""
        if self.by_towns:
            return []
        imported = self.population.first_meshes
        return [mesh for mesh in first_meshes(self.target.outlines) if mesh not in imported]

    @property
    def short_areas(self) -> list[str]:
        """Names of districts that touch those meshes: they have more people than are counted."""
        missing = set(self.missing_meshes)
        return [a.name for a in self.target.areas if missing & set(first_meshes([a.outline]))]

    @property
    def missing_towns(self) -> list[str]:
        """Names of districts without a placed 町丁目; none by census cell."""
        areas = enumerate(self.target.areas) if self.by_towns else ()
        return [area.name for n, area in areas if n not in self.cells.districts]

    @property
    def unplaced(self) -> tuple[TownPeople, ...]:
        """町丁目 of the whole that have no place: their people are not in any figure."""
        codes = {*self.target.municipalities, *self.target.cities} if self.by_towns else ()
        towns = self.population.unplaced
        return tuple(town for town in towns if town.municipality_code in codes)

    @property
    def has_cells(self) -> bool:
        """False without any population of the target: then only facilities can be counted."""
        return len(self.cells) > 0


def undecided_parts(study: Study) -> NDArray[np.bool_]:
    """Say for each part of a cell whether its district is undecided, shape (p,)."""
    undecided = np.array([district.undecided for district in study.districts], dtype=bool)
    return np.asarray(undecided[study.cells.districts], dtype=bool)


class Inhabited(NamedTuple):
    """The cells of an area: those in and around it, and their parts in its districts."""

    around: Demand
    cells: CellTable


def inhabited_cells(population: Population, target: Target, unit: str) -> Inhabited:
    """Return the cells of an area by one of `geoportal.coverage.demand.UNITS`.

    Whatever is asked about facilities, people are the same; and clipping cells is most of the work
    in a city.
    """
    demand = _cells_around(population.demand(unit), target, 2 * CATCHMENT_ZONES_M[-1])
    return Inhabited(demand, clip_cells(demand, target))


def compute_study(
    snapshot: Snapshot,
    population: Population,
    target: Target,
    question: CoverageCriteria,
    supply: Supply,
    *,
    progress: Progress = no_progress,
    executor: Executor = run_in_process,
    inhabited: Inhabited | None = None,
) -> Study:
    """Measure access, floating catchment, N-1 and the figures of every district.

    The result does not depend on the executor, which runs the chunks. ``inhabited`` is what
    `inhabited_cells` returns for the population and target, where it is known already.
    """
    demand, cells = inhabited or inhabited_cells(population, target, question.demand)
    catchment = _shared_capacity(demand, target, supply, progress, executor)
    sure, possible = _measures(demand, cells, supply, catchment.ratio, progress, executor)
    roads = measure_roads(snapshot, cells, supply)
    if roads is not None:
        sure, possible = (
            replace(measures, by_road=access)
            for measures, access in ((sure, roads.sure), (possible, roads.possible))
        )
    lacking = [
        Lacking.of(supply_completeness(snapshot, codes, question))
        for codes in (area.within or (area.code,) for area in target.areas)
    ]
    facility_districts = district_of_facilities(snapshot, target, supply)
    partners = partners_in_supply(snapshot, supply)
    districts = tuple(
        district_figures(
            code=area.code,
            name=area.name,
            level=area.level,
            cells=cells,
            sure=sure,
            possible=possible,
            facilities=_facility_counts(snapshot, area, supply, facility_districts == number),
            parts=cells.districts == number,
            people_known=_people_known(population, question, area),
            lacking=lacking[number],
        )
        for number, area in enumerate(target.areas)
    )
    return Study(
        target=target,
        question=question,
        supply=supply,
        facility_districts=facility_districts,
        cells=cells,
        sure=sure,
        possible=possible,
        ratio=catchment.ratio,
        catchment_demand=catchment.demand,
        catchment_cells=demand,
        n_minus_one=measure_n_minus_one(sure.access, cells.need, len(supply)),
        districts=districts,
        total=total_figures(target, districts, cells=cells, sure=sure, possible=possible),
        population=population,
        completeness=supply_completeness(snapshot, [target.code], question),
        roads=roads,
        road_loss=None if roads is None else measure_road_loss(roads.sure, cells.need, len(supply)),
        back_up=(
            measure_back_up(sure.access, sure.by_road, cells, supply, partners)
            if partners
            else None
        ),
    )


def _measures(
    demand: Demand,
    cells: CellTable,
    supply: Supply,
    ratio: Floats,
    progress: Progress,
    executor: Executor,
) -> tuple[Measures, Measures]:
    """Measure each cell once, for sure and for possible facilities, and repeat it by its parts."""
    whole, where = np.unique(cells.rows, return_inverse=True)
    ratios = np.column_stack([ratio * supply.certain, ratio])
    sets = FacilitySets(supply.places, (supply.certain, supply.possible), ratios)
    access, per_person = measure_in_chunks(demand.places.take(whole), sets, executor, progress)
    sure, possible = (Measures(access[n].take(where), per_person[where, n]) for n in (0, 1))
    return sure, possible


def _people_known(population: Population, question: CoverageCriteria, area: StudyArea) -> bool:
    """Say whether no cell means that nobody lives there: some of its meshes are imported."""
    if question.demand == TOWNS:
        return False
    needed = set(first_meshes([area.outline]))
    return not needed or bool(needed & population.first_meshes)


def district_of_facilities(snapshot: Snapshot, target: Target, supply: Supply) -> Rows:
    """Return for each facility the number of its district, -1 outside; planned ones by outline."""
    facility_districts = np.full(len(supply), -1, dtype=np.int64)
    place = {int(row): n for n, row in enumerate(supply.rows) if row >= 0}
    for number, area in reversed(list(enumerate(target.areas))):
        for row in area.facility_rows(snapshot):
            if int(row) in place:
                facility_districts[place[int(row)]] = number
    for n in np.flatnonzero(supply.rows < 0):
        facility_districts[n] = target.area_at(
            float(supply.places.lon[n]), float(supply.places.lat[n])
        )
    return facility_districts


def _facility_counts(
    snapshot: Snapshot, area: StudyArea, supply: Supply, own: NDArray[np.bool_]
) -> tuple[int, int]:
    """Return the facilities in a district: sure, and possible."""
    unlocated = np.isin(supply.unlocated_rows, area.facility_rows(snapshot))
    sure = int((own & supply.certain).sum() + (unlocated & supply.unlocated_certain).sum())
    return sure, int(own.sum() + unlocated.sum())


def surroundings_of(snapshot: Snapshot, target: Target, closing: int = 0) -> Surroundings:
    """Return an area as facilities are chosen for it, so many of them supposed closed."""
    rows = [area.facility_rows(snapshot) for area in target.areas]
    box = _box(target.outlines)
    return Surroundings(box, distinct(np.concatenate(rows)), closing)


def _cells_around(demand: Demand, target: Target, metres: float) -> Demand:
    """Return the cells in a generous box around the districts."""
    inside = within(_box(target.outlines), metres, demand.places.lon, demand.places.lat)
    return demand.take(np.flatnonzero(inside))


def _box(outlines: Sequence[MultiPolygon]) -> Box:
    """Return the box of everybody who may be counted in the districts: cells reach over edges."""
    bounds = np.array([outline.bounds for outline in outlines if not outline.is_empty])
    west, south = (bounds[:, :2].min(axis=0) - _HALF_CELL_DEGREES).tolist()
    east, north = (bounds[:, 2:].max(axis=0) + _HALF_CELL_DEGREES).tolist()
    return west, south, east, north


def _shared_capacity(
    demand: Demand, target: Target, supply: Supply, progress: Progress, executor: Executor
) -> Catchment:
    """Do the first step of E2SFCA; facilities too far to reach the districts have ratio 0."""
    reach, places = CATCHMENT_ZONES_M[-1], supply.places
    rows = np.flatnonzero(within(_box(target.outlines), reach, places.lon, places.lat))
    near = share_in_chunks(
        PopulatedCells(demand.places, demand.group(NEED_GROUP)),
        supply.places.take(rows),
        supply.capacity[rows],
        executor,
        progress,
    )
    ratio, weighted = np.zeros(len(supply)), np.zeros(len(supply))
    ratio[rows], weighted[rows] = near.ratio, near.demand
    return Catchment(demand=weighted, ratio=ratio)
