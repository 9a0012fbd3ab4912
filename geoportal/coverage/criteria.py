"""What is asked of coverage: which facilities count, for what, when, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geoportal.coverage.demand import MESH

TIMES: tuple[str, ...] = ("any", "night")
"""``any``: at any time; ``night``: only facilities that answer at night, too."""

EVIDENCE_LEVELS: Mapping[str, frozenset[str] | None] = {
    "any": None,
    "filed": frozenset({"filed"}),
    "confirmed": frozenset({"confirmed", "observed"}),
}
"""Which facts count: all; only what is filed (届出); only what a person confirmed or observed."""


@dataclass(frozen=True, slots=True)
class CoverageCriteria:
    """Which facilities count, for which needs, when, on what evidence, and by what unit of demand.

    Attributes
    ----------
    kinds : tuple of str
        Facility kinds (any of); empty: all.
    needs : tuple of str
        Need codes (all of).
    time : str
        One of `TIMES`.
    evidence : str
        One of `EVIDENCE_LEVELS`.
    demand : str
        Unit by which people are counted; one of `geoportal.coverage.demand.UNITS`.
    """

    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    time: str = "any"
    evidence: str = "any"
    demand: str = MESH
