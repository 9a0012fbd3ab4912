"""The people of the sample city: invented census cells and an invented register by age.

People live around the towns of the gazetteer, more of them where the towns draw more facilities.
Cells of few people have their ages suppressed and merged into a neighbour, as in the real census.
No figure is taken from a real cell.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from shapely.geometry import MultiPolygon, box

from making.outlines import CITY, PREFECTURE, WARDS
from making.towns import Town

# Invented, in the proportions of a large old industrial city: people, share of 65 and over.
PEOPLE: dict[str, tuple[int, float]] = {
    "40101": (90_000, 0.37),
    "40103": (80_000, 0.33),
    "40105": (55_000, 0.31),
    "40106": (180_000, 0.28),
    "40107": (205_000, 0.29),
    "40108": (63_000, 0.36),
    "40109": (245_000, 0.30),
}
ROWS, COLUMNS = 240, 160  # half meshes per degree of latitude and longitude
SPREAD_M = 800.0
SUPPRESSED_BELOW = 15
REGISTER_SHARE = 0.98  # the register is some years younger than the cells
MESH_HEADER = (
    "KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001101001,T001101019,T001101022,T001101025,T001101049"
)
MESH_LABELS = (
    ",,,,　人口（総数）,　６５歳以上人口　総数,　７５歳以上人口　総数,　８５歳以上人口　総数,"
    "　高齢単身世帯数　一般世帯数"
)
AGE_BANDS = (
    *(f"{start}歳～{start + 4}歳" for start in range(0, 100, 5)),
    "100歳以上",
)
# Shares within 0-64, 65-74, 75-84 and 85 and over.
_WITHIN = (
    (0.06, 0.07, 0.07, 0.07, 0.08, 0.07, 0.07, 0.08, 0.08, 0.09, 0.09, 0.08, 0.09),
    (0.46, 0.54),
    (0.57, 0.43),
    (0.59, 0.30, 0.095, 0.015),
)

Dice = Callable[[str], random.Random]


@dataclass
class Cell:
    """A half mesh with its invented people."""

    code: int
    ward: str
    people: list[int]
    into: int = 0
    merged: list[int] = field(default_factory=list)

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of its middle, degrees."""
        digit = [int(d) for d in str(self.code)]
        row = (digit[0] * 10 + digit[1]) * 160 + digit[4] * 20 + digit[6] * 2 + (digit[8] - 1) // 2
        column = (digit[2] * 10 + digit[3]) * 160 + digit[5] * 20 + digit[7] * 2
        column += (digit[8] - 1) % 2
        return 100 + (column + 0.5) / COLUMNS, (row + 0.5) / ROWS

    def row(self) -> str:
        """Return the row of the mesh file; the ages of suppressed cells are ``*``."""
        treatment = "2" if self.into else "1" if self.merged else "0"
        ages = ["*"] * 4 if self.into else [str(value) for value in self.people[1:]]
        merged = ";".join(str(code) for code in self.merged)
        return ",".join(
            (str(self.code), treatment, str(self.into or ""), merged, str(self.people[0]), *ages)
        )


def mesh_code(row: int, column: int) -> int:
    """Return the nine digits of a half mesh by its row and column (JIS X 0410)."""
    first = row // 160 * 100 + column // 160
    second = row % 160 // 20 * 10 + column % 160 // 20
    third = row % 20 // 2 * 10 + column % 20 // 2
    return ((first * 100 + second) * 100 + third) * 10 + row % 2 * 2 + column % 2 + 1


def make_cells(dice: Dice, towns: list[Town], wards: dict[str, MultiPolygon]) -> list[Cell]:
    """Settle the people of every ward in its cells, and suppress the small ones."""
    cells = []
    for ward, (total, old_share) in PEOPLE.items():
        rng = dice(f"population/{ward}")
        own = [town for town in towns if town.ward == ward]
        weights = _weights(own, wards[ward])
        whole = sum(weights.values())
        for code, weight in weights.items():
            people = int(total * weight / whole * rng.uniform(0.85, 1.15))
            if people >= 1:
                cells.append(Cell(code, ward, _ages(rng, people, old_share)))
    cells = _one_each(cells)
    _suppress(cells)
    return cells


def _weights(towns: list[Town], outline: MultiPolygon) -> dict[int, float]:
    """Return for each cell of a ward how much its towns draw there, by the land in it."""
    west, south, east, north = outline.bounds
    found = {}
    for row in range(math.floor(south * ROWS), math.floor(north * ROWS) + 1):
        for column in range(
            math.floor((west - 100) * COLUMNS), math.floor((east - 100) * COLUMNS) + 1
        ):
            x, y = 100 + column / COLUMNS, row / ROWS
            cell = box(x, y, x + 1 / COLUMNS, y + 1 / ROWS)
            land = outline.intersection(cell).area / cell.area
            if land < 0.03:
                continue
            lon, lat = x + 0.5 / COLUMNS, y + 0.5 / ROWS
            pull = sum((town.draw + 0.15) * _near(town, lon, lat) for town in towns)
            if pull > 1e-4:
                found[mesh_code(row, column)] = round(pull * land**1.5, 9)
    return found


def _near(town: Town, lon: float, lat: float) -> float:
    dx = (lon - town.lon) * 92_400
    dy = (lat - town.lat) * 111_000
    return math.exp(-(dx * dx + dy * dy) / (2 * SPREAD_M**2))


def _ages(rng: random.Random, people: int, old_share: float) -> list[int]:
    """Return all, 65 and over, 75 and over, 85 and over, and those of 65 who live alone."""
    old = round(people * min(0.6, old_share * rng.uniform(0.8, 1.25)))
    older = round(old * rng.uniform(0.46, 0.6))
    oldest = round(older * rng.uniform(0.28, 0.4))
    return [people, old, older, oldest, round(old * rng.uniform(0.18, 0.28))]


def _one_each(cells: list[Cell]) -> list[Cell]:
    """Join the people whom two wards have in the same cell."""
    joined: dict[int, Cell] = {}
    for cell in cells:
        held = joined.setdefault(cell.code, cell)
        if held is not cell:
            held.people = [a + b for a, b in zip(held.people, cell.people, strict=True)]
    return [joined[code] for code in sorted(joined)]


def _suppress(cells: list[Cell]) -> None:
    """Merge the ages of small cells into the nearest larger cell of the same first-level mesh."""
    large = [cell for cell in cells if cell.people[0] >= SUPPRESSED_BELOW]
    for cell in cells:
        if cell.people[0] >= SUPPRESSED_BELOW:
            continue
        near = [other for other in large if str(other.code)[:4] == str(cell.code)[:4]]
        if not near:
            continue
        receiver = min(near, key=lambda other: (abs(other.code - cell.code), other.code))
        receiver.merged.append(cell.code)
        receiver.people[1:] = [
            a + b for a, b in zip(receiver.people[1:], cell.people[1:], strict=True)
        ]
        cell.into = receiver.code


def mesh_text(cells: list[Cell]) -> str:
    """Return the mesh file in the layout of T001101, with the columns that are read."""
    return "\n".join((MESH_HEADER, MESH_LABELS, *(cell.row() for cell in cells))) + "\n"


def age_text() -> str:
    """Return the register by age in the layout of 住民基本台帳に基づく人口."""
    header = ("団体コード", "都道府県名", "市区町村名", "性別", "総数", *AGE_BANDS)
    lines = [",".join((*header, "65歳以上", "75歳以上"))]
    city = [0] * len(AGE_BANDS)
    rows = []
    for ward, (total, old_share) in PEOPLE.items():
        bands = register_bands(round(total * REGISTER_SHARE), old_share)
        city = [a + b for a, b in zip(city, bands, strict=True)]
        rows.append((ward, CITY + WARDS[ward], bands))
    for code, name, bands in (("40100", CITY, city), *rows):
        values = (sum(bands), *bands, sum(bands[13:]), sum(bands[15:]))
        lines.append(
            ",".join((f"{code}{check_digit(code)}", PREFECTURE, name, "計", *map(str, values)))
        )
    return "\n".join(lines) + "\n"


def register_bands(total: int, old_share: float) -> list[int]:
    """Return the register of a ward by five-year bands of `AGE_BANDS`."""
    old = total * old_share * 1.02
    groups = (total - old, old * 0.46, old * 0.36, old * 0.18)
    return [round(group * share) for group, s in zip(groups, _WITHIN, strict=True) for share in s]


def check_digit(code: str) -> int:
    """Return the check digit of a local authority code (全国地方公共団体コード)."""
    rest = sum(int(digit) * weight for digit, weight in zip(code, range(6, 1, -1), strict=True))
    return (11 - rest % 11) % 10
