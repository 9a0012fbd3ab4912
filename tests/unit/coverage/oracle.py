"""The independent judge: plain Python, its own geodesic, one pair at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyproj import Geod

GEOD = Geod(ellps="GRS80")
RINGS_M = (1000, 2000, 4000, 8000, 16000)
ZONES = ((4000, 1.0), (8000, 0.68), (16000, 0.22))
Point = tuple[float, float]


def metres(a: Point, b: Point) -> float:
    return GEOD.inv(a[0], a[1], b[0], b[1])[2]


def within(cell: Point, facilities: Sequence[Point]) -> list[int]:
    found = [metres(cell, facility) for facility in facilities]
    return [sum(d <= ring for d in found) for ring in RINGS_M]


def nearest_two(cell: Point, facilities: Sequence[Point]) -> tuple[float, float]:
    found = sorted(metres(cell, facility) for facility in facilities)
    padded = [*found, math.nan, math.nan]
    return padded[0], padded[1]


def weight(distance: float) -> float:
    return next((w for edge, w in ZONES if distance <= edge), 0.0)


def floating_catchment(
    asked: Sequence[Point],
    cells: Sequence[Point],
    people: Sequence[float],
    facilities: Sequence[Point],
    capacity: Sequence[float],
) -> list[float]:
    ratios = []
    for facility, supply in zip(facilities, capacity, strict=True):
        demand = math.fsum(
            weight(metres(cell, facility)) * p for cell, p in zip(cells, people, strict=True)
        )
        ratios.append(supply / demand if demand > 0 else 0.0)
    return [
        math.fsum(
            weight(metres(cell, f)) * ratio for f, ratio in zip(facilities, ratios, strict=True)
        )
        for cell in asked
    ]
