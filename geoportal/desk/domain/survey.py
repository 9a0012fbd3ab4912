"""Survey rounds (在宅医療資源調査): who is asked what until when, and what they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from geoportal.desk.domain.identity import found_in
from geoportal.desk.domain.ledger import CAPACITY, Answer, Audience, Draft, Light, Way
from geoportal.errors import UsageError

LONGEST_TITLE: Final = 60
LONGEST_NOTE: Final = 100
LONGEST_WHO: Final = 40
SHEET_BYTES: Final = 4 * 1024 * 1024
"""Largest workbook of a round that is sent to the site; 1,000 offices take less than 1 MB."""


class Said(StrEnum):
    """What an office answers of a need; each is an answer of its own."""

    YES = "yes"
    CONDITIONAL = "conditional"
    CONSULT = "consult"
    FULL = "full"
    NO = "no"


class CameBy(StrEnum):
    """How an answer came."""

    FORM = "form"
    FAX = "fax"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Round:
    """A survey round.

    Attributes
    ----------
    id : str
    title : str
        At most 60 letters.
    kinds, wards : tuple of str
        Kinds of facilities asked, and codes of the wards they lie in.
    questions : tuple of str
        Codes of needs; empty for all that a kind is asked about.
    deadline : str
        ISO date until which answers are wished.
    created_at, closed_at : str
        ISO 8601, Japan time; ``closed_at`` is empty while it runs.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    wards: tuple[str, ...]
    questions: tuple[str, ...]
    deadline: str
    created_at: str = ""
    closed_at: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One office of a round, and how far its answer is; moments are ISO 8601, empty for not yet.

    Attributes
    ----------
    round_id, facility_id : str
    kind, ward : str
        As they were when the round began.
    link_id : str
        Of the link in its letter, empty before there is one.
    sent_at, reminded_at, opened_at, answered_at, approved_at : str
    reminders : int
    """

    round_id: str
    facility_id: str
    kind: str
    ward: str
    link_id: str = ""
    sent_at: str = ""
    reminded_at: str = ""
    opened_at: str = ""
    answered_at: str = ""
    approved_at: str = ""
    reminders: int = 0

    @property
    def stage(self) -> str:
        """How far it is: ``unsent``, ``sent``, ``opened``, ``answered`` or ``approved``."""
        for stage in ("approved", "answered", "opened", "sent"):
            if getattr(self, f"{stage}_at"):
                return stage
        return "unsent"


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of an office, as it waits for approval.

    Attributes
    ----------
    id : int
    round_id, facility_id : str
    subject : str
        Code of a need, or `geoportal.desk.domain.ledger.CAPACITY`.
    value : str
        A `Said`, or a `Light` for capacity.
    note : str
        Condition, days, area; at most 100 letters.
    who : str
        The role of who answered, not a name.
    audience : Audience
        Whom the office lets see it.
    came_by : CameBy
    submission : str
        The same for all answers of one form.
    at : str
        ISO 8601, Japan time.
    state : str
        ``waiting``, ``approved`` or ``declined``.
    """

    round_id: str
    facility_id: str
    subject: str
    value: str
    note: str = ""
    who: str = ""
    audience: Audience = Audience.PROFESSIONAL
    came_by: CameBy = CameBy.FORM
    submission: str = ""
    at: str = ""
    state: str = "waiting"
    id: int = 0

    def require_plain(self) -> None:
        """Check what a form gives.

        Raises
        ------
        UsageError
            Names ``value``, ``note`` or ``who``: none of the answers, too long, or a text that
            looks as if it told who a patient is.
        """
        if self.value not in set(Light if self.subject == CAPACITY else Said):
            raise UsageError("an answer is one of those listed", "value")
        for field, most in (("note", LONGEST_NOTE), ("who", LONGEST_WHO)):
            text = getattr(self, field)
            if len(text) > most or found_in(text):
                raise UsageError(f"at most {most} letters, and nothing of a patient", field)

    @property
    def draft(self) -> Draft:
        """The entry of the ledger it becomes when it is approved.

        要相談 and 満員 are a yes under a condition, which the note says; 満員 holds for the day it
        was said, so it is said with that day.
        """
        value, words = self.value, ""
        if self.subject != CAPACITY:
            answer, words = _BECOMES[Said(self.value)]
            value = answer.value
        if words == _FULL:
            words = f"{_FULL}（{self.at[:10]}）"
        note = "。".join(word for word in (words, self.note) if word)
        return Draft(
            self.facility_id, self.subject, value, self.audience, Way.SURVEY, self.who, note
        )


_FULL: Final = "回答時は満員"
_BECOMES: Final[Mapping[Said, tuple[Answer, str]]] = {
    Said.YES: (Answer.DOES, ""),
    Said.CONDITIONAL: (Answer.CONDITIONAL, ""),
    Said.CONSULT: (Answer.CONDITIONAL, "要相談"),
    Said.FULL: (Answer.CONDITIONAL, _FULL),
    Said.NO: (Answer.DOES_NOT, ""),
}


def require_round(wanted: Round, today: date) -> None:
    """Check what a form gives for a round.

    Raises
    ------
    UsageError
        Names the field: ``title``, ``kinds``, ``wards`` or ``deadline``.
    """
    if not 0 < len(wanted.title) <= LONGEST_TITLE or found_in(wanted.title):
        raise UsageError(f"a title has 1 to {LONGEST_TITLE} letters", "title")
    for field in ("kinds", "wards"):
        if not getattr(wanted, field):
            raise UsageError("at least one is chosen", field)
    try:
        last = date.fromisoformat(wanted.deadline)
    except ValueError:
        raise UsageError("a day is written as 2026-11-24", "deadline") from None
    if last < today:
        raise UsageError("the deadline is today or later", "deadline")


def by_subject(answers: Iterable[Given]) -> dict[str, list[Given]]:
    """Return answers by subject, each in the order they came."""
    grouped: defaultdict[str, list[Given]] = defaultdict(list)
    for answer in sorted(answers, key=lambda each: each.id):
        grouped[answer.subject].append(answer)
    return dict(grouped)


def disagree(answers: Sequence[Given]) -> bool:
    """Say whether answers on one subject that nobody declined are not all the same."""
    held = {(one.value, one.note) for one in answers if one.state != "declined"}
    return len(held) > 1
