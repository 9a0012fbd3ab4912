"""Answers of a survey round: taken from offices, compared with what is known, approved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import CAPACITY, Draft, Entry, facts_of
from geoportal.desk.domain.survey import Given, Invitation, Round, by_subject
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.ledger import checked, write_entry
from geoportal.desk.store.audit import record
from geoportal.desk.store.surveys import (
    add_answers,
    change_office,
    decide_answers,
    find_office,
    has_submission,
    lock_office,
    read_answers,
)
from geoportal.domain.facility import Facility
from geoportal.domain.staff_facts import with_staff_facts
from geoportal.domain.vocabulary import Term, Vocabulary
from geoportal.errors import NotFoundError, UsageError
from geoportal.index.claims import SelectedClaim, select_claims
from geoportal.ingest.sources.survey import asked_terms

_SUBMISSION: Final = re.compile(r"[A-Za-z0-9_.@-]{16,80}")


def questions_of(survey: Round, kind: str, vocabulary: Vocabulary) -> list[Term]:
    """Return what a round asks a kind of facility, in the order of the vocabulary."""
    asked = asked_terms(vocabulary, kind)
    return [term for term in asked if not survey.questions or term.code in survey.questions]


def known_of(
    facility: Facility, entries: Sequence[Entry], today: date, vocabulary: Vocabulary
) -> dict[str, SelectedClaim]:
    """Return what is known of a facility's needs: what files say and the whole ledger."""
    facts = facts_of(facility.id, entries, {}, professional=True).on(today)
    selected = select_claims(with_staff_facts(facility, facts).claims, today, vocabulary)
    return {code: one for code, one in selected.items() if one.value != "unknown"}


def is_open(known: SelectedClaim | None) -> bool:
    """Say whether an office is asked: nothing is known, or it is old, or of unknown age."""
    return known is None or known.stale is not False


def office_of(desk: Desk, round_id: str, facility_id: str) -> Invitation:
    """Return one office of a round.

    Raises
    ------
    NotFoundError
        When the round does not ask it.
    """
    with desk.database.reading() as connection:
        office = find_office(connection, of=(round_id, facility_id))
    if office is None:
        raise NotFoundError("the round does not ask this office")
    return office


def answers_of(desk: Desk, round_id: str, facility_id: str = "") -> list[Given]:
    """Return the answers of a round, or of one office in it, in the order they came."""
    with desk.database.reading() as connection:
        return read_answers(connection, round_id, facility_id)


def take_answers(
    desk: Desk,
    actor: Actor,
    office: Invitation,
    answers: Sequence[Given],
    asked: Iterable[Term],
    *,
    submission: str,
) -> bool:
    """Keep the answers of one form until they are approved; False when they are kept already.

    An empty form is an answer, too: what is known stands, and nothing waits.

    Raises
    ------
    UsageError
        Names the subject and field that cannot be taken.
    """
    subjects = {CAPACITY, *(term.code for term in asked)}
    for answer in answers:
        if answer.subject not in subjects:
            raise UsageError("this is not asked in the round", answer.subject)
        try:
            answer.require_plain()
        except UsageError as error:
            raise UsageError(str(error), f"{error.field}-{answer.subject}") from None
    if not _SUBMISSION.fullmatch(submission):
        raise UsageError("the form has no key; open it again", "key")
    kept = [
        replace(
            answer,
            round_id=office.round_id,
            facility_id=office.facility_id,
            submission=submission,
            at=desk.now_at,
        )
        for answer in answers
    ]
    with desk.database.writing() as connection:
        lock_office(connection, office)
        if has_submission(connection, submission):
            return False
        if kept:
            add_answers(connection, kept, actor)
        values = {"answered_at": desk.now_at, "approved_at": "" if kept else desk.now_at}
        change_office(connection, office, **values)
        after = {"round": office.round_id, "answers": len(kept)}
        subject = ("facility", office.facility_id)
        record(connection, desk.clock(), actor, "survey.answer", subject, after=after)
    return True


def decide(
    desk: Desk,
    actor: Actor,
    office: Invitation,
    chosen: Mapping[str, int],
    *,
    seen: int,
    vocabulary: Vocabulary,
    centres: Mapping[str, str],
) -> int:
    """Approve for each subject one answer that waits, or none (0); return how many wait still.

    What is approved becomes an entry of the ledger, the other answers on the subject are declined.
    Approving again after an interruption writes nothing twice.

    Raises
    ------
    SeenOutdatedError
        When somebody has written on a subject since the page was shown; nothing of it is decided.
    UsageError
        When an answer does not wait.
    """
    waiting = by_subject(
        one
        for one in answers_of(desk, office.round_id, office.facility_id)
        if one.state == "waiting"
    )
    today = desk.clock().date()
    for subject, number in chosen.items():
        given = waiting.get(subject, [])
        one = next((each for each in given if each.id == number), None)
        if not given or (number and one is None):
            raise UsageError("this answer does not wait any more", "value")
        if one is not None:
            draft = checked(one.draft, vocabulary, today)
            _write_once(desk, actor, draft, one, seen=seen, centres=centres)
        with desk.database.writing() as connection:
            if one is not None:
                decide_answers(connection, [one.id], "approved", actor, desk.now_at)
            others = [each.id for each in given if each.id != number]
            decide_answers(connection, others, "declined", actor, desk.now_at)
    return _note_approved(desk, actor, office)


def _write_once(
    desk: Desk,
    actor: Actor,
    draft: Draft,
    answer: Given,
    *,
    seen: int,
    centres: Mapping[str, str],
) -> None:
    key = f"survey-answer-{answer.id:010d}"
    try:
        write_entry(desk, actor, draft, seen=seen, key=key, centres=centres)
    except UsageError as error:
        if error.field != "key":  # another person, or another day, has written it before
            raise


def _note_approved(desk: Desk, actor: Actor, office: Invitation) -> int:
    with desk.database.writing() as connection:
        lock_office(connection, office)
        answers = read_answers(connection, office.round_id, office.facility_id)
        waiting = sum(one.state == "waiting" for one in answers)
        if not waiting:
            change_office(connection, office, approved_at=desk.now_at)
            subject = ("facility", office.facility_id)
            after = {"round": office.round_id}
            record(connection, desk.clock(), actor, "survey.approve", subject, after=after)
    return waiting
