"""Chunks of a study, computed in this process or by several machines, with the same result.

Cells are divided into chunks of whole tiles (see `distance_zones`) by a rule that looks at the
cells alone. Every worker does the same arithmetic in the same order, and results are put together
in the order of the chunks: to the last bit, they do not depend on where they were computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from geoportal.coverage.access import Access, Mask, measure_access
from geoportal.coverage.catchment import (
    CATCHMENT_ZONES_M,
    Catchment,
    capacity_per_person,
    floating_catchment,
    weighted_demand,
)
from geoportal.coverage.distance_zones import DistanceZones, Floats, Places, Rows, tiles_of
from geoportal.progress import Progress, no_progress

CHUNK_CELLS = 2_000
"""A chunk takes whole tiles until it has this many cells: half a second of work."""

_Common = TypeVar("_Common")
_Chunk = TypeVar("_Chunk")
_Result = TypeVar("_Result")


class Executor(Protocol):
    """Runs a function on every chunk and yields the results in the order of the chunks."""

    def __call__(
        self,
        work: Callable[[_Common, _Chunk], _Result],
        common: _Common,
        chunks: Sequence[_Chunk],
    ) -> Iterator[_Result]:
        """Run ``work(common, chunk)`` for every chunk."""
        ...


def run_in_process(
    work: Callable[[_Common, _Chunk], _Result], common: _Common, chunks: Sequence[_Chunk]
) -> Iterator[_Result]:
    """Run one chunk after the other in this process."""
    for chunk in chunks:
        yield work(common, chunk)


def chunks_of(cells: Places, least: int) -> list[Rows]:
    """Divide the rows of cells into chunks of whole tiles, full at ``least`` cells."""
    chunks: list[Rows] = []
    tiles: list[Rows] = []
    for tile in tiles_of(cells):
        tiles.append(tile)
        if sum(part.size for part in tiles) >= least:
            chunks.append(np.sort(np.concatenate(tiles)))
            tiles = []
    if tiles:
        chunks.append(np.sort(np.concatenate(tiles)))
    return chunks


@dataclass(frozen=True)
class PopulatedCells:
    """Cells with the people who share in the capacity of facilities."""

    places: Places
    people: Floats


@dataclass(frozen=True)
class FacilitySets:
    """Facilities, and the sets of them that are measured.

    Attributes
    ----------
    facilities : Places
    masks : tuple of ndarray of bool, shape (facilities,)
    ratios : ndarray of float, shape (facilities, sets)
        Capacity per person, 0 for a facility that is not of the set.
    """

    facilities: Places
    masks: tuple[Mask, ...]
    ratios: Floats


def share_in_chunks(
    cells: PopulatedCells,
    facilities: Places,
    capacity: Floats,
    executor: Executor = run_in_process,
    progress: Progress = no_progress,
) -> Catchment:
    """Do the first step of E2SFCA; see `geoportal.coverage.catchment`.

    ``cells`` are all with demand, within the districts and around them.
    """
    rows = chunks_of(cells.places, CHUNK_CELLS)
    chunks = [PopulatedCells(cells.places.take(part), cells.people[part]) for part in rows]
    demand = np.zeros(len(facilities))
    done = 0
    for part, weighted in zip(rows, executor(_share, facilities, chunks), strict=True):
        demand += weighted
        done += part.size
        progress("診療圏", done, len(cells.places))
    return capacity_per_person(demand, capacity)


def measure_in_chunks(
    cells: Places,
    sets: FacilitySets,
    executor: Executor = run_in_process,
    progress: Progress = no_progress,
) -> tuple[list[Access], Floats]:
    """Measure the access of every cell to each set, and its floating catchment.

    The second is capacity per person, shape (cells, sets).
    """
    rows = chunks_of(cells, CHUNK_CELLS)
    whole = [Access.empty(len(cells)) for _ in sets.masks]
    per_person = np.zeros((len(cells), sets.ratios.shape[1]))
    done = 0
    results = executor(_measure, sets, [cells.take(part) for part in rows])
    for part, (access, shared) in zip(rows, results, strict=True):
        for result, piece in zip(whole, access, strict=True):
            result.put(part, piece)
        per_person[part] = shared
        done += part.size
        progress("距離", done, len(cells))
    return whole, per_person


def _share(facilities: Places, cells: PopulatedCells) -> Floats:
    return weighted_demand(DistanceZones(cells.places, facilities, CATCHMENT_ZONES_M), cells.people)


def _measure(sets: FacilitySets, cells: Places) -> tuple[list[Access], Floats]:
    zones = DistanceZones(cells, sets.facilities)
    access = measure_access(zones, list(sets.masks))
    return access, floating_catchment(zones, sets.ratios)
