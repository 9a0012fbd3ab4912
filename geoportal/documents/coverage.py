"""Coverage: what `/api/v1/coverage` takes and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from geoportal.coverage.back_up import PARTNER_REACH_M
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.dependence import dependence
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.driving import MINUTES
from geoportal.coverage.report import CoverageReport
from geoportal.coverage.service import NO_CHANGE, WhatIf
from geoportal.coverage.supply import PlannedFacility
from geoportal.coverage.tables import (
    POSSIBLE,
    cell_columns,
    cell_rows,
    district_rows,
    measure_columns,
)
from geoportal.coverage.wording import HEADLINE_RING, road_line, road_sentence, sentence
from geoportal.documents import Document, attributes
from geoportal.documents.completeness import completeness_document
from geoportal.documents.question import require_kinds
from geoportal.documents.requests import (
    Code,
    Kind,
    Latitude,
    Longitude,
    NeedCode,
    Number,
    OutlinedDistrict,
    Strict,
    Truth,
    Whole,
)
from geoportal.domain.dating import dated
from geoportal.geo.polygons import JAPAN_BOUNDS, in_japan
from geoportal.services.view import View

MOST_REMOVED = 5
RINGS: tuple[int, ...] = tuple(int(ring) for ring in RINGS_M)
_WEST, _SOUTH, _EAST, _NORTH = JAPAN_BOUNDS
_UNNAMED = "仮の施設"


def _ring(value: int) -> int:
    if value not in RINGS:
        raise ValueError(f"expected one of {', '.join(map(str, RINGS))} (metres)")
    return value


class CoverageQuery(Strict):
    """A question about coverage, as it stands in a URL: nothing in it could be a home."""

    area: OutlinedDistrict | None = Field(
        None, description="District, city, medical area or prefecture"
    )
    kind: list[Kind] = Field(default_factory=list, max_length=22)
    need: list[NeedCode] = Field(default_factory=list, max_length=20)
    time: Literal["any", "night"] = "any"
    evidence: Literal["any", "filed", "confirmed"] = "any"
    demand: Literal["mesh", "towns"] = Field(
        "mesh", description="People by 500 m census cell, or by 町丁目 where a city publishes them"
    )
    ring: Annotated[int, AfterValidator(_ring)] = Field(
        RINGS[HEADLINE_RING],
        description="Metres the sentences speak of",
        json_schema_extra={"enum": list(RINGS)},
    )
    local: str = Field(
        "",
        max_length=40,
        description="By the local districts of this level (日常生活圏域, 中学校区)",
        json_schema_extra={"format": "local-level"},
    )
    remove: list[Code] = Field(
        default_factory=list,
        max_length=MOST_REMOVED,
        description="What if these facilities closed?",
    )
    cells: bool = Field(True, description="With the figures of every cell")

    @property
    def changes(self) -> WhatIf:
        """The facilities supposed closed."""
        return WhatIf(remove=tuple(self.remove))

    @property
    def ring_number(self) -> int:
        """Number of the ring, as figures count them."""
        return RINGS.index(self.ring)

    def question(self, view: View) -> CoverageCriteria:
        """Return the question in the domain's terms.

        Raises
        ------
        UsageError
            When a kind or need is not known.
        """
        return CoverageCriteria(
            kinds=require_kinds(self.kind, "kind"),
            needs=view.reference.vocabulary.require_needs(self.need, "need"),
            time=self.time,
            evidence=self.evidence,
            demand=self.demand,
        )


class Planned(Strict):
    """A facility that does not exist yet; counts as surely meeting what is asked."""

    lon: Longitude = Field(json_schema_extra={"minimum": _WEST, "maximum": _EAST})
    lat: Latitude = Field(json_schema_extra={"minimum": _SOUTH, "maximum": _NORTH})
    capacity: Number = Field(1.0, gt=0, le=10_000, description="Places (定員)")

    @model_validator(mode="after")
    def _lies_in_japan(self) -> Planned:
        if not in_japan(self.lon, self.lat):
            raise ValueError("the point lies outside Japan; lon comes first, then lat, in degrees")
        return self


class CoverageWhatIf(CoverageQuery):
    """A what-if, as the body of a POST holds it."""

    add: list[Planned] = Field(default_factory=list, max_length=20)
    ring: Annotated[Whole, AfterValidator(_ring)] = Field(
        RINGS[HEADLINE_RING], json_schema_extra={"enum": list(RINGS)}
    )
    cells: Truth = True

    @property
    def changes(self) -> WhatIf:
        """The facilities supposed closed and opened."""
        added = (PlannedFacility(_UNNAMED, p.lon, p.lat, p.capacity) for p in self.add)
        return WhatIf(tuple(self.remove), tuple(added))


def coverage_report(
    view: View, asked: CoverageQuery, changes: WhatIf = NO_CHANGE
) -> CoverageReport:
    """Conduct the study of a question, or of a what-if about it.

    Raises
    ------
    NotFoundError
        When there is no such area or facility, or no area at all.
    InputRefusedError
        When an outline is missing.
    """
    area = asked.area or view.default_area()
    return view.coverage(area, asked.question(view), changes, local=asked.local)


def coverage_document(
    view: View, report: CoverageReport, asked: CoverageQuery, changes: WhatIf = NO_CHANGE
) -> Document:
    """Return the answer of the API: the figures of the pack's tables."""
    study = report.study
    question = study.question
    *districts, total = district_rows(study)
    rows = [
        {**row, "sentence": sentence(figures, report.subject, asked.ring_number)}
        for row, figures in zip(districts, study.districts, strict=True)
    ]
    document: Document = {
        "dataset_version": report.dataset_version,
        "as_of": report.as_of or None,
        "title": report.title,
        "area": attributes(study.target, "code", "name"),
        "question": {
            **attributes(question, "kinds", "needs", "time", "evidence"),
            "removed": changes.remove,
            "added": [attributes(planned, "lon", "lat", "capacity") for planned in changes.add],
        },
        "facilities": {
            "sure": int(study.supply.certain.sum()),
            "possible": len(study.supply),
            "without_position": int(study.supply.unlocated_rows.size),
        },
        "has_cells": study.has_cells,
        "caution": report.caution,
        "across": [{"water": code, "pop75": round(people, 1)} for code, people in report.across],
        "undecided": study.undecided,
        "completeness": completeness_document(view, study.completeness),
        "districts": rows,
        "total": total,
        "sources": [
            {
                "source": source.name,
                **attributes(source, "label", "attribution"),
                **dated(source.as_of),
            }
            for source in report.sources
        ],
    }
    if report.back_up_text:
        found = [dependence(study, ring) for ring in range(len(RINGS_M))]
        document["back_up"] = {
            "reach_m": PARTNER_REACH_M,
            "text": report.back_up_text,
            "rings": [
                {
                    "within_m": metres,
                    "pop75_on_one": round(sum(one.on_one for one in districts), 1),
                    "pop75_with_partner": round(sum(one.backed for one in districts), 1),
                }
                for metres, districts in zip(RINGS_M, found, strict=True)
            ],
        }
        if study.road_loss is not None and study.back_up is not None:
            alone = study.road_loss.left_without.sum(axis=0)
            backed = study.back_up.people_by_road.sum(axis=0)
            document["back_up"]["minutes"] = [
                {
                    "within_min": minutes,
                    "pop75_on_one": round(float(on_one), 1),
                    "pop75_with_partner": round(float(people), 1),
                }
                for minutes, on_one, people in zip(MINUTES, alone, backed, strict=True)
            ]
    if study.roads is not None:
        for row, figures in zip(rows, study.districts, strict=True):
            row["sentence_by_road"] = road_sentence(figures, report.subject) or None
        document["by_road"] = {"minutes": MINUTES, "note": road_line(study)}
    if asked.cells:
        cells = cell_rows(study)
        columns = (
            *cell_columns(study),
            *(f"{name}{POSSIBLE}" for name in measure_columns(study)),
        )
        document["cells"] = {name: [cell[name] for cell in cells] for name in columns}
    return document
