"""The inquiry board: opening cases, asking candidates, the first confirmed closes the rest."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.case import (
    KEPT_DAYS,
    LIVE,
    LONGEST_OFFICE,
    OPEN_STATES,
    REASONS,
    STANDBY,
    URGENCIES,
    WAYS,
    Case,
    Enquiry,
    State,
    fits,
    identities_in,
    may_follow,
    require_plain,
)
from geoportal.desk.domain.identity import Identity, found_in
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.cases import (
    add_case,
    answers_elsewhere,
    begin_search,
    codes_in_use,
    erase_cases,
    find_case,
    find_enquiry,
    has_cases_before,
    put_enquiry,
    read_cases,
    read_enquiries,
    set_case_state,
)
from geoportal.errors import GeoportalError, NotFoundError, UsageError

HEARD_DAYS: Final = 14
"""What an office said in another case is shown for so many days."""
_SAME: Final = ("ward", "town", "age_band", "topic", "urgency")
_TOLD: Final = OPEN_STATES - {State.TO_ASK, State.AGREED}
"""States of candidates that wait for word when another is confirmed."""
_WORDS: Final = (
    *("あさひ", "あじさい", "いちょう", "うぐいす", "かえで", "かもめ", "けやき", "さくら"),
    *("さざなみ", "しらかば", "すずらん", "すみれ", "せせらぎ", "たんぽぽ", "つばき", "つばめ"),
    *("なぎさ", "なのはな", "はまゆう", "ひばり", "ひまわり", "ほたる", "みかん", "もみじ"),
    *("やまぶき", "よつば", "りんどう", "れんげ", "わかば"),
)
"""Easy to say and hear on the telephone."""


class IdentityWarning(UsageError):  # noqa: N818 - a question back, not a fault
    """A free text looks as if it told who the patient is; ``found`` names what, by field."""

    def __init__(self, found: dict[str, frozenset[Identity]]) -> None:
        super().__init__("a text looks as if it told who the patient is", "note")
        self.found = found


class TakenError(GeoportalError):
    """Somebody else has changed the case meanwhile."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What one candidate says; ``before`` is the state the person saw when asking."""

    facility_id: str
    before: State | None
    state: State
    reason: str = ""
    way: str = ""
    condition: str = ""


def open_case(desk: Desk, actor: Actor, wanted: Case, *, is_sure: bool = False) -> Case:
    """Open a case under a new code.

    ``is_sure`` is the person's own word that a text that looks like one names no patient. It is
    a stand-by (備え) where its state says so, else it is open.

    Raises
    ------
    UsageError
        When something is not of its list.
    IdentityWarning
        When a text looks as if it told who the patient is, and nobody has said that it does not.
    """
    require_plain(wanted)
    found = identities_in(wanted)
    if found and not is_sure:
        raise IdentityWarning(found)
    with desk.database.writing() as connection:
        case = replace(
            wanted,
            id=secrets.token_hex(8),
            code=_new_code(codes_in_use(connection)),
            centre_id=actor.centre_id,
            state=STANDBY if wanted.state == STANDBY else "open",
            created_at=desk.now_at,
            changed_at=desk.now_at,
        )
        add_case(connection, case)
        record(connection, desk.clock(), actor, "case.open", ("case", case.id))
    return case


def list_cases(desk: Desk) -> list[Case]:
    """Return all cases, those changed last first; those kept long enough are erased to counts."""
    erase_due(desk)
    with desk.database.reading() as connection:
        return read_cases(connection)


def asked_by(desk: Desk, actor: Actor, wanted: Case) -> Case:
    """Return a case with who asks, where the same centre has just opened one of the same person.

    Several roles of a team are several cases: one opened in the last hour for the same place, age
    band, topic and urgency is taken to be of the same consultation.
    """
    since = (desk.clock() - timedelta(hours=1)).isoformat(timespec="seconds")
    if wanted.asker or not (wanted.ward and wanted.age_band and wanted.topic):
        return wanted
    with desk.database.reading() as connection:
        for held in read_cases(connection):
            if (
                held.created_at >= since
                and held.centre_id == actor.centre_id
                and all(getattr(held, field) == getattr(wanted, field) for field in _SAME)
            ):
                return replace(wanted, asker=held.asker, office=held.office)
    return wanted


def erase_due(desk: Desk, days: int = KEPT_DAYS) -> int:
    """Erase the cases nobody has worked on for some days to counts; return how many."""
    limit = (desk.clock() - timedelta(days=days)).isoformat(timespec="seconds")
    with desk.database.reading() as connection:
        if not has_cases_before(connection, limit):
            return 0
    with desk.database.writing() as connection:
        return erase_cases(connection, limit)


def case_of(desk: Desk, case_id: str) -> tuple[Case, list[Enquiry]]:
    """Return a case and its candidates.

    Raises
    ------
    NotFoundError
        When there is none, or it has been erased.
    """
    with desk.database.reading() as connection:
        case = find_case(connection, case_id)
        if case is None:
            raise NotFoundError("there is no such case")
        return case, read_enquiries(connection, case_id)


def heard_elsewhere(desk: Desk, facility_ids: Iterable[str], case_id: str) -> dict[str, Enquiry]:
    """Return the newest answer of each facility in other cases of the last days, of any centre."""
    since = (desk.clock() - timedelta(days=HEARD_DAYS)).isoformat(timespec="seconds")
    with desk.database.reading() as connection:
        found = answers_elsewhere(connection, facility_ids, since, case_id)
    return {answer.facility_id: answer for answer in reversed(found)}


def note_answer(desk: Desk, actor: Actor, case_id: str, answer: Answer) -> None:
    """Note how far a candidate is: taken up, asked, what it said.

    Raises
    ------
    TakenError
        When somebody else has changed this candidate, or placed the case, meanwhile.
    UsageError
        When a value is not of its list, or the state cannot follow.
    IdentityWarning
        When the condition looks as if it told who the patient is.
    """
    _require_listed(answer)
    with desk.database.writing() as connection:
        case = _live_case_of(connection, case_id)
        held = find_enquiry(connection, case_id, answer.facility_id)
        if (held.state if held else None) is not answer.before:
            raise TakenError("somebody else has noted an answer meanwhile")
        before = held.state if held else State.TO_ASK
        if held and not may_follow(before, answer.state):
            raise UsageError("this cannot follow", "state")
        if not fits(case.state, answer.state):
            raise UsageError("this is not said of a stand-by, or only of one", "state")
        if held is None and answer.state not in {State.TO_ASK, State.ASKED}:
            raise UsageError("who was not asked has not answered", "state")
        put_enquiry(
            connection,
            Enquiry(
                case_id, answer.facility_id, answer.state, answer.reason, answer.way,
                answer.condition, actor.centre_id, desk.now_at,
            ),
        )  # fmt: skip
        set_case_state(connection, case_id, case.state, desk.now_at)
        record(connection, desk.clock(), actor, f"case.{answer.state.value}", ("case", case_id))


def confirm(desk: Desk, actor: Actor, case_id: str, facility_id: str) -> list[Enquiry]:
    """Place a case with a candidate that accepted; all others are closed and returned.

    They are to be told with one line. Of two people who confirm at once, the second is told.

    Raises
    ------
    TakenError
        When the case is placed or ended already, or the candidate does not accept any more.
    """
    with desk.database.writing() as connection:
        _open_case_of(connection, case_id)
        held = find_enquiry(connection, case_id, facility_id)
        if held is None or held.state not in {State.ACCEPTED, State.ON_CONDITION}:
            raise TakenError("it does not accept (any more)")
        put_enquiry(connection, replace(held, is_confirmed=True, changed_at=desk.now_at))
        closed = [
            replace(one, state=State.CLOSED, changed_at=desk.now_at)
            for one in read_enquiries(connection, case_id)
            if one.facility_id != facility_id and one.state in OPEN_STATES
        ]
        told = [
            one for one in read_enquiries(connection, case_id)
            if one.state in _TOLD and one.facility_id != facility_id
        ]  # fmt: skip
        for one in closed:
            put_enquiry(connection, one)
        set_case_state(connection, case_id, "placed", desk.now_at)
        record(connection, desk.clock(), actor, "case.placed", ("case", case_id))
    return told


def call_up(desk: Desk, actor: Actor, case_id: str, urgency: str) -> None:
    """Make a stand-by a case that is looked for now; who agreed is asked first.

    Raises
    ------
    TakenError
        When it is none (any more).
    UsageError
        When the urgency is not of its list.
    """
    if urgency not in URGENCIES:
        raise UsageError("a case needs one of the values listed", "urgency")
    with desk.database.writing() as connection:
        _standby_of(connection, case_id)
        begin_search(connection, case_id, urgency, desk.now_at)
        record(connection, desk.clock(), actor, "case.called_up", ("case", case_id))


def renew(desk: Desk, actor: Actor, case_id: str) -> None:
    """Keep a stand-by for another `KEPT_DAYS` days.

    Raises
    ------
    TakenError
        When it is none (any more).
    """
    with desk.database.writing() as connection:
        _standby_of(connection, case_id)
        set_case_state(connection, case_id, STANDBY, desk.now_at)
        record(connection, desk.clock(), actor, "case.renewed", ("case", case_id))


def end_case(desk: Desk, actor: Actor, case_id: str) -> None:
    """End a case that was not placed.

    Raises
    ------
    TakenError
        When it is placed or ended already.
    """
    with desk.database.writing() as connection:
        _live_case_of(connection, case_id)
        for one in read_enquiries(connection, case_id):
            if one.state in OPEN_STATES:
                put_enquiry(connection, replace(one, state=State.CLOSED, changed_at=desk.now_at))
        set_case_state(connection, case_id, "ended", desk.now_at)
        record(connection, desk.clock(), actor, "case.ended", ("case", case_id))


def _live_case_of(connection: sa.Connection, case_id: str) -> Case:
    case = find_case(connection, case_id, lock=True)
    if case is None:
        raise NotFoundError("there is no such case")
    if case.state not in LIVE:
        raise TakenError("the case is placed or ended")
    return case


def _open_case_of(connection: sa.Connection, case_id: str) -> Case:
    case = _live_case_of(connection, case_id)
    if case.state == STANDBY:
        raise TakenError("the case is a stand-by, nobody accepts it yet")
    return case


def _standby_of(connection: sa.Connection, case_id: str) -> None:
    if _live_case_of(connection, case_id).state != STANDBY:
        raise TakenError("the case is looked for already")


def _require_listed(answer: Answer) -> None:
    if answer.state is State.CLOSED:
        raise UsageError("a candidate is closed by confirming another", "state")
    if answer.state is State.DECLINED and answer.reason not in REASONS:
        raise UsageError("why it declines is one of the reasons listed", "reason")
    if answer.way not in {"", *WAYS}:
        raise UsageError("how it was asked is one of the ways listed", "way")
    if len(answer.condition) > LONGEST_OFFICE:
        raise UsageError(f"at most {LONGEST_OFFICE} letters", "condition")
    if found := found_in(answer.condition):
        raise IdentityWarning({"condition": found})


def _new_code(used: set[str]) -> str:
    while True:
        code = f"{secrets.choice(_WORDS)}{secrets.randbelow(90) + 10}"
        if code not in used:
            return code
