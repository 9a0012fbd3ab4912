"""Data of the coverage map, as one compact document."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.figures import DistrictFigures, Measures
from geoportal.coverage.service import NO_CHANGE, WhatIf
from geoportal.coverage.study import Study, undecided_parts
from geoportal.documents import Document
from geoportal.domain.facility import Facility

_PER_PEOPLE = 10_000
_METRES_PER_DEGREE = 90_000.0
"""Of longitude, in Japan; only decides which facilities beyond the border are drawn."""


def map_document(
    before: Study,
    after: Study | None,
    ring: int,
    changes: WhatIf = NO_CHANGE,
    closed: tuple[Facility, ...] = (),
) -> Document:
    """Return cells, districts and facilities as columns.

    Positions in degrees, distances in whole metres, the floating catchment per 10,000 people aged
    75 and over. Every column ``x`` has a twin ``x_possible``; with a what-if (``after``),
    ``was_x`` is the value before. ``ring`` is the number of the ring facilities are counted in,
    ``closed`` the facilities of ``changes.remove``.
    """
    study = after or before
    cells = study.cells
    columns: Document = {
        "lon": np.round(cells.lon, 6).tolist(),
        "lat": np.round(cells.lat, 6).tolist(),
        "home": cells.districts.tolist(),
        "people": _numbers(np.where(cells.hidden, np.nan, cells.need), 1),
        "estimated": cells.suppressed.astype(int).tolist(),
        "undecided": undecided_parts(study).astype(int).tolist(),
        **_columns(study.sure, ring, ""),
        **_columns(study.possible, ring, "_possible"),
    }
    if after is not None:
        columns["was_count"] = before.sure.access.counts[:, ring].tolist()
        columns["was_count_possible"] = before.possible.access.counts[:, ring].tolist()
    present = before.districts if after is not None else (None,) * len(study.districts)
    return {
        "unit": cells.unit,
        "cells": columns,
        "districts": [
            _district(figures, was, ring)
            for figures, was in zip(study.districts, present, strict=True)
        ],
        "facilities": _facilities(before, ring),
        "planned": [{"lon": p.lon, "lat": p.lat, "name": p.name} for p in changes.add],
        "closed": [
            {"lon": f.location.lon, "lat": f.location.lat, "name": f.name}
            for f in closed
            if f.location.known
        ],
    }


def _columns(measures: Measures, ring: int, mark: str) -> Document:
    return {
        f"count{mark}": measures.access.counts[:, ring].tolist(),
        f"nearest{mark}": _numbers(measures.access.nearest_m, 0),
        f"catchment{mark}": _numbers(measures.floating_catchment * _PER_PEOPLE, 3),
    }


def _numbers(values: NDArray[np.float64], digits: int) -> list[float | None]:
    known = np.isfinite(values).tolist()
    rounded = np.round(values, digits).tolist()
    return [value if is_known else None for value, is_known in zip(rounded, known, strict=True)]


def _district(figures: DistrictFigures, was: DistrictFigures | None, ring: int) -> Document:
    row: Document = {"code": figures.code, "name": figures.name, "people": _known(figures.need, 0)}
    row["undecided"] = int(figures.undecided)
    for mark, level, old in (
        ("", figures.sure, was and was.sure),
        ("_possible", figures.possible, was and was.possible),
    ):
        row[f"lack{mark}"] = _known(figures.uncovered_share(level, ring), 5)
        row[f"per{mark}"] = _known(figures.per_people(level), 3)
        if old:
            row[f"fewer{mark}"] = round(level.covered[0][ring] - old.covered[0][ring], 1)
    return row


def _known(value: float, digits: int) -> float | None:
    return round(value, digits) if np.isfinite(value) else None


def _facilities(study: Study, ring: int) -> Document:
    """Return the facilities in the box of the cells and one ring around it."""
    places, names, cells = study.supply.places, study.supply.names, study.cells
    margin = RINGS_M[ring] / _METRES_PER_DEGREE
    shown = (places.lat >= cells.lat.min() - margin) & (places.lat <= cells.lat.max() + margin)
    shown &= (places.lon >= cells.lon.min() - margin) & (places.lon <= cells.lon.max() + margin)
    rows = np.flatnonzero(shown)
    return {
        "lon": np.round(places.lon[rows], 5).tolist(),
        "lat": np.round(places.lat[rows], 5).tolist(),
        "sure": study.supply.certain[rows].astype(int).tolist(),
        "name": [names[row] for row in rows.tolist()],
    }
