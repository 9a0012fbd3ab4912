"""Whether facilities count for a question: surely, possibly, not at all.

What is known of all facilities lies in arrays; the claims of a facility are read only where facts
of some evidence alone count, and only of those that have a claim of such evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.coverage.criteria import EVIDENCE_LEVELS, CoverageCriteria
from geoportal.coverage.distance_zones import Rows
from geoportal.domain.claim import NOT_APPLICABLE
from geoportal.domain.facility import KINDS, Facility
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import select_claims
from geoportal.index.columns import INAPPLICABLE
from geoportal.index.snapshot import Snapshot
from geoportal.search.match import NO as BAND_NO
from geoportal.search.match import bands

YES, UNKNOWN, NO = "yes", "unknown", "no"
ANSWERS: Final = (YES, UNKNOWN, NO)
SURE, POSSIBLE, OUT = range(len(ANSWERS))
"""Places in `ANSWERS`; the worst of several is the largest."""
_UNIVERSAL: Final = "FT"
"""Group of the terms of a kind itself: with one among its night terms all of the kind answer."""

Answers = NDArray[np.int8]


def rows_of_kinds(snapshot: Snapshot, question: CoverageCriteria) -> Rows:
    """Return the rows of the kinds asked for, ascending; all without kinds."""
    rows = snapshot.rows()
    if not question.kinds:
        return rows
    wanted = np.isin(np.arange(len(KINDS)), [KINDS.index(kind) for kind in question.kinds])
    return rows[wanted[snapshot.columns.kinds[rows]]]


def answers(snapshot: Snapshot, rows: Rows, question: CoverageCriteria) -> Answers:
    """Return for each of some rows whether it meets every need, as a place in `ANSWERS`.

    A facility that says nothing of a need that is not about it (訪問診療 of a shop for equipment)
    is not unknown but does not count, as in a search (`Vocabulary.answer`).
    """
    evidence = EVIDENCE_LEVELS[question.evidence]
    if evidence is None or (not question.needs and question.time == "any"):
        return _by_columns(snapshot, rows, question)
    found = _knowing_nothing(snapshot, rows, question)
    for n in np.flatnonzero(snapshot.by_id.may_have_evidence(rows, evidence)).tolist():
        found[n] = ANSWERS.index(_by_claims(snapshot, int(rows[n]), question, evidence))
    return found


def _by_columns(snapshot: Snapshot, rows: Rows, question: CoverageCriteria) -> Answers:
    """Return the answers by what is known on any evidence."""
    found: Answers = np.minimum(bands(snapshot, rows, question.needs), BAND_NO)
    if question.time == "night":
        for number, members in _by_kind(snapshot, rows):
            codes = snapshot.vocabulary.night_codes(KINDS[number])
            some = np.zeros(members.size, dtype=bool)
            none = np.ones(members.size, dtype=bool)
            for code in codes:
                some |= snapshot.has_need(rows[members], code)
                none &= snapshot.refuses_need(rows[members], code)
            at_night = np.where(some, SURE, np.where(none, OUT, POSSIBLE))
            if _is_universal(snapshot.vocabulary, codes):
                at_night[:] = SURE
            found[members] = np.maximum(found[members], at_night)
    return found


def _knowing_nothing(snapshot: Snapshot, rows: Rows, question: CoverageCriteria) -> Answers:
    """Return the answers of facilities of which no fact counts."""
    found = np.full(rows.size, POSSIBLE if question.needs else SURE, dtype=np.int8)
    if question.needs:
        words, bits = snapshot.need_bits(question.needs)
        beside = (snapshot.columns.masks[rows, INAPPLICABLE][:, words] & bits) != 0
        found[beside.any(axis=1)] = OUT
    if question.time == "night":
        for number, members in _by_kind(snapshot, rows):
            codes = snapshot.vocabulary.night_codes(KINDS[number])
            unknown = POSSIBLE if codes else OUT
            at_night = SURE if _is_universal(snapshot.vocabulary, codes) else unknown
            found[members] = np.maximum(found[members], at_night)
    return found


def _by_kind(snapshot: Snapshot, rows: Rows) -> list[tuple[int, Rows]]:
    """Return the number of each kind there is among some rows, and where its members stand."""
    kinds = snapshot.columns.kinds[rows]
    present = np.flatnonzero(np.bincount(kinds, minlength=len(KINDS)))
    return [(number, np.flatnonzero(kinds == number)) for number in present.tolist()]


def _is_universal(vocabulary: Vocabulary, codes: tuple[str, ...]) -> bool:
    return any(vocabulary[code].group == _UNIVERSAL for code in codes)


def _by_claims(
    snapshot: Snapshot, row: int, question: CoverageCriteria, evidence: frozenset[str]
) -> str:
    """Return the answer of one facility by its claims of some evidence alone."""
    facility = snapshot.facilities[row]
    selected = select_claims(
        (claim for claim in facility.claims if claim.evidence in evidence),
        snapshot.today,
        snapshot.vocabulary,
    )
    values = {code: claim.value for code, claim in selected.items()}
    found = [
        snapshot.vocabulary.answer(code, facility, values.get(code, UNKNOWN))
        for code in question.needs
    ]
    if question.time == "night":
        found.append(_at_night(facility, values, snapshot.vocabulary))
    if NO in found or NOT_APPLICABLE in found:
        return NO
    return YES if all(answer == YES for answer in found) else UNKNOWN


def _at_night(facility: Facility, values: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """Say whether a facility answers at night: any of its facts yes; no only if all are no."""
    codes = vocabulary.night_codes(facility.kind)
    if _is_universal(vocabulary, codes):
        return YES
    stated = {values.get(code, UNKNOWN) for code in codes}
    if YES in stated:
        return YES
    return NO if not codes or stated == {NO} else UNKNOWN
