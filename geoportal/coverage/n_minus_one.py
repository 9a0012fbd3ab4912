"""N-1 analysis: what is lost when a single facility closes, and which facilities are critical.

A person loses access within a ring when the facility that closes was the only one there, and the
choice when it was one of two. Both follow from the count and the nearest two of `Access`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoportal.coverage.access import NOBODY, Access
from geoportal.coverage.distance_zones import Floats, Rows
from geoportal.coverage.driving import MINUTES, RoadAccess


@dataclass(frozen=True)
class NMinusOne:
    """What is lost by facility; the other facilities stay.

    Attributes
    ----------
    left_without : ndarray of float, shape (k, rings)
        People aged 75 and over who would have no facility left within the ring.
    left_with_one : ndarray of float, shape (k, rings)
        People aged 75 and over who would have one left instead of two.
    farther_m : ndarray of float, shape (k,)
        Person-metres by which the nearest would lie farther, over those aged 75 and over.
    nearest_to : ndarray of float, shape (k,)
        People aged 75 and over to whom it is the nearest.
    """

    left_without: Floats
    left_with_one: Floats
    farther_m: Floats
    nearest_to: Floats

    def critical(self, ring: int) -> list[int]:
        """Return the facilities whose closing leaves anyone without, worst first."""
        lost = self.left_without[:, ring]
        rows = np.flatnonzero(lost > 0)
        return [int(row) for row in rows[np.lexsort((rows, -lost[rows]))]]


def measure_n_minus_one(access: Access, people: Floats, facilities: int) -> NMinusOne:
    """Work out the loss for every facility at once.

    ``people`` aged 75 and over, shape (n,), live in the n cells or parts of cells of ``access``;
    its rows of the nearest refer to ``facilities`` facilities.
    """
    nearest = np.stack((access.nearest, access.second))
    left_without, left_with_one = _losses(access.counts, nearest, people, facilities)
    both = (access.nearest != NOBODY) & (access.second != NOBODY)
    way = (access.second_nearest_m[both] - access.nearest_m[both]) * people[both]
    some = access.nearest != NOBODY
    return NMinusOne(
        left_without=left_without,
        left_with_one=left_with_one,
        farther_m=_add_up(access.nearest[both], way, facilities),
        nearest_to=_add_up(access.nearest[some], people[some], facilities),
    )


@dataclass(frozen=True)
class RoadLoss:
    """What is lost by road when a facility closes, by facility; the others stay.

    Attributes
    ----------
    left_without, left_with_one : ndarray of float, shape (k, minutes)
        People aged 75 and over who would have none left within each of the minutes; one, not two.
    """

    left_without: Floats
    left_with_one: Floats


def measure_road_loss(access: RoadAccess, people: Floats, facilities: int) -> RoadLoss:
    """Work out the loss by road for every facility at once; see `measure_n_minus_one`."""
    counts = np.stack([access.counts(minutes) for minutes in MINUTES], axis=1)
    return RoadLoss(*_losses(counts, access.nearest, people, facilities))


def _losses(counts: Rows, nearest: Rows, people: Floats, facilities: int) -> tuple[Floats, Floats]:
    """Return who would be left without any, and with one, by facility and reach.

    ``counts`` of facilities in each reach, shape (n, reaches); ``nearest``, shape (2 or more, n).
    """
    shape = (facilities, counts.shape[1])
    left_without, left_with_one = np.zeros(shape), np.zeros(shape)
    for reach in range(counts.shape[1]):
        sole, pair = counts[:, reach] == 1, counts[:, reach] == 2
        left_without[:, reach] = _add_up(nearest[0, sole], people[sole], facilities)
        left_with_one[:, reach] = _add_up(nearest[0, pair], people[pair], facilities)
        left_with_one[:, reach] += _add_up(nearest[1, pair], people[pair], facilities)
    return left_without, left_with_one


def _add_up(
    rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]], values: Floats, size: int
) -> Floats:
    return np.asarray(np.bincount(rows, weights=values, minlength=size), dtype=np.float64)
