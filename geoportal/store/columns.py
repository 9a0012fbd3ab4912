"""Columns that many tables have in common, for the schema and for its migrations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def texts(*names: str, **options: Any) -> list[sa.Column[str]]:
    """Return text columns that are never null; ``options`` are those of `sqlalchemy.Column`."""
    return [sa.Column(name, sa.Text, nullable=False, **options) for name in names]


def integers(*names: str, **options: Any) -> list[sa.Column[int]]:
    """Return whole numbers, null unless ``options`` say otherwise."""
    return [sa.Column(name, sa.Integer, **options) for name in names]


def degrees() -> list[sa.Column[float]]:
    """Return longitude and latitude, double precision, null where the position is not known."""
    return [sa.Column(name, sa.Float(53)) for name in ("lon", "lat")]


def edition_columns() -> list[sa.Column[Any]]:
    """Return what is known of the edition that the rows of a set are from."""
    return [*texts("as_of"), *integers("row_count", nullable=False), *texts("content_hash")]
