"""JSON of a facility's state at this moment: open or not, and whether it takes new patients."""

from __future__ import annotations

from collections.abc import Mapping

from geoportal.documents import Document, dated
from geoportal.domain.facility import Facility
from geoportal.domain.hours import HOLIDAY, JST, Hours
from geoportal.domain.vocabulary import Vocabulary
from geoportal.index.claims import SelectedClaim
from geoportal.services.view import View

_OPENING_WITHIN_DAYS = 8


def state_document(view: View, facility: Facility) -> Document:
    """Return opening state and acceptance of an open facility, computed once a minute.

    Returns
    -------
    dict
        ``open_now`` (open, closed, unknown); ``next_opening`` (ISO time, None when open or not
        known within eight days); ``today`` (``["9:00–12:00", …]``, empty when closed all day, None
        when not known); ``accepting`` with ``value`` yes, conditional, no or unknown and,
        when known, ``evidence`` and ``as_of``. Acceptance older than seven days is unknown.
    """
    snapshot = view.snapshot
    row = snapshot.row_of[facility.id]
    return view.states.value(snapshot, row, view.now, lambda *_: _state(view, facility.hours, row))


def _state(view: View, hours: Hours, row: int) -> Document:
    status = view.calendar.status(hours, view.now)
    opening = None
    if status == "closed":
        opening = view.calendar.next_opening(hours, view.now, _OPENING_WITHIN_DAYS)
    return {
        "open_now": status,
        "next_opening": opening.astimezone(JST).isoformat(timespec="minutes") if opening else None,
        "today": _today(view, hours),
        "accepting": _accepting(view.reference.vocabulary, view.snapshot.selected_claims[row]),
    }


def _today(view: View, hours: Hours) -> list[str] | None:
    """Return the day's opening hours, those of several departments joined where they meet."""
    day = view.now.astimezone(JST).date()
    if not hours.known:
        return None
    if view.calendar.closed_all_day(hours, day):
        return []
    key = HOLIDAY if view.calendar.is_holiday(day) else day.weekday()
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
            return {
                "value": term.acceptance,
                "evidence": fact.claim.evidence,
                **dated(fact.claim.as_of),
            }
    return {"value": "unknown"}
