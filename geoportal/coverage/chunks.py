"""The work of a study cut into portions, done here or by several machines, with the same result.

Cells are cut into portions of whole tiles (see `distance_zones`) by a rule that looks at
the cells alone. Whoever does a portion does the same arithmetic in the same order, and what comes
back is put together in the order of the portions: the result does not depend, to the last bit, on
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
    Floats,
    Places,
    Progress,
    Reach,
    Rows,
    no_progress,
    tiles_of,
)

PORTION_CELLS = 2_000
"""A portion takes on whole tiles until it has this many cells: half a second of work."""

_Common = TypeVar("_Common")
_Portion = TypeVar("_Portion")
_Result = TypeVar("_Result")


class Executor(Protocol):
    """Who does the work: yields a result for each portion, in their order."""

    def __call__(
        self,
        work: Callable[[_Common, _Portion], _Result],
        common: _Common,
        portions: Sequence[_Portion],
    ) -> Iterator[_Result]:
        """Do the work on every portion; ``common`` is what all of them need."""
        ...


def here(
    work: Callable[[_Common, _Portion], _Result], common: _Common, portions: Sequence[_Portion]
) -> Iterator[_Result]:
    """Do one portion after the other in this process."""
    for portion in portions:
        yield work(common, portion)


def portions_of(cells: Places, least: int) -> list[Rows]:
    """Cut cells into portions of whole tiles.

    Parameters
    ----------
    cells : Places
    least : int
        Cells at which a portion is full.

    Returns
    -------
    list of ndarray of int
        Rows of the cells, each in one portion.
    """
    portions: list[Rows] = []
    held: list[Rows] = []
    for tile in tiles_of(cells):
        held.append(tile)
        if sum(part.size for part in held) >= least:
            portions.append(np.sort(np.concatenate(held)))
            held = []
    if held:
        portions.append(np.sort(np.concatenate(held)))
    return portions


@dataclass(frozen=True)
class Inhabited:
    """Cells with the people who share in the capacity of facilities."""

    places: Places
    people: Floats


@dataclass(frozen=True)
class Sets:
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


def share_in_portions(
    cells: Inhabited,
    facilities: Places,
    capacity: Floats,
    executor: Executor = here,
    progress: Progress = no_progress,
) -> Catchment:
    """Do the first step of the floating catchment; see `geoportal.coverage.catchment`.

    Parameters
    ----------
    cells : Inhabited
        Every cell with demand, within the districts and around them.
    facilities : Places
    capacity : ndarray of float, shape (facilities,)
    executor : Executor
    progress : callable
        ``(label, done, total)``.
    """
    rows = portions_of(cells.places, PORTION_CELLS)
    portions = [Inhabited(cells.places.only(part), cells.people[part]) for part in rows]
    demand = np.zeros(len(facilities))
    done = 0
    for part, weighted in zip(rows, executor(_share, facilities, portions), strict=True):
        demand += weighted
        done += part.size
        progress("診療圏", done, len(cells.places))
    return capacity_per_person(demand, capacity)


def measure_in_portions(
    cells: Places, sets: Sets, executor: Executor = here, progress: Progress = no_progress
) -> tuple[list[Access], Floats]:
    """Measure access and floating catchment of every cell.

    Parameters
    ----------
    cells : Places
    sets : Sets
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
    rows = portions_of(cells, PORTION_CELLS)
    found = [Access.empty(len(cells)) for _ in sets.masks]
    given = np.zeros((len(cells), sets.ratios.shape[1]))
    done = 0
    results = executor(_measure, sets, [cells.only(part) for part in rows])
    for part, (access, shared) in zip(rows, results, strict=True):
        for whole, piece in zip(found, access, strict=True):
            whole.put(part, piece)
        given[part] = shared
        done += part.size
        progress("距離", done, len(cells))
    return found, given


def _share(facilities: Places, cells: Inhabited) -> Floats:
    return weighted_demand(Reach(cells.places, facilities, CATCHMENT_ZONES_M), cells.people)


def _measure(sets: Sets, cells: Places) -> tuple[list[Access], Floats]:
    reach = Reach(cells, sets.facilities)
    access = measure_access(reach, list(sets.masks))
    return access, floating_catchment(reach, sets.ratios)
