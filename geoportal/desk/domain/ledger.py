"""The ledger of what staff found out by asking: entries only added, and what holds by them.

Every entry is about one subject of one facility: a need (``AC.PAIN``), its capacity (受入状況), an
attribute that is corrected, or a contact for professionals. The newest entry of a subject that is
not undone decides. If it is for professionals only, the public is told nothing of the subject any
more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.terms import NO_TERMS, Terms
from geoportal.domain.claim import Claim
from geoportal.domain.hours import Hours
from geoportal.domain.staff_facts import PROFESSIONAL_SOURCE, SOURCE, Correction, StaffFacts

CAPACITY: Final = "capacity"
CORRECTED: Final = ("name", "kind", "phone", "position", "hours", "closed_on")
"""Attributes of a facility that staff correct; their entries hold the value as JSON. They are
public: a page shows one name, telephone number and position to everybody."""
CONTACTS: Final = ("ward_phone", "person", "tip", "refusal")
"""What only professionals are told besides: telephone of the ward or desk, who is in charge, how
it goes well, for what it declines. Their entries hold the words themselves."""


class Audience(StrEnum):
    """Who may see an entry."""

    PUBLIC = "public"
    PROFESSIONAL = "professional"


class Answer(StrEnum):
    """What was answered of a need."""

    DOES = "yes"
    DOES_NOT = "no"
    CONDITIONAL = "conditional"


class Way(StrEnum):
    """How it was found out; a placement is seen to have happened, the others are told."""

    TELEPHONE = "telephone"
    VISIT = "visit"
    PLACEMENT = "placement"
    OFFICE = "office"
    SURVEY = "survey"


class Light(StrEnum):
    """The capacity light: ◎ free, ○ soon or few, △ ask, × full.

    The ledger, its history and the staff's pages keep the four apart. Claims say them in the
    codes of the vocabulary, which has one for ○ and △: see `codes_of`.
    """

    FREE = "free"
    SOON = "soon"
    ASK = "ask"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it is asked to be written.

    Attributes
    ----------
    facility_id : str
    subject : str
        Code of a need, `CAPACITY`, or one of `CORRECTED` or `CONTACTS`.
    value : str
        An `Answer`, a `Light`, a corrected value as JSON, or the words of a contact; empty when it
        undoes another entry.
    audience : Audience
    way : Way
    who : str
        The role of who answered, not a name.
    note : str
        Conditions, or what else is to be known.
    valid_until : str
        Last ISO date on which it holds; empty for no end.
    undoes : int
        Id of the entry that is undone; 0 for none.
    terms : Terms
        Of capacity: for whom there is room.
    """

    facility_id: str
    subject: str
    value: str
    audience: Audience = Audience.PROFESSIONAL
    way: Way = Way.TELEPHONE
    who: str = ""
    note: str = ""
    valid_until: str = ""
    undoes: int = 0
    terms: Terms = NO_TERMS


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: who wrote it, and when (ISO 8601, Japan time)."""

    id: int
    at: str
    actor: Actor
    draft: Draft

    @property
    def day(self) -> str:
        """ISO date on which it was found out."""
        return self.at[:10]

    def holds_on(self, day: str) -> bool:
        """Say whether it is not expired on an ISO date."""
        return not self.draft.valid_until or self.draft.valid_until >= day


def standing(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return for each subject of a facility the entry that decides; subjects undone are left out.

    ``entries`` are all of the facility, in order of their ids. An undoing may itself be undone.
    """
    undone: set[int] = set()
    deciding: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda each: -each.id):
        if entry.id in undone:
            continue
        if entry.draft.undoes:
            undone.add(entry.draft.undoes)
        else:
            deciding.setdefault(entry.draft.subject, entry)
    return dict(sorted(deciding.items()))


def facts_of(
    facility_id: str, entries: Sequence[Entry], centres: Mapping[str, str], *, professional: bool
) -> StaffFacts:
    """Return what the ledger tells an audience of a facility.

    ``centres`` are names by id, for the note that says who found out; with them may be those of
    wards and needs by code, for conditions. Facts for professionals include the public ones.
    """
    told = [
        entry
        for entry in standing(entries).values()
        if professional or entry.draft.audience is Audience.PUBLIC
    ]
    claims = [claim for entry in told for claim in _claims(entry, centres)]
    corrected: dict[str, Any] = {}
    for entry in told:
        if entry.draft.subject in CORRECTED:
            corrected[entry.draft.subject] = _corrected(entry)
    return StaffFacts(
        facility_id,
        max((entry.day for entry in told), default=""),
        tuple(sorted(claims, key=lambda claim: claim.code)),
        Correction(**corrected),
    )


def light_on(entry: Entry | None, day: str) -> Light | None:
    """Return what an entry on capacity says on an ISO date; None (未確認) when it is expired."""
    if entry is None or entry.draft.subject != CAPACITY or not entry.holds_on(day):
        return None
    return Light(entry.draft.value)


def codes_of(light: Light, terms: Terms) -> Mapping[str, str]:
    """Return what a light says in the codes of the vocabulary.

    ◎ is ``CAP.OPEN``, × is ``CAP.FULL``; ○, △, and ◎ under conditions are ``CAP.COND``
    (条件付・要相談), the only code that is neither: who is not told the conditions is not told
    that there is room. The claim's note says which of them it was.
    """
    return _LIGHTS[Light.ASK if light is Light.FREE and terms.any else light]


_LIGHTS: Final[Mapping[Light, Mapping[str, str]]] = {
    Light.FREE: {"CAP.OPEN": "yes", "CAP.FULL": "no"},
    Light.SOON: {"CAP.COND": "yes", "CAP.FULL": "no"},
    Light.ASK: {"CAP.COND": "yes", "CAP.FULL": "no"},
    Light.FULL: {"CAP.FULL": "yes", "CAP.OPEN": "no"},
}
_LIGHT_WORDS: Final = {Light.SOON: "まもなく、または残りわずか", Light.ASK: "要相談"}
_WAY_WORDS: Final = {
    Way.TELEPHONE: "電話で確認",
    Way.VISIT: "訪問して確認",
    Way.PLACEMENT: "実際の受け入れ",
    Way.OFFICE: "事業所の回答",
    Way.SURVEY: "在宅医療資源調査の回答",
}
_EVIDENCE: Final = {Way.PLACEMENT: "observed", Way.SURVEY: "survey"}
"""Evidence of what is found out in a way; of the others ``confirmed``."""


def _claims(entry: Entry, centres: Mapping[str, str]) -> list[Claim]:
    """Return what an entry says of needs or of capacity; nothing for what is neither."""
    draft = entry.draft
    if draft.subject in CORRECTED or draft.subject in CONTACTS:
        return []
    words = []
    if draft.subject == CAPACITY:
        light = Light(draft.value)
        values = codes_of(light, draft.terms)
        words += [_LIGHT_WORDS.get(light, ""), draft.terms.words(centres)]
    else:
        answer = Answer(draft.value)
        values = {draft.subject: "no" if answer is Answer.DOES_NOT else "yes"}
        words.append("条件付き" if answer is Answer.CONDITIONAL else "")
    words += [draft.note, _found_out(entry, centres)]
    note = "。".join(word for word in words if word)
    evidence = _EVIDENCE.get(draft.way, "confirmed")
    source = SOURCE if draft.audience is Audience.PUBLIC else PROFESSIONAL_SOURCE
    return [
        Claim(code, value, evidence, source, entry.day, draft.valid_until, note)
        for code, value in values.items()
    ]


def _found_out(entry: Entry, centres: Mapping[str, str]) -> str:
    """Return how it was found out, by whom, from whom."""
    words = [centres.get(entry.actor.centre_id, ""), _WAY_WORDS[entry.draft.way], entry.draft.who]
    return "・".join(word for word in words if word)


def _corrected(entry: Entry) -> Any:
    value = json.loads(entry.draft.value)
    if entry.draft.subject == "position":
        return tuple(value)
    if entry.draft.subject == "hours":
        return replace(Hours.from_dict(value), source=SOURCE, as_of=entry.day)
    return value
