"""How far a survey round is, by ward and kind; which answers would tell most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from geoportal.desk.domain.survey import Invitation, Round
from geoportal.desk.services.survey_answers import questions_of
from geoportal.index.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class TallyRow:
    """Offices of one ward and kind; each number counts who has come at least so far.

    ``silent`` are those that were sent a letter and have not answered.
    """

    ward: str
    kind: str
    asked: int
    sent: int
    opened: int
    answered: int
    approved: int
    silent: int


def tally(offices: Iterable[Invitation]) -> list[TallyRow]:
    """Return a row for each ward and kind, in their order."""
    groups: defaultdict[tuple[str, str], list[Invitation]] = defaultdict(list)
    for office in offices:
        groups[office.ward, office.kind].append(office)
    return [
        TallyRow(
            ward,
            kind,
            len(group),
            sum(bool(one.sent_at) for one in group),
            sum(bool(one.opened_at) for one in group),
            sum(bool(one.answered_at) for one in group),
            sum(bool(one.approved_at) for one in group),
            sum(bool(one.sent_at) and not one.answered_at for one in group),
        )
        for (ward, kind), group in sorted(groups.items())
    ]


def open_questions(
    survey: Round, offices: Iterable[Invitation], snapshot: Snapshot
) -> Mapping[str, int]:
    """Return for each office how many of its questions nobody has answered in public data."""
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for office in offices:
        if office.facility_id in snapshot.row_of:
            by_kind[office.kind].append(office.facility_id)
    counts: dict[str, int] = {}
    for kind, ids in by_kind.items():
        rows = np.array([snapshot.row_of[one] for one in ids], dtype=np.int64)
        unknown = np.zeros(rows.size, dtype=np.int64)
        for term in questions_of(survey, kind, snapshot.vocabulary):
            told = snapshot.has_need(rows, term.code) | snapshot.refuses_need(rows, term.code)
            unknown += ~told
        counts.update(zip(ids, unknown.tolist(), strict=True))
    return counts
