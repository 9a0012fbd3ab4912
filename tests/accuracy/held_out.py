"""Does the stated uncertainty hold where its factors were not fitted?

The factors of `compiling.uncertainty` were fitted on the official coordinates of Fukuoka.
Here they are fitted again on half of the municipalities (chosen by a digest of the code), as the
smallest that hold in 96 % of the cases, and judged on the other half; and fitted on Kitakyushu and
judged on the rest of Fukuoka, and the other way round. There are no official coordinates of another
prefecture beside the repository.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from geoportal.address.compiling.uncertainty import (
    CHOME_FACTOR,
    OAZA_FACTOR,
    SMALLEST_UNIT_M,
    TOWN_FACTOR,
)

SHIPPED = {"chome": CHOME_FACTOR, "town": TOWN_FACTOR, "oaza": OAZA_FACTOR}
WANTED = 0.96


@dataclass(frozen=True)
class Placed:
    """One official position: how far off the answer is, what it states, metres."""

    data_set: str
    kind: str
    municipality_code: str
    away: float
    stated: float
    in_municipality: bool


@dataclass(frozen=True)
class HeldOut:
    """What came of one split."""

    split: str
    kind: str
    fitted_on: int
    factor: float
    judged_on: int
    holds: float
    holds_shipped: float


def half(code: str) -> int:
    """Return 0 or 1 for a municipality, by a digest of its code."""
    return hashlib.sha256(code.encode()).digest()[0] % 2


def smallest_factor(rows: list[Placed], kind: str) -> float:
    """Return the smallest factor under which the wanted share lies inside."""
    needed = [
        0.0 if row.away <= SMALLEST_UNIT_M else row.away / (row.stated / SHIPPED[kind])
        for row in rows
    ]
    return float(np.quantile(needed, WANTED, method="higher"))


def share_inside(rows: list[Placed], kind: str, factor: float) -> float:
    """Return the share of positions inside under a factor."""
    inside = [row.away <= max(SMALLEST_UNIT_M, factor * row.stated / SHIPPED[kind]) for row in rows]
    return float(np.mean(inside))


def held_out(rows: list[Placed]) -> Iterator[HeldOut]:
    """Yield every split, both ways, for every kind with enough cases."""
    splits: list[tuple[str, Callable[[Placed], bool]]] = [
        ("half of the municipalities → other half", lambda row: half(row.municipality_code) == 0),
        ("other half → half", lambda row: half(row.municipality_code) == 1),
        ("Kitakyushu → other Fukuoka", lambda row: row.municipality_code < "40110"),
        ("other Fukuoka → Kitakyushu", lambda row: row.municipality_code >= "40110"),
    ]
    for split, fits in splits:
        for kind in SHIPPED:
            mine = [row for row in rows if row.kind == kind]
            fitted, judged = [r for r in mine if fits(r)], [r for r in mine if not fits(r)]
            if min(len(fitted), len(judged)) < 30:
                continue
            factor = smallest_factor(fitted, kind)
            yield HeldOut(
                split,
                kind,
                len(fitted),
                factor,
                len(judged),
                share_inside(judged, kind, factor),
                share_inside(judged, kind, SHIPPED[kind]),
            )
