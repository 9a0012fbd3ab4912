"""Requests of reference lists: districts and the vocabulary."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from geoportal.documents.question import MAX_OFFSET
from geoportal.documents.requests import Code, OutlinedDistrict, Strict, Text
from geoportal.domain.query import MAX_LIMIT

MOST_OUTLINES = 200
"""Of more districts with outlines only so many are sent at once, unless a number is asked for."""


class DistrictPath(Strict):
    """A district's code in the path."""

    code: Code


class DistrictQuery(Strict):
    """What `GET /api/v1/districts/{code}` takes."""

    geometry: bool = True


_Level = Annotated[
    str, StringConstraints(max_length=40), Field(json_schema_extra={"format": "district-level"})
]


class DistrictsQuery(DistrictQuery):
    """What `GET /api/v1/districts` takes."""

    level: _Level | None = Field(
        None,
        description="prefecture, medical_area, municipality, ward, local, or a local level's name",
    )
    beside: OutlinedDistrict | None = Field(
        default=None, description="Code of a district: only it and what lies around it"
    )
    tolerance_m: Literal[0, 20, 100, 500] = Field(
        0, description="Simplify outlines for drawing: metres a line may stray"
    )

    limit: int | None = Field(
        None,
        ge=1,
        le=MAX_LIMIT,
        description=f"At most so many; without it all, or with outlines {MOST_OUTLINES} of more",
    )
    offset: int = Field(0, ge=0, le=MAX_OFFSET)

    @field_validator("tolerance_m", mode="before")
    @classmethod
    def _number(cls, value: object) -> object:
        return int(value) if isinstance(value, str) and value.isdecimal() else value


class VocabularyQuery(Strict):
    """What `GET /api/v1/vocabulary` takes."""

    q: Text | None = Field(None, description="A word of care; only the terms it stands for")
