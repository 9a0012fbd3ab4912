"""JSON of a facility's state at this moment: open or not, and whether it takes new patients."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import orjson

from geoportal.documents import Document
from geoportal.domain.facility import Facility
from geoportal.domain.hours import HOLIDAY, JST, Hours, OpeningCalendar
from geoportal.services.view import View

_OPENING_WITHIN_DAYS = 8


def state_document(view: View, facility: Facility) -> Document:
    """Return opening state and acceptance of an open facility.

    Returns
    -------
    dict
        ``open_now`` (open, closed, unknown); ``next_opening`` (ISO time, None when open or not
        known within eight days); ``today`` (``["9:00–12:00", …]``, empty when closed all day, None
        when not known); ``accepting`` with ``value`` yes, conditional, no or unknown and,
        when known, ``evidence`` and ``as_of``. Acceptance older than seven days is unknown.
    """
    mentions, row = view.snapshot.mentions, view.snapshot.row_of[facility.id]
    (text,) = opening_texts(view, [mentions.hours_number(row)])
    document: Document = orjson.loads(b'{%b,"accepting":%b}' % (text, mentions.accepting(row)))
    return document


def opening_texts(view: View, numbers: Iterable[int]) -> list[bytes]:
    """Return the members of `state_document` but ``accepting``, for hours by their number.

    Hours that several have in common are looked at once a minute.
    """
    opening = view.states.at(view.snapshot, view.now)
    hours = view.snapshot.mentions.hours
    texts = []
    for number in numbers:
        if number not in opening:
            opening[number] = _opening_text(view.calendar, hours(number), view.now)
        texts.append(opening[number])
    return texts


def _opening_text(calendar: OpeningCalendar, hours: Hours, now: datetime) -> bytes:
    status = calendar.status(hours, now)
    opening = None
    if status == "closed":
        opening = calendar.next_opening(hours, now, _OPENING_WITHIN_DAYS)
    document = {
        "open_now": status,
        "next_opening": opening.astimezone(JST).isoformat(timespec="minutes") if opening else None,
        "today": _today(calendar, hours, now.astimezone(JST).date()),
    }
    return orjson.dumps(document)[1:-1]


def _today(calendar: OpeningCalendar, hours: Hours, day: date) -> list[str] | None:
    """Return the day's opening hours, those of several departments joined where they meet."""
    if not hours.known:
        return None
    if calendar.closed_all_day(hours, day):
        return []
    key = HOLIDAY if calendar.is_holiday(day) else day.weekday()
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
