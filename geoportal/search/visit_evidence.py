"""Evidence for the 16 km rule (16kmルール, 絶対的な理由).

A visit from beyond 16 km is paid for only when no institution within 16 km of the home can give the
care, or those that can do not visit. So the answer counts the institutions around the home: those
that state they can do each need, that they cannot, those of which it is not known, and how many of
them visit. These are counts of the data, not a decision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.facility import VISITING_RULE_KINDS
from geoportal.domain.query import Query
from geoportal.index.snapshot import Snapshot
from geoportal.search.filters import conditions
from geoportal.search.match import NOT_APPLICABLE, bands
from geoportal.search.visit_range import LIMIT_M

Flags = NDArray[np.bool_]


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


def visit_evidence(snapshot: Snapshot, query: Query) -> VisitEvidence | None:
    """Count what institutions within 16 km of the home can do, inclusive, by geodesic distance.

    None without a home, or when no kind under the 16 km rule is asked about.
    """
    kinds = tuple(sorted(VISITING_RULE_KINDS.intersection(query.kinds or VISITING_RULE_KINDS)))
    if query.origin is None or not kinds:
        return None
    around = conditions(snapshot, Query(kinds=kinds))
    rows, _ = snapshot.near(
        query.origin.lon,
        query.origin.lat,
        LIMIT_M,
        lambda rows: around.hold(snapshot, rows),
    )
    vocabulary = snapshot.vocabulary
    asked = [
        code for code in query.needs if any(vocabulary.applies_to(code, kind) for kind in kinds)
    ]
    rows = rows[bands(snapshot, rows, asked) != NOT_APPLICABLE]
    known = vocabulary.visit_codes(*VISITING_RULE_KINDS)
    visiting = np.logical_or.reduce(
        [snapshot.has_need(rows, code) for code in known] or [np.zeros(rows.size, dtype=bool)]
    )
    stated = {
        code: (snapshot.has_need(rows, code), snapshot.refuses_need(rows, code)) for code in asked
    }
    every = np.logical_and.reduce([yes for yes, _ in stated.values()] or [np.ones(rows.size, bool)])
    never = np.logical_or.reduce([no for _, no in stated.values()] or [np.zeros(rows.size, bool)])
    return VisitEvidence(
        limit_m=LIMIT_M,
        kinds=kinds,
        institutions=int(rows.size),
        visiting=int(visiting.sum()),
        needs={code: _counts(yes, no, visiting) for code, (yes, no) in stated.items()},
        together=_counts(every, never, visiting),
    )


def _counts(yes: Flags, no: Flags, visiting: Flags) -> AnswerCounts:
    unknown = ~(yes | no)
    return AnswerCounts(
        yes=int(yes.sum()),
        no=int(no.sum()),
        unknown=int(unknown.sum()),
        yes_visiting=int((yes & visiting).sum()),
        unknown_visiting=int((unknown & visiting).sum()),
    )
