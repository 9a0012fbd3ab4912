"""A made-up nation: people in half meshes (JIS X 0410) around cities of very unequal size.

Prefectures are boxes around the real ones, so that positions are believed; of those with islands
far away, around the main part. Nobody is drawn outside the box of the city's prefecture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geoportal.geo.mesh import half_mesh_centres
from geoportal.ingest.reading.prefecture_extents import EXTENTS
from geoportal.store.population import MeshCell

ALL_PREFECTURES = tuple(f"{number:02}" for number in range(1, 48))
PEOPLE = 124_000_000
_MAIN_PARTS = {
    "13": (138.9, 35.5, 139.9, 35.9),
    "46": (130.1, 31.2, 131.2, 32.3),
    "47": (127.6, 26.0, 128.3, 26.9),
}
_MARGIN = 0.2
"""Share of a box at each side that has no city's centre."""
_DRAWS_PER_CELL = 6


class Nation:
    """Cells with people, and places drawn where people live; the same for the same seed.

    Parameters
    ----------
    prefectures : sequence of str
        Codes of two digits.
    cities : int
        How many, dealt out to the prefectures in turn.
    cells : int
        About how many half meshes are inhabited, at most.
    people : int
        Residents in all.

    Attributes
    ----------
    codes, people : ndarray of int64, shape (cells,)
        Nine-digit codes, and residents.
    city : ndarray of int64, shape (cells,)
        The city of each cell; that of a prefecture is ``prefectures[city % len(prefectures)]``.
    """

    def __init__(
        self,
        prefectures: Sequence[str] = ALL_PREFECTURES,
        cities: int = 470,
        cells: int = 300_000,
        people: int = PEOPLE,
        seed: int = 20261129,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.prefectures = tuple(prefectures)
        boxes = np.array([self.box(code) for code in self.prefectures])
        low, high = np.split(boxes[np.arange(cities) % len(self.prefectures)], 2, axis=1)
        centres = low + rng.uniform(_MARGIN, 1 - _MARGIN, (cities, 2)) * (high - low)
        weights = 1 / np.arange(1, cities + 1) ** 0.9
        spread = 0.03 + 0.12 * (weights / weights[0]) ** 0.5
        drawn = rng.choice(cities, cells * _DRAWS_PER_CELL, p=weights / weights.sum())
        points = centres[drawn] + rng.normal(0, 1, (drawn.size, 2)) * spread[drawn][:, None]
        inside = ((points > low[drawn]) & (points < high[drawn])).all(axis=1)
        lon, lat, drawn = *points[inside].T, drawn[inside]
        row = np.floor(lat * 240).astype(np.int64)
        column = np.floor((lon - 100) * 160).astype(np.int64)
        _, first, counts = np.unique(row * 100_000 + column, return_index=True, return_counts=True)
        self.codes = _half_mesh_codes(row[first], column[first])
        self.city = drawn[first]
        self.people = np.maximum(1, counts * people // drawn.size)

    @staticmethod
    def box(prefecture: str) -> tuple[float, float, float, float]:
        """Return west, south, east and north of a prefecture, degrees."""
        return _MAIN_PARTS.get(prefecture) or EXTENTS[prefecture]

    def places(
        self, count: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Draw places by the people of the cells: (longitude, latitude), and the city of each."""
        cells = rng.choice(self.codes.size, count, p=self.people / self.people.sum())
        lon, lat = half_mesh_centres(self.codes[cells].astype(str))
        jitter = rng.uniform(-0.5, 0.5, (count, 2)) / (160, 240)
        return np.column_stack((lon, lat)) + jitter, self.city[cells]

    def mesh_cells(self) -> list[MeshCell]:
        """Return the cells as the census publishes them; a third is 65 and over."""
        return [
            MeshCell(code, people, people // 3, people // 6, people // 15, people // 20)
            for code, people in zip(self.codes.tolist(), self.people.tolist(), strict=True)
        ]


def _half_mesh_codes(row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    """Name half meshes, digit by digit, by their rows and columns from 0° N 100° E."""
    first = row // 160 * 100 + column // 160
    second = row % 160 // 20 * 10 + column % 160 // 20
    third = row % 20 // 2 * 10 + column % 20 // 2
    return ((first * 100 + second) * 100 + third) * 10 + row % 2 * 2 + column % 2 + 1
