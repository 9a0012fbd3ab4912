"""Survey rounds: beginning one, the letters of its offices, and coming in by a letter's code."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.office_link import LinkScope, OfficeLink
from geoportal.desk.domain.survey import Invitation, Round, require_round
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.office_links import LinkRefusedError, opened_link, token_of
from geoportal.desk.store.audit import record
from geoportal.desk.store.office_links import add_link, find_link
from geoportal.desk.store.surveys import (
    add_round,
    change_office,
    find_office,
    find_round,
    read_offices,
    read_rounds,
)
from geoportal.desk.store.surveys import close_round as set_closed
from geoportal.errors import NotFoundError, UsageError

DAYS_AFTER: Final = 60
"""A letter's link opens the form for so many days after the deadline."""
MOST_LETTERS: Final = 300
"""Letters made at once."""
_DAY_S: Final = 86_400
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 12
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter to an office is made of; ``code`` opens its form."""

    office: Invitation
    code: str
    is_reminder: bool


def begin_round(
    desk: Desk, actor: Actor, wanted: Round, offices: Iterable[tuple[str, str, str]]
) -> Round:
    """Begin a round; ``offices`` are id, kind and ward of the facilities asked.

    Raises
    ------
    UsageError
        When a field of the form is not usable, or nobody would be asked.
    """
    require_round(wanted, desk.clock().date())
    made = replace(wanted, id=secrets.token_hex(8), created_at=desk.now_at, closed_at="")
    invited = [Invitation(made.id, *office) for office in offices]
    if not invited:
        raise UsageError("no facility of these kinds is held in these wards", "kinds")
    with desk.database.writing() as connection:
        add_round(connection, made, invited)
        subject = ("survey_round", made.id)
        after = {"offices": len(invited), "deadline": made.deadline}
        record(connection, desk.clock(), actor, "survey.begin", subject, after=after)
    return made


def end_round(desk: Desk, actor: Actor, round_id: str) -> None:
    """End a round: its forms open no more; what waits may still be approved."""
    with desk.database.writing() as connection:
        set_closed(connection, round_id, desk.now_at)
        record(connection, desk.clock(), actor, "survey.end", ("survey_round", round_id))


def list_rounds(desk: Desk) -> list[Round]:
    """Return all rounds, newest first."""
    with desk.database.reading() as connection:
        return read_rounds(connection)


def round_of(desk: Desk, round_id: str) -> tuple[Round, list[Invitation]]:
    """Return a round and the offices it asks.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    with desk.database.reading() as connection:
        found = find_round(connection, round_id)
        if found is None:
            raise NotFoundError("there is no such round")
        return found, read_offices(connection, round_id)


def make_letters(
    desk: Desk, actor: Actor, survey: Round, offices: Sequence[Invitation]
) -> list[Letter]:
    """Give each office what its letter needs, and note that it is sent, or reminded.

    An office that was sent a letter before is reminded under the same code as long as that opens
    its form.

    Raises
    ------
    UsageError
        When there are more than `MOST_LETTERS`.
    """
    if len(offices) > MOST_LETTERS:
        raise UsageError(f"at most {MOST_LETTERS} letters at once", "letters")
    letters = []
    with desk.database.writing() as connection:
        for office in offices:
            link = find_link(connection, office.link_id) if office.link_id else None
            if link is None or link.is_revoked or link.expires_s <= desk.now_s:
                link = _new_link(desk, actor, survey, office.facility_id)
                add_link(connection, link)
            code = _code(desk, link.id)
            moved: dict[str, object] = (
                {"reminded_at": desk.now_at, "reminders": office.reminders + 1}
                if office.sent_at
                else {"sent_at": desk.now_at}
            )
            key = desk.key_of("survey-code-row", code)
            change_office(connection, office, link_id=link.id, code_key=key, **moved)
            letters.append(Letter(replace(office, link_id=link.id), code, bool(office.sent_at)))
        subject, after = ("survey_round", survey.id), {"letters": len(letters)}
        record(connection, desk.clock(), actor, "survey.letters", subject, after=after)
    return letters


def opened_form(desk: Desk, code: str) -> tuple[Round, Invitation, OfficeLink]:
    """Return what the code of a letter opens, and note that it was opened.

    Raises
    ------
    LinkRefusedError
        When it opens nothing: unknown, expired, revoked, or the round has ended.
    """
    plain = code.upper().translate(_ALIKE)
    with desk.database.reading() as connection:
        key = desk.key_of("survey-code-row", plain)
        office = find_office(connection, code_key=key) if len(plain) == _CODE_LENGTH else None
        link = find_link(connection, office.link_id) if office else None
        survey = find_round(connection, office.round_id) if office else None
    if office is None or link is None or survey is None:
        raise LinkRefusedError("unknown")
    opened_link(desk, token_of(desk, link))
    if survey.closed_at:
        raise LinkRefusedError("expired")
    if not office.opened_at:
        with desk.database.writing() as connection:
            change_office(connection, office, opened_at=desk.now_at)
    return survey, office, link


def spoken(code: str) -> str:
    """Return a code as it is printed: groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _new_link(desk: Desk, actor: Actor, survey: Round, facility_id: str) -> OfficeLink:
    days = max((date.fromisoformat(survey.deadline) - desk.clock().date()).days, 0) + DAYS_AFTER
    return OfficeLink(
        id=secrets.token_hex(8),
        facility_id=facility_id,
        scope=LinkScope.SURVEY,
        expires_s=desk.now_s + days * _DAY_S,
        created_at=desk.now_at,
        created_by=actor.id,
    )


def _code(desk: Desk, link_id: str) -> str:
    """Return the code of a link: 60 bits that only who has the secret key can tell."""
    number = int(desk.key_of("survey-code", link_id)[:15], 16)
    digits = []
    for _ in range(_CODE_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(digits)
