"""Whether the sources that would tell who counts are held for a district."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.coverage.supply import CoverageCriteria
from geoportal.domain.completeness import Completeness
from geoportal.index.snapshot import Snapshot
from geoportal.search.completeness import area_completeness, asked_kinds


def supply_completeness(
    snapshot: Snapshot, codes: Iterable[str], question: CoverageCriteria
) -> tuple[Completeness, ...]:
    """Return what districts hold of the places and, unless only confirmed facts count, filings.

    At night the terms that say so of a kind are needs as well.
    """
    needs = question.needs
    kinds = question.kinds or asked_kinds(snapshot, needs)
    if question.time == "night":
        night = (code for kind in kinds for code in snapshot.vocabulary.night_codes(kind))
        needs = tuple(dict.fromkeys((*needs, *night)))
    lines = (line for code in codes for line in area_completeness(snapshot, code, kinds, needs))
    return tuple(line for line in lines if not line.needs or question.evidence != "confirmed")
