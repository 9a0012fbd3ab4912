"""Cases of the inquiry board (依頼の板): what is looked for, never for whom.

A case holds no name, birth date, address, telephone number or point of a patient. The five topics
are those by which liaison centres count consultations.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from geoportal.desk.domain.identity import Identity, found_in
from geoportal.errors import UsageError

KEPT_DAYS: Final = 90
"""Days after which a case that nobody works on is erased to counts."""
STANDBY: Final = "standby"
"""State of a case that is not needed yet: offices agree in advance to be asked."""
LIVE: Final = frozenset(("open", STANDBY))
"""States of cases that are worked on."""
LONGEST_NOTE: Final = 200
LONGEST_OFFICE: Final = 60
AGE_BANDS: Final = ("0-17", "18-39", "40-64", "65-69", "70-79", "80-89", "90-")
"""Decades, as notes name them; 40 and 65 are the ages of the care insurance."""
URGENCIES: Final = ("today", "three_days", "week", "month", "later")
TOPICS: Final = ("doctor", "nursing", "backup_bed", "discharge", "general")
ASKERS: Final = (
    "hospital", "clinic", "care_manager", "support_centre", "visiting_nursing", "family", "other",
)  # fmt: skip
REASONS: Final = ("full", "out_of_area", "cannot", "no_night", "no_answer", "other")
"""Why an office declines; ``cannot`` is a need it does not meet."""
WAYS: Final = ("phone", "fax", "visit", "other")


class State(StrEnum):
    """How far the asking of one candidate is."""

    TO_ASK = "to_ask"
    ASKED = "asked"
    ACCEPTED = "accepted"
    ON_CONDITION = "on_condition"
    AGREED = "agreed"
    """It may be asked when a stand-by (備え) is needed; that says nothing of a free place."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    """Another office was confirmed; it is told so with one line."""


OPEN_STATES: Final = frozenset(
    (State.TO_ASK, State.ASKED, State.ACCEPTED, State.ON_CONDITION, State.AGREED)
)
_NEXT: Final = {
    State.TO_ASK: {State.ASKED, State.WITHDRAWN},
    State.ASKED: {
        State.ACCEPTED,
        State.ON_CONDITION,
        State.AGREED,
        State.DECLINED,
        State.WITHDRAWN,
    },
    State.ACCEPTED: {State.DECLINED, State.WITHDRAWN},
    State.ON_CONDITION: {State.ACCEPTED, State.DECLINED, State.WITHDRAWN},
    State.AGREED: {State.ASKED, State.DECLINED, State.WITHDRAWN},
    State.DECLINED: {State.ASKED},
    State.WITHDRAWN: {State.ASKED},
    State.CLOSED: set(),
}


def may_follow(before: State, after: State) -> bool:
    """Say whether one state of a candidate may follow another."""
    return after in _NEXT[before]


def fits(case_state: str, after: State) -> bool:
    """Say whether a candidate of a case may come to a state.

    Of a stand-by nobody accepts yet, and only there an office agrees to be asked later.
    """
    if case_state == STANDBY:
        return after not in {State.ACCEPTED, State.ON_CONDITION}
    return after is not State.AGREED


@dataclass(frozen=True, slots=True)
class Case:
    """What is looked for.

    Attributes
    ----------
    id, code : str
        ``code`` is short, to be spoken on the telephone.
    centre_id : str
        The centre that works on it, empty for the city.
    ward : str
        Code of the home's municipality or ward.
    town : str
        The 大字町丁目 the home lies in, empty when it is not told; nothing finer is kept.
    kind : str
        The kind of facility looked for.
    needs : tuple of str
    age_band, urgency, topic, asker : str
        Of the lists above.
    office : str
        The office that asks, not a person.
    wished : str
        ISO date, empty for none.
    note : str
        At most 200 letters.
    state : str
        ``open``, ``standby`` (備え), ``placed`` or ``ended``.
    created_at, changed_at : str
        ISO 8601, Japan time.
    """

    id: str
    code: str
    centre_id: str
    ward: str
    kind: str
    needs: tuple[str, ...]
    age_band: str
    urgency: str
    topic: str
    asker: str
    office: str = ""
    wished: str = ""
    note: str = ""
    state: str = "open"
    created_at: str = ""
    changed_at: str = ""
    town: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One candidate of a case and what it said.

    ``condition`` is what it makes its acceptance depend on; ``is_confirmed`` that the case went
    to it.
    """

    case_id: str
    facility_id: str
    state: State
    reason: str = ""
    way: str = ""
    condition: str = ""
    centre_id: str = ""
    changed_at: str = ""
    is_confirmed: bool = False


def require_plain(case: Case) -> None:
    """Check what a form gives for a case.

    Raises
    ------
    UsageError
        Names the field that is not one of its list, too long, or no date.
    """
    for field, values in (
        ("age_band", AGE_BANDS), ("urgency", URGENCIES), ("topic", TOPICS), ("asker", ASKERS),
    ):  # fmt: skip
        if getattr(case, field) not in values:
            raise UsageError("a case needs one of the values listed", field)
    for field, most in (("note", LONGEST_NOTE), ("office", LONGEST_OFFICE)):
        if len(getattr(case, field)) > most:
            raise UsageError(f"at most {most} letters", field)
    if case.wished:
        try:
            date.fromisoformat(case.wished)
        except ValueError:
            raise UsageError("a day is written as 2026-11-24", "wished") from None


def identities_in(case: Case) -> dict[str, frozenset[Identity]]:
    """Return the free texts of a case that look as if they told who the patient is, by field."""
    texts = {"note": case.note, "office": case.office}
    found = {field: found_in(text) for field, text in texts.items()}
    return {field: kinds for field, kinds in found.items() if kinds}
