"""How a facility stands at this moment: open or not, and whether it takes new patients."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from geoportal.documents.reference import Document
from geoportal.domain.hours import HOLIDAY, JST, Hours
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.snapshot import SelectedClaim, Snapshot
from geoportal.services.view import CALENDAR, is_holiday

_OPENING_WITHIN_DAYS = 8


def state_document(snapshot: Snapshot, row: int, now: datetime) -> Document:
    """Return opening state and acceptance of an open facility.

    Returns
    -------
    dict
        ``open_now`` (open, closed, unknown); ``next_opening`` (ISO time, None when open or not
        known within eight days); ``today`` (``["9:00–12:00", …]``, empty when closed all day, None
        when not known); ``accepting`` with ``value`` yes, conditional, no or unknown and,
        when known, ``evidence`` and ``as_of``. Acceptance older than seven days is unknown.
    """
    hours = snapshot.facilities[row].hours
    status = CALENDAR.status(hours, now)
    opening = None
    if status == "closed":
        opening = CALENDAR.next_opening(hours, now, _OPENING_WITHIN_DAYS)
    return {
        "open_now": status,
        "next_opening": opening.astimezone(JST).isoformat(timespec="minutes") if opening else None,
        "today": _today(hours, now),
        "accepting": _accepting(snapshot.vocabulary, snapshot.shown[row]),
    }


def _today(hours: Hours, now: datetime) -> list[str] | None:
    """Return the day's opening hours, those of several departments joined where they meet."""
    day = now.astimezone(JST).date()
    if not hours.known:
        return None
    if CALENDAR.closed_all_day(hours, day):
        return []
    key = HOLIDAY if is_holiday(day) else day.weekday()
    spans = sorted(
        (session.opens, session.closes)
        for session in hours.sessions
        if session.use == "consultation" and session.day == key
    )
    joined: list[tuple[str, str]] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
        else:
            joined.append((opens, closes))
    return [f"{opens.removeprefix('0')}–{closes}" for opens, closes in joined] or None


def _accepting(vocabulary: Vocabulary, shown: Mapping[str, SelectedClaim]) -> Document:
    """Return whether new patients are taken; of facts that contradict, the most cautious."""
    for term in vocabulary.acceptance_terms:
        fact = shown.get(term.code)
        if fact is not None and fact.value == "yes":
            claim = fact.claim
            return {
                "value": term.acceptance,
                "evidence": claim.evidence,
                "as_of": claim.as_of,
            }
    return {"value": "unknown"}
