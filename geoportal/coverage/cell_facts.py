"""Distances and counts of all census cells that are imported, for two ready-made questions."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.chunks import Executor, FacilitySets, measure_in_chunks, run_in_process
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.demand import GROUPS, Demand
from geoportal.coverage.distance_zones import RINGS_M
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import POSSIBLE
from geoportal.index.snapshot import Snapshot
from geoportal.store.reference import Reference

QUESTIONS: Final = ("doctor", "nurse")
"""Names of the questions, of ``coverage_questions.csv``: 訪問診療 and 訪問看護."""
MEASURES: Final = (
    *(f"within_{ring:.0f}_m" for ring in RINGS_M),
    *("nearest_m", "second_nearest_m"),
)
"""What is measured for each question, for facilities that surely count."""
COLUMNS: Final = tuple(
    f"{question}_{measure}{mark}"
    for question in QUESTIONS
    for mark in ("", POSSIBLE)
    for measure in MEASURES
)
"""Names of all columns of measures; those with ``_possible`` count facilities whose answer is not
known as well."""


@dataclass(frozen=True)
class CellFacts:
    """What is known of inhabited census cells, ordered by their names.

    Attributes
    ----------
    cells : ndarray of str, shape (n,)
        Nine digits of the half mesh.
    municipalities : ndarray of str, shape (n,)
        Code of the municipality or ward that covers the centre; empty at sea or without outlines.
    people : ndarray of float, shape (n, len(GROUPS))
        NaN: not published.
    estimated : ndarray of bool, shape (n,)
        True where ages are estimated from a neighbouring cell.
    measures : mapping of str to ndarray of float, shape (n,)
        By `COLUMNS`: facilities, and metres along the ellipsoid from the centre; NaN where there
        is no (second) facility.
    """

    cells: NDArray[np.str_]
    municipalities: NDArray[np.str_]
    people: NDArray[np.float64]
    estimated: NDArray[np.bool_]
    measures: Mapping[str, NDArray[np.float64]]

    def to_bytes(self) -> bytes:
        """Return the content of a file that `from_bytes` reads."""
        content = io.BytesIO()
        arrays: dict[str, Any] = {
            "cells": self.cells,
            "municipalities": self.municipalities,
            "people": self.people,
            "estimated": self.estimated,
            **self.measures,
        }
        np.savez(content, **arrays)
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> CellFacts:
        """Read what `to_bytes` has written."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(
                arrays["cells"],
                arrays["municipalities"],
                arrays["people"],
                arrays["estimated"],
                {name: arrays[name] for name in COLUMNS},
            )

    @classmethod
    def none(cls) -> CellFacts:
        """Return the facts of no cell: no population is held."""
        texts, nobody = np.array([], dtype=np.str_), np.empty((0, len(GROUPS)))
        measures = {name: np.empty(0) for name in COLUMNS}
        return cls(texts, texts, nobody, np.empty(0, dtype=np.bool_), measures)


def measure_cell_facts(
    snapshot: Snapshot,
    demand: Demand,
    reference: Reference,
    executor: Executor = run_in_process,
) -> CellFacts:
    """Measure every inhabited cell of a demand by mesh, as a study does those of an area.

    Takes seconds for a prefecture, minutes for the country.
    """
    own = demand.take(np.flatnonzero(demand.people[:, 0] != 0))
    measures: dict[str, NDArray[np.float64]] = {}
    for name in QUESTIONS:
        asked = reference.coverage_questions[name]
        supply = gather_supply(snapshot, CoverageCriteria(asked.kinds, asked.needs, asked.time))
        masks = (supply.certain, supply.possible)
        sets = FacilitySets(supply.places, masks, np.zeros((len(supply), len(masks))))
        found, _ = measure_in_chunks(own.places, sets, executor)
        for access, mark in zip(found, ("", POSSIBLE), strict=True):
            columns = (*access.counts.T, access.nearest_m, access.second_nearest_m)
            for measure, values in zip(MEASURES, columns, strict=True):
                measures[f"{name}_{measure}{mark}"] = values.astype(np.float64)
    covering = (
        snapshot.districts.municipality_at(lon, lat)
        for lon, lat in zip(own.places.lon.tolist(), own.places.lat.tolist(), strict=True)
    )
    codes = [district.code if district else "" for district in covering]
    return CellFacts(
        own.keys.astype(np.str_),
        np.array(codes, dtype=np.str_),
        own.people,
        own.suppressed,
        measures,
    )
