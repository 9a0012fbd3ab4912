"""Whether the sources that would tell who counts are held for a district."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geoportal.coverage.criteria import CoverageCriteria
from geoportal.domain.completeness import MISSING, PLACES, Asked, Completeness
from geoportal.index.snapshot import Snapshot
from geoportal.search.completeness import area_completeness, asked_kinds


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a district lacks of the sources that would tell who counts.

    Attributes
    ----------
    undecided : bool
        Whether one of them is not held.
    unlisted : bool
        Whether no list of places is held: it is not known which facilities there are.
    """

    undecided: bool
    unlisted: bool

    @classmethod
    def of(cls, lines: Iterable[Completeness]) -> Lacking:
        """Return what lines of completeness say is lacking."""
        lines = list(lines)
        missing = [line for line in lines if line.state == MISSING]
        places = [line for line in lines if line.tells == PLACES]
        unlisted = bool(places) and all(line in missing for line in places)
        return cls(undecided=bool(missing), unlisted=unlisted)


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
    asked = Asked(kinds, needs)
    lines = (line for code in codes for line in area_completeness(snapshot, code, asked))
    return tuple(line for line in lines if line.tells == PLACES or question.evidence != "confirmed")
