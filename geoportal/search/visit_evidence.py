"""Evidence for the 16 km rule (16kmルール, 絶対的な理由).

A visit from beyond 16 km is paid for only when no institution within 16 km of the home can give the
care, or those that can do not visit. So the answer counts the institutions around the home: those
that state they can do each need, that they cannot, those of which it is not known, and how many of
them visit. These are counts of the data, not a decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geoportal.domain.facility import VISITING_RULE_KINDS
from geoportal.domain.query import Query
from geoportal.index.columns import YES
from geoportal.index.snapshot import Snapshot
from geoportal.search.filters import Candidates, around_home, conditions
from geoportal.search.match import NOT_APPLICABLE, Flags, Stated
from geoportal.search.visit_range import LIMIT_M


@dataclass(frozen=True, slots=True)
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
    return tuple(sorted(VISITING_RULE_KINDS.intersection(query.kinds or VISITING_RULE_KINDS)))


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
    wanted = conditions(snapshot, Query(kinds=kinds))
    around = around or around_home(snapshot, replace(query, kinds=kinds), wanted, LIMIT_M)
    counted = wanted.hold(snapshot, around.rows)
    applies = snapshot.vocabulary.applies_to
    known = around.stated.of_needs(
        [code for code in query.needs if any(applies(code, kind) for kind in kinds)]
    )
    counted &= known.bands() != NOT_APPLICABLE
    (about,) = counted.nonzero()
    rows, known = around.rows.take(about), known.take(about)
    says = snapshot.columns.masks[rows, YES] & snapshot.visit_mask
    visiting = np.logical_or.reduce(says, axis=1, dtype=bool)
    *each, together = _counts(known, visiting)
    return VisitEvidence(
        limit_m=LIMIT_M,
        kinds=kinds,
        institutions=int(rows.size),
        visiting=int(np.count_nonzero(visiting)),
        needs=dict(zip(known.needs, each, strict=True)),
        together=together,
    )


def _counts(known: Stated, visiting: Flags) -> list[AnswerCounts]:
    """Return the counts of each need, then those of all together."""
    size = len(known.needs) + 1
    said = np.empty((visiting.size, size), dtype=np.int64)
    said[:, :-1] = known.yes + 2 * known.no
    said[:, -1] = np.logical_and.reduce(known.yes, axis=1)
    said[:, -1] += 2 * np.logical_or.reduce(known.no, axis=1)
    said = said * 2 + visiting[:, np.newaxis] + 6 * np.arange(size)
    tally = np.bincount(said.reshape(-1), minlength=6 * size).reshape(size, 3, 2)
    return [
        AnswerCounts(
            yes=sum(yes),
            no=sum(no),
            unknown=sum(unknown),
            yes_visiting=yes[1],
            unknown_visiting=unknown[1],
        )
        for unknown, yes, no in tally.tolist()
    ]
