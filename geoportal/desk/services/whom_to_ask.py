"""Whom to ask first about a case: chances by a model of what is held, a short fair sequence.

A chance is computed when a page is shown. It is never kept, and never a fact.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geoportal.desk.domain.asking import Callee, sequence_of
from geoportal.desk.domain.case import State
from geoportal.desk.domain.chance import ChanceModel, acceptance, learn
from geoportal.desk.domain.figures import AskCount
from geoportal.desk.domain.ledger import Answer, Entry, standing
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.office_features import Feature, features_of
from geoportal.desk.store.figures import read_counts
from geoportal.desk.store.ledger import entries_after
from geoportal.domain.facility import Facility
from geoportal.index.snapshot import Snapshot
from geoportal.search.results import Result
from geoportal.store.reference import Reference

_ACCEPTED: Final = frozenset((State.ACCEPTED.value, State.ON_CONDITION.value))
_UNABLE: Final = frozenset(("cannot", "out_of_area"))
"""Reasons of refusals that do not tell whether somebody new would be taken."""
_TOLD: Final = 0.2
"""What moves a score by less is not named among the reasons."""
_REASONS: Final = 2
_SAID: Final = frozenset(("filing", "department", "beds", "neighbours"))
"""Sorts of features that are reasons to people; pairs of letters of a name are not."""
Answers = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ProposedCall:
    """One call: whom, the chance of a yes, how often it was asked before, and why.

    ``reasons`` are what raises the chance most; ``accepted`` how often it said yes of ``asked``.
    """

    facility: Facility
    chance: float
    asked: int
    accepted: int
    reasons: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom to ask in turn; ``chance`` that one of them says yes; ``answers`` learnt from."""

    calls: tuple[ProposedCall, ...]
    chance: float
    answers: int


def propose(
    desk: Desk,
    snapshot: Snapshot,
    reference: Reference,
    results: Sequence[Result],
    rows: NDArray[np.int64],
    *,
    apart_from: Iterable[str] = (),
) -> Proposal | None:
    """Return whom to ask first among the results of a search; None where nothing can be said.

    ``rows`` are the offices learnt from, those of the case's kind; ``apart_from`` are not to be
    asked: asked already, or full a few days ago. Chances of several needs are multiplied.
    """
    with desk.database.reading() as connection:
        entries, (_, _, asks) = entries_after(connection, 0), read_counts(connection)
    past, taking = _past(asks), _taking(asks, {snapshot.facilities[row].id for row in rows})
    left_out = set(apart_from)
    open_ones = [one for one in results if one.facility.id not in left_out]
    unknown = sorted({code for one in open_ones for code, c in one.needs.items() if c is None})
    ids = tuple(rows.tolist())
    chances: dict[str, tuple[Mapping[str, float], Mapping[str, tuple[Feature, ...]]]] = {}
    learnt = 0
    for need in unknown:
        answers = _answers(entries, need)
        found = _chances(snapshot, reference, ids, need, answers)
        if found is None:
            return None
        chances[need] = (found[0], found[1])
        learnt += found[2]
    callees, calls = [], {}
    for one in open_ones:
        key = one.facility.id
        missing = [code for code, claim in one.needs.items() if claim is None]
        if any(key not in chances[code][0] for code in missing):
            continue
        accepted, asked = past.get(key, (0, 0))
        chance = taking
        reasons: list[Feature] = []
        for code in missing:
            chance *= chances[code][0][key]
            reasons += chances[code][1][key]
        calls[key] = ProposedCall(
            one.facility, chance, asked, accepted, tuple(dict.fromkeys(reasons))[:_REASONS]
        )
        draw = _draw(key, desk.now_at[:10])
        callees.append(Callee(key, chance, asked, draw))
    sequence = sequence_of(callees)
    if not sequence.callees:
        return None
    chosen = tuple(calls[one.facility_id] for one in sequence.callees)
    return Proposal(chosen, sequence.chance, learnt)


def _answers(entries: Sequence[Entry], need: str) -> Answers:
    """Return what offices were heard to say of a need, by the ledger; a condition is a yes."""
    by_facility: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.draft.subject == need:
            by_facility[entry.draft.facility_id].append(entry)
    said = []
    for key, own in sorted(by_facility.items()):
        deciding = standing(own).get(need)
        if deciding is not None:
            said.append((key, deciding.draft.value != Answer.DOES_NOT.value))
    return tuple(said)


@lru_cache(maxsize=32)
def _chances(
    snapshot: Snapshot, reference: Reference, rows: tuple[int, ...], need: str, answers: Answers
) -> tuple[Mapping[str, float], Mapping[str, tuple[Feature, ...]], int] | None:
    """Return chances and reasons by facility, and the answers learnt from; None for too few."""
    facilities = [snapshot.facilities[row] for row in rows]
    said = dict(answers)
    numbers = np.array(rows, dtype=np.int64)
    answered = np.array([one.id in said for one in facilities], dtype=bool)
    if not facilities or not answered.any():
        return None
    known = snapshot.has_need(numbers, need) & ~answered
    yes = np.array([said.get(one.id, False) for one in facilities], dtype=bool)
    columns, values = features_of(facilities, need, known, reference)
    model = learn(values, known, answered, yes)
    if model is None:
        return None
    found = model.chances(values)
    chances = {one.id: float(chance) for one, chance in zip(facilities, found, strict=True)}
    reasons = {
        one.id: _reasons(model, columns, values[number]) for number, one in enumerate(facilities)
    }
    return chances, reasons, model.answers


def _reasons(
    model: ChanceModel, columns: Sequence[Feature], row: NDArray[np.float64]
) -> tuple[Feature, ...]:
    """Return what raises the chance most, of what can be said in words."""
    moved = model.contributions(row)
    order = [int(n) for n in np.argsort(-moved, kind="stable") if moved[n] > _TOLD]
    return tuple(columns[n] for n in order if columns[n].sort in _SAID)[:_REASONS]


def _past(asks: Iterable[AskCount]) -> dict[str, tuple[int, int]]:
    """Return for each facility how often it accepted, and how often it was asked."""
    accepted: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one in asks:
        asked[one.facility_id] += one.asked
        accepted[one.facility_id] += one.count if one.result in _ACCEPTED else 0
    return {key: (min(accepted[key], asked[key]), asked[key]) for key in asked}


def _taking(asks: Iterable[AskCount], alike: Container[str]) -> float:
    """Return the chance that one of some facilities takes somebody whose needs it meets."""
    accepted = able = 0
    for one in asks:
        if one.facility_id not in alike:
            continue
        accepted += one.count if one.result in _ACCEPTED else 0
        declined = one.result == State.DECLINED.value and one.reason not in _UNABLE
        able += one.count if one.result in _ACCEPTED or declined else 0
    return acceptance(accepted, able)


def _draw(facility_id: str, day: str) -> float:
    """Return a number from 0 to 1 that is another each day and favours nobody."""
    digest = hashlib.sha256(f"{day} {facility_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)
