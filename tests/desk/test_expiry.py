"""Facts of staff that are expired are served on no day, whatever was written before or since."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.ledger import CAPACITY, Answer, Audience, Draft, Entry, Light, facts_of
from geoportal.domain.claim import strongest
from geoportal.domain.staff_facts import with_staff_facts
from tests.factories import make_claim, make_facility

FIRST = date(2026, 1, 1)
SUBJECTS = ("AC.PAIN", "VM.REG", CAPACITY)


@st.composite
def histories(draw) -> list[Entry]:
    """Entries of one facility, oldest first; some undo the one before on the same subject."""
    entries: list[Entry] = []
    day = FIRST
    for number in range(1, draw(st.integers(1, 8)) + 1):
        day += timedelta(days=draw(st.integers(0, 20)))
        subject = draw(st.sampled_from(SUBJECTS))
        values = Light if subject == CAPACITY else Answer
        lasts = draw(st.integers(0, 7 if subject == CAPACITY else 60))
        before = [one for one in entries if one.draft.subject == subject]
        undoes = before[-1].id if before and draw(st.booleans()) else 0
        draft = Draft(
            "near",
            subject,
            "" if undoes else draw(st.sampled_from(list(values))).value,
            draw(st.sampled_from(list(Audience))),
            valid_until=""
            if undoes or (subject != CAPACITY and draw(st.booleans()))
            else (day + timedelta(days=lasts)).isoformat(),
            undoes=undoes,
        )
        entries.append(Entry(number, f"{day}T10:00:00+09:00", Actor("account", "1"), draft))
    return entries


def stands(entries: list[Entry], subject: str) -> Entry | None:
    """The newest entry of a subject that no entry that counts undoes, by going back in time."""
    undone: set[int] = set()
    for entry in reversed(entries):
        if entry.draft.subject != subject or entry.id in undone:
            continue
        if entry.draft.undoes:
            undone.add(entry.draft.undoes)
        else:
            return entry
    return None


@given(histories(), st.integers(0, 300), st.booleans())
def test_what_is_served_on_a_day_is_what_stands_and_is_not_expired(entries, shift, professional):
    today = FIRST + timedelta(days=shift)
    facts = facts_of("near", entries, {}, professional=professional).on(today)
    expected = set()
    for subject in SUBJECTS:
        entry = stands(entries, subject)
        if entry is None or (entry.draft.audience is Audience.PROFESSIONAL and not professional):
            continue
        if not entry.draft.valid_until or entry.draft.valid_until >= today.isoformat():
            expected.add(subject)
    told = {CAPACITY if claim.code.startswith("CAP.") else claim.code for claim in facts.claims}
    assert told == expected


@given(histories(), st.integers(0, 300))
def test_an_expired_place_is_never_free_beside_what_files_say(entries, shift):
    today = FIRST + timedelta(days=shift)
    of_files = make_facility("near", claims=[make_claim("VM.REG", as_of="2025-12-01")])
    facts = facts_of("near", entries, {}, professional=True).on(today)
    shown = with_staff_facts(of_files, facts)
    free = strongest([claim for claim in shown.claims if claim.code == "CAP.OPEN"], today)
    light = stands(entries, CAPACITY)
    is_free = bool(
        light
        and light.draft.value == Light.FREE
        and light.draft.valid_until >= today.isoformat()
        and light.day <= today.isoformat()
    )
    if free is not None and light is not None and light.day <= today.isoformat():
        assert (free.value_on(today) == "yes") == is_free
