"""What an answer to a case tells of an office: entries of the ledger, with the coordinator's tick.

An acceptance is an answer on every need of the case, and a place that was free; a refusal because
it is full is a light. A need is only said not to be met when it is the one need asked for.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.case import Case, State
from geoportal.desk.domain.ledger import CAPACITY, Draft, Light, Way
from geoportal.desk.domain.ledger import Answer as Said
from geoportal.desk.services.cases import Answer
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.ledger import checked, history, write_entry
from geoportal.domain.vocabulary import Vocabulary

_ACCEPTS: Final = {
    State.ACCEPTED: (Said.DOES, Light.FREE),
    State.ON_CONDITION: (Said.CONDITIONAL, Light.ASK),
}


def facts_of_answer(case: Case, answer: Answer) -> Iterator[Draft]:
    """Yield what an answer tells of the office, for professionals."""
    way = Way.VISIT if answer.way == "visit" else Way.TELEPHONE
    told = _ACCEPTS.get(answer.state)
    if told:
        said, light = told
        for need in case.needs:
            yield Draft(answer.facility_id, need, said.value, way=way, note=answer.condition)
        yield Draft(answer.facility_id, CAPACITY, light.value, way=way, note=answer.condition)
    elif answer.state is State.DECLINED and answer.reason == "full":
        yield Draft(answer.facility_id, CAPACITY, Light.FULL.value, way=way)
    elif answer.state is State.DECLINED and answer.reason == "cannot" and len(case.needs) == 1:
        yield Draft(answer.facility_id, case.needs[0], Said.DOES_NOT.value, way=way)


def facts_of_placement(case: Case, facility_id: str) -> Iterator[Draft]:
    """Yield what a placement shows: the office does what the case needs."""
    for need in case.needs:
        yield Draft(facility_id, need, Said.DOES.value, way=Way.PLACEMENT)


def write_facts_of(
    desk: Desk,
    actor: Actor,
    drafts: Sequence[Draft],
    vocabulary: Vocabulary,
    today: date,
    centres: Mapping[str, str],
    former_ids: Sequence[str] = (),
) -> int:
    """Write what an answer tells; return how many entries. Needs that are no answers are left out.

    The person has just asked: what stands there already is outdated by it.
    """
    written = 0
    for draft in drafts:
        if draft.subject != CAPACITY and draft.subject not in vocabulary:
            continue
        entries = history(desk, draft.facility_id, *former_ids)
        write_entry(
            desk,
            actor,
            checked(draft, vocabulary, today),
            seen=entries[-1].id if entries else 0,
            key=secrets.token_urlsafe(18),
            centres=centres,
            former_ids=former_ids,
        )
        written += 1
    return written
