"""Whether the sources that would tell who counts are held for a district."""

from __future__ import annotations

from geoportal.coverage.area import StudyArea
from geoportal.coverage.supply import CoverageCriteria
from geoportal.domain.completeness import Completeness
from geoportal.index.snapshot import Snapshot
from geoportal.search.completeness import area_completeness, asked_kinds


def supply_completeness(
    snapshot: Snapshot, area: StudyArea, question: CoverageCriteria
) -> tuple[Completeness, ...]:
    """Return what is held of the places and, unless only confirmed facts count, of the filings.

    Of a local district the municipalities it is a part of are meant. At night the terms that say
    so of a kind are needs as well.
    """
    needs = question.needs
    kinds = question.kinds or asked_kinds(snapshot, needs)
    if question.time == "night":
        night = (code for kind in kinds for code in snapshot.vocabulary.night_codes(kind))
        needs = tuple(dict.fromkeys((*needs, *night)))
    lines = (
        line
        for code in area.within or (area.code,)
        for line in area_completeness(snapshot, code, kinds, needs)
    )
    return tuple(line for line in lines if not line.needs or question.evidence != "confirmed")
