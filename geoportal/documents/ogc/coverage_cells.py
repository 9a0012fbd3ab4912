"""The collection of census cells: people, and how far it is to who visits them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoportal.coverage.cell_facts import COLUMNS, QUESTIONS, CellFacts, measure_cell_facts
from geoportal.coverage.demand import GROUPS
from geoportal.coverage.figures import round_significant
from geoportal.coverage.tables import POSSIBLE
from geoportal.documents import Document
from geoportal.documents.ogc.items import Box, Collection
from geoportal.documents.requests import Strict
from geoportal.geo.mesh import half_mesh_boxes
from geoportal.index.points import Rows
from geoportal.services.view import View

NAME: Final = "coverage-cells"
_PEOPLE: Final = GROUPS[:4]
_SUBJECTS: Final = MappingProxyType(
    dict(zip(QUESTIONS, ("訪問診療の医療機関", "訪問看護ステーション"), strict=True))
)
_GROUP_TITLES: Final = ("人口", "65歳以上", "75歳以上", "85歳以上")


class CoverageCellsQuery(Strict):
    """The question for the facts of all cells: there is nothing to choose."""


def coverage_cells_file(view: View) -> bytes:
    """Return the file of the facts of all cells of a view, see `CellFacts.to_bytes`."""
    demand = view.coverage_service().population.mesh
    return measure_cell_facts(view.snapshot, demand, view.reference).to_bytes()


def holds_cells(view: View) -> bool:
    """Say whether any census cells are imported."""
    return len(view.coverage_service().population.mesh) > 0


class CoverageCells(Collection):
    """Inhabited census cells of 500 m with figures measured before, see `measure_cell_facts`."""

    title = "人口メッシュと訪問の届く範囲"
    plain = MappingProxyType(
        {
            **dict.fromkeys(("cell", "municipality_code"), "string"),
            **dict.fromkeys(_PEOPLE, "number"),
            "estimated": "boolean",
            **{name: "integer" if "_within_" in name else "number" for name in COLUMNS},
        }
    )
    queryable = ("cell", "municipality_code")
    geometry = "polygon"

    def __init__(self, view: View, facts: CellFacts) -> None:
        super().__init__(view)
        self._facts = facts

    @classmethod
    def described(cls, view: View) -> str:
        """Return what the collection holds, and what it does not."""
        if not holds_cells(view):
            return (
                "人口のメッシュ（e-Stat 500mメッシュ）が取り込まれていないため、空です。"
                "人が住んでいないという意味ではありません。"
            )
        return (
            "人の住む500mメッシュごとの人口（国勢調査）と、その中心から訪問診療の医療機関"
            "（doctor）・訪問看護ステーション（nurse）までの距離と数。_possible の付く値は、対応が"
            "未確認のところも数えています。取り込まれていない資料の施設は数に入りません。"
        )

    @classmethod
    def extent(cls, view: View) -> Box | None:
        """Return the box in degrees that holds every item, None where none has a place."""
        if not holds_cells(view):
            return None
        cells = view.coverage_service().population.mesh
        lon, lat = cells.places.lon, cells.places.lat
        outermost = [lon.argmin(), lat.argmin(), lon.argmax(), lat.argmax()]
        boxes = half_mesh_boxes(cells.keys[outermost].astype(np.int64))
        west, south, east, north = shapely.total_bounds(boxes).tolist()
        return west, south, east, north

    @classmethod
    def title_of(cls, name: str) -> str:
        """Return what a property is, in Japanese."""
        plain = {"cell": "メッシュコード", "municipality_code": "市区町村コード（中心）"}
        plain |= dict(zip(_PEOPLE, _GROUP_TITLES, strict=True))
        plain |= {"estimated": "年齢別の人口は隣のメッシュからの推計"}
        if name in plain:
            return plain[name]
        question, measure = name.removesuffix(POSSIBLE).split("_", 1)
        told = {"nearest_m": "までの距離 m", "second_nearest_m": "（2番目）までの距離 m"}
        ring = measure.removeprefix("within_").removesuffix("_m")
        said = told.get(measure, f"の数（{ring} m以内）")
        doubt = "（未確認を含む）" if name.endswith(POSSIBLE) else ""
        return f"{_SUBJECTS[question]}{said}{doubt}"

    @cached_property
    def columns(self) -> Mapping[str, NDArray[Any]]:
        """Return the queryable properties, each a column of text."""
        return {"cell": self._facts.cells, "municipality_code": self._facts.municipalities}

    @property
    def size(self) -> int:
        """Number of rows."""
        return int(self._facts.cells.size)

    @cached_property
    def _shapes(self) -> NDArray[Any]:
        return half_mesh_boxes(self._facts.cells.astype(np.int64))

    def places(self) -> NDArray[Any]:
        """Return the outlines of all rows."""
        return self._shapes

    def features(self, rows: Rows) -> list[Document]:
        """Return rows as GeoJSON Features."""
        facts = self._facts
        measures = {name: facts.measures[name][rows].tolist() for name in COLUMNS}
        shapes = half_mesh_boxes(facts.cells[rows].astype(np.int64))
        return [
            {
                "type": "Feature",
                "id": str(facts.cells[row]),
                "geometry": dict(shapely.geometry.mapping(shape)),
                "properties": {
                    "cell": str(facts.cells[row]),
                    "municipality_code": str(facts.municipalities[row]),
                    **{
                        name: round_significant(value)
                        for name, value in zip(_PEOPLE, facts.people[row].tolist(), strict=False)
                    },
                    "estimated": bool(facts.estimated[row]),
                    **{
                        name: _number(self.plain[name], values[place])
                        for name, values in measures.items()
                    },
                },
            }
            for place, (row, shape) in enumerate(zip(rows.tolist(), shapes, strict=True))
        ]

    def row_of(self, item: str) -> int | None:
        """Return the row of an id, None when there is none of it."""
        row = int(np.searchsorted(self._facts.cells, item))
        return row if row < self.size and self._facts.cells[row] == item else None


def _number(kind: str, value: float) -> float | int | None:
    return int(value) if kind == "integer" else round_significant(value)
