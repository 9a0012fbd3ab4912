"""The work of a study cut into chunks, done here or by several machines, with the same result.

Cells are cut into chunks of whole tiles (see `distance_zones`) by a rule that looks at
the cells alone. Whoever does a chunk does the same arithmetic in the same order, and what comes
back is put together in the order of the chunks: the result does not depend, to the last bit, on
where the work was done.
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
from geoportal.coverage.distance_zones import (
    DistanceZones,
    Floats,
    Places,
    Progress,
    Rows,
    no_progress,
    tiles_of,
)

CHUNK_CELLS = 2_000
"""A chunk takes on whole tiles until it has this many cells: half a second of work."""

_Common = TypeVar("_Common")
_Chunk = TypeVar("_Chunk")
_Result = TypeVar("_Result")


class Executor(Protocol):
    """Who does the work: yields a result for each chunk, in their order."""

    def __call__(
        self,
        work: Callable[[_Common, _Chunk], _Result],
        common: _Common,
        chunks: Sequence[_Chunk],
    ) -> Iterator[_Result]:
        """Do the work on every chunk; ``common`` is what all of them need."""
        ...


def run_in_process(
    work: Callable[[_Common, _Chunk], _Result], common: _Common, chunks: Sequence[_Chunk]
) -> Iterator[_Result]:
    """Do one chunk after the other in this process."""
    for chunk in chunks:
        yield work(common, chunk)


def chunks_of(cells: Places, least: int) -> list[Rows]:
    """Cut cells into chunks of whole tiles.

    Parameters
    ----------
    cells : Places
    least : int
        Cells at which a chunk is full.

    Returns
    -------
    list of ndarray of int
        Rows of the cells, each in one chunk.
    """
    chunks: list[Rows] = []
    held: list[Rows] = []
    for tile in tiles_of(cells):
        held.append(tile)
        if sum(part.size for part in held) >= least:
            chunks.append(np.sort(np.concatenate(held)))
            held = []
    if held:
        chunks.append(np.sort(np.concatenate(held)))
    return chunks


@dataclass(frozen=True)
class PopulatedCells:
    """Cells with the people who share in the capacity of facilities."""

    places: Places
    people: Floats


@dataclass(frozen=True)
class FacilitySets:
    """Facilities, and the sets of them asked about.

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
    """Do the first step of the floating catchment; see `geoportal.coverage.catchment`.

    Parameters
    ----------
    cells : PopulatedCells
        Every cell with demand, within the districts and around them.
    facilities : Places
    capacity : ndarray of float, shape (facilities,)
    executor : Executor
    progress : callable
        ``(label, done, total)``.
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
    """Measure access and floating catchment of every cell.

    Parameters
    ----------
    cells : Places
    sets : FacilitySets
    executor : Executor
    progress : callable
        ``(label, done, total)``.

    Returns
    -------
    list of Access
        One for each set.
    ndarray of float, shape (cells, sets)
        Capacity per person.
    """
    rows = chunks_of(cells, CHUNK_CELLS)
    found = [Access.empty(len(cells)) for _ in sets.masks]
    given = np.zeros((len(cells), sets.ratios.shape[1]))
    done = 0
    results = executor(_measure, sets, [cells.take(part) for part in rows])
    for part, (access, shared) in zip(rows, results, strict=True):
        for whole, piece in zip(found, access, strict=True):
            whole.put(part, piece)
        given[part] = shared
        done += part.size
        progress("距離", done, len(cells))
    return found, given


def _share(facilities: Places, cells: PopulatedCells) -> Floats:
    return weighted_demand(DistanceZones(cells.places, facilities, CATCHMENT_ZONES_M), cells.people)


def _measure(sets: FacilitySets, cells: Places) -> tuple[list[Access], Floats]:
    zones = DistanceZones(cells, sets.facilities)
    access = measure_access(zones, list(sets.masks))
    return access, floating_catchment(zones, sets.ratios)
