"""Writing to the ledger: once, by who has seen what is there, and published as it is written."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.hours_form import are_hours
from geoportal.desk.domain.ledger import (
    CAPACITY,
    CONTACTS,
    CORRECTED,
    Answer,
    Audience,
    Draft,
    Entry,
    Light,
    facts_of,
    standing,
)
from geoportal.desk.domain.terms import ACTS, NO_TERMS
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.ledger import add_entry, entries_of, entry_of_form, lock_ledger
from geoportal.domain.claim import CAPACITY_PREFIX, CAPACITY_STALE_AFTER_DAYS
from geoportal.domain.facility import KINDS
from geoportal.domain.hours import JST
from geoportal.domain.staff_facts import StaffFacts
from geoportal.domain.vocabulary import Vocabulary
from geoportal.errors import GeoportalError, UsageError
from geoportal.settings import shipped_directory
from geoportal.store.staff_facts import write_facts

LONGEST_NOTE: Final = 300
LONGEST_WHO: Final = 40
LONGEST_CONTACT: Final = 200
_FORM_KEY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


class SeenOutdatedError(GeoportalError):
    """Somebody has written on the subject since the form was shown; ``entries`` are theirs."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__("somebody else has written on this meanwhile")
        self.entries = tuple(entries)


def write_entry(
    desk: Desk,
    actor: Actor,
    draft: Draft,
    *,
    seen: int,
    key: str,
    centres: Mapping[str, str],
    former_ids: Sequence[str] = (),
) -> Entry:
    """Add an entry, and publish what the public is told of the facility now.

    When it returns, the entry is on the disk. The same form sent again changes nothing.

    Parameters
    ----------
    desk : Desk
    actor : Actor
        The caller has checked that it writes for the facility.
    draft : Draft
        Checked by `checked`.
    seen : int
        Id of the newest entry of the facility that the form was shown with, 0 for none.
    key : str
        Random, made with the form.
    centres : mapping of str to str
        Names of the centres by id.
    former_ids : sequence of str
        Under which the facility was known before; what was written under them is its own.

    Raises
    ------
    SeenOutdatedError
        When there is a newer entry of the subject.
    UsageError
        When the form has become an entry on something else, or undoes what is not there.
    """
    if not _FORM_KEY.fullmatch(key):
        raise UsageError("the form has no key; open it again", "key")
    with desk.database.writing() as connection:
        lock_ledger(connection)
        written = entry_of_form(connection, key)
        if written is not None:
            if (written.draft, written.actor) != (draft, actor):
                raise UsageError("this form was sent before with something else", "key")
            return written
        entries = entries_of(connection, [draft.facility_id, *former_ids])
        later = [e for e in entries if e.draft.subject == draft.subject and e.id > seen]
        if later:
            raise SeenOutdatedError(later)
        if draft.undoes and not any(
            (e.id, e.draft.subject) == (draft.undoes, draft.subject) for e in entries
        ):
            raise UsageError("there is no such entry to undo", "undoes")
        now = desk.clock().astimezone(JST)
        entry = add_entry(connection, draft, actor, now.isoformat(timespec="seconds"), key)
        told = facts_of(draft.facility_id, [*entries, entry], centres, professional=False)
        moved = [StaffFacts(former, "") for former in former_ids]
        write_facts(connection, [told, *moved], now.timestamp())
        _record(connection, desk, entries, entry)
    return entry


def _record(connection: sa.Connection, desk: Desk, entries: Sequence[Entry], entry: Entry) -> None:
    subject = entry.draft.subject
    before = standing(entries).get(subject)
    after = standing([*entries, entry]).get(subject)
    record(
        connection,
        desk.clock(),
        entry.actor,
        "ledger.undo" if entry.draft.undoes else "ledger.add",
        ("facility", entry.draft.facility_id),
        before=_audited(subject, before),
        after=_audited(subject, after),
    )


def _audited(subject: str, entry: Entry | None) -> dict[str, object]:
    if entry is None:
        return {"subject": subject}
    draft = entry.draft
    told = {
        "subject": subject,
        "entry": entry.id,
        "value": draft.value,
        "for": draft.audience.value,
    }
    held = {"until": draft.valid_until, "terms": draft.terms.written()}
    return told | {name: text for name, text in held.items() if text}


def history(desk: Desk, *facility_ids: str) -> list[Entry]:
    """Return all entries of a facility under its ids, present and former, oldest first."""
    with desk.database.reading() as connection:
        return entries_of(connection, facility_ids)


def checked(draft: Draft, vocabulary: Vocabulary, today: date) -> Draft:
    """Return a draft that can be written, with the default end of what it says.

    Corrections are for everybody, contacts for professionals, whatever the draft says; only room
    has conditions.

    Raises
    ------
    UsageError
        With the field that is wrong; what was typed is not repeated.
    """
    if len(draft.note) > LONGEST_NOTE:
        raise UsageError(f"a note has at most {LONGEST_NOTE} characters", "note")
    if len(draft.who) > LONGEST_WHO:
        raise UsageError(f"a role has at most {LONGEST_WHO} characters", "who")
    if not draft.undoes:
        _check_value(draft, vocabulary)
    if draft.subject in CORRECTED:
        draft = replace(draft, audience=Audience.PUBLIC)
    elif draft.subject in CONTACTS:
        draft = replace(draft, audience=Audience.PROFESSIONAL)
    if draft.subject != CAPACITY or draft.undoes or draft.value == Light.FULL:
        draft = replace(draft, terms=NO_TERMS)
    elif not all(c in vocabulary and c.startswith(ACTS) for c in draft.terms.needs):
        raise UsageError("no need has this code", "terms")
    return _with_end(draft, today)


def _check_value(draft: Draft, vocabulary: Vocabulary) -> None:
    subject, value = draft.subject, draft.value
    if subject in CORRECTED:
        if not _is_correction(subject, value):
            raise UsageError("this is not a value of that sort", "value")
    elif subject in CONTACTS:
        if not 0 < len(value) <= LONGEST_CONTACT or not value.isprintable():
            raise UsageError(f"at most {LONGEST_CONTACT} characters in one line", "value")
    elif subject == CAPACITY:
        if value not in set(Light):
            raise UsageError("capacity is free, soon, ask or full", "value")
    elif subject not in vocabulary or subject.startswith(CAPACITY_PREFIX):
        raise UsageError("no need has this code", "subject")
    elif value not in set(Answer):
        raise UsageError("an answer is yes, no or conditional", "value")


def _is_correction(subject: str, text: str) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    if subject == "position":
        return (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(part, float) and math.isfinite(part) for part in value)
            and 122 <= value[0] <= 154
            and 20 <= value[1] <= 46
        )
    if subject == "hours":
        return are_hours(value)
    if not isinstance(value, str) or not 0 < len(value) <= 120:
        return False
    if subject == "kind":
        return value in KINDS
    return subject != "closed_on" or _is_day(value)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _with_end(draft: Draft, today: date) -> Draft:
    """Return a draft with its last day: at most seven days for capacity, none for corrections.

    A contact has one only when it is given.
    """
    if draft.undoes or draft.subject in CORRECTED:
        return replace(draft, valid_until="")
    if draft.valid_until and (
        not _is_day(draft.valid_until) or draft.valid_until < today.isoformat()
    ):
        raise UsageError("the last day is a date from today on", "valid_until")
    if draft.subject == CAPACITY:
        last = (today + timedelta(days=CAPACITY_STALE_AFTER_DAYS)).isoformat()
        return replace(draft, valid_until=min(draft.valid_until or last, last))
    if draft.valid_until or draft.subject in CONTACTS:
        return draft
    return replace(draft, valid_until=default_end(draft.subject, today))


def default_end(subject: str, today: date) -> str:
    """Return the last day on which an answer on a need holds unless somebody says otherwise."""
    days = _validity_days()
    return (today + timedelta(days=days[subject.partition(".")[0]])).isoformat()


@cache
def _validity_days() -> Mapping[str, int]:
    """Return the days that answers hold by group of needs (``validity.csv``)."""
    path = Path(shipped_directory("data")) / "reference" / "validity.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["group"]: int(row["days"]) for row in csv.DictReader(file)}
