"""Evidence for the 16 km rule (16kmルール, 絶対的な理由).

A visit from beyond 16 km is paid for only when no institution within 16 km of the home can give the
care, or those that can do not visit. So the answer counts the institutions around the home: those
that state they can do each need, that they cannot, those of which it is not known, and how many of
them visit. These are counts of the data, not a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import VISITING_RULE_KINDS
from geoportal.domain.query import Query
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.snapshot import Snapshot
from geoportal.search.candidates import Candidates
from geoportal.search.filters import around_home, of_kinds
from geoportal.search.match import Patterns
from geoportal.search.visit_range import LIMIT_M


@dataclass(slots=True)
class AnswerCounts:
    """Numbers of institutions that state yes, no or nothing; ``_visiting``: of these, visiting."""

    yes: int
    no: int
    unknown: int
    yes_visiting: int
    unknown_visiting: int


@dataclass(frozen=True, slots=True)
class VisitEvidence:
    """What is known of the institutions within 16 km of a home.

    Attributes
    ----------
    limit_m : float
        16,000.
    kinds : tuple of str
        Kinds counted: hospitals, clinics, dental clinics, or those of them asked for.
    institutions, visiting : int
        How many there are that these needs are about, and how many say that they visit.
    needs : dict of str to AnswerCounts
        For each need asked that can be put to these kinds.
    together : AnswerCounts
        For all these needs at once: yes to all; no to any; else unknown.
    """

    limit_m: float
    kinds: tuple[str, ...]
    institutions: int
    visiting: int
    needs: dict[str, AnswerCounts]
    together: AnswerCounts


def counted_kinds(query: Query) -> tuple[str, ...]:
    """Return the kinds under the 16 km rule that a question is about; none without a home."""
    if query.origin is None or not query.needs:
        return ()
    return _under_the_rule(query.kinds)


@lru_cache(maxsize=256)
def _under_the_rule(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(VISITING_RULE_KINDS.intersection(kinds or VISITING_RULE_KINDS)))


def visit_evidence(
    snapshot: Snapshot, query: Query, around: Candidates | None = None
) -> VisitEvidence | None:
    """Count what institutions within 16 km of the home can do, inclusive, by geodesic distance.

    None without a home, or when no kind under the 16 km rule is asked about. ``around`` is what
    `around_home` returns for 16 km, where it is at hand.
    """
    kinds = counted_kinds(query)
    if not kinds:
        return None
    around = around or around_home(snapshot, replace(query, kinds=kinds), of_kinds(kinds), LIMIT_M)
    asked = snapshot.kept.part(
        ("counted needs", kinds, query.needs),
        lambda: _needs_about(snapshot.vocabulary, kinds, query.needs),
    )
    if set(kinds) != set(query.kinds):
        around = around.take(of_kinds(kinds).hold(snapshot, around.rows))
    known = around.known.stated.of_needs(asked)
    each, institutions, visiting = _counts(known.patterns, around.visits)
    return VisitEvidence(
        limit_m=LIMIT_M,
        kinds=kinds,
        institutions=institutions,
        visiting=visiting,
        needs=dict(zip(known.needs, each[:-1], strict=True)),
        together=each[-1],
    )


def _needs_about(
    vocabulary: Vocabulary, kinds: Sequence[str], needs: Sequence[str]
) -> tuple[str, ...]:
    """Return the needs that are about any of some kinds."""
    applies = vocabulary.applies_to
    return tuple(code for code in needs if any(applies(code, kind) for kind in kinds))


def _counts(patterns: Patterns, visits: NDArray[np.int64]) -> tuple[list[AnswerCounts], int, int]:
    """Return the counts of each need, then those of all together; how many are counted, and visit.

    ``visits`` are twice places in ``patterns``, and one more of those that visit; whom the needs
    are not about is not counted.
    """
    cells = np.bincount(visits, minlength=2 * len(patterns))
    counted = cells.reshape(len(patterns), 2).T @ patterns.tally
    staying, coming = counted.reshape(2, -1, 3).tolist()
    each = [
        AnswerCounts(
            yes=one[1] + two[1],
            no=one[2] + two[2],
            unknown=one[0] + two[0],
            yes_visiting=two[1],
            unknown_visiting=two[0],
        )
        for one, two in zip(staying, coming, strict=True)
    ]
    return each, sum(staying[-1]) + sum(coming[-1]), sum(coming[-1])
