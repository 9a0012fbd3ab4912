"""A week as staff type it: for each day ``9:00-12:00 14:00-18:00``, ``休``, or nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from geoportal.domain.hours import DAY_LABELS_JA, Hours, Session
from geoportal.errors import UsageError

CLOSED: Final = "休"
DAYS: Final = len(DAY_LABELS_JA)
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\u301c\uff5e~\u30fc]")


def hours_of(days: Sequence[str]) -> Hours:
    """Return the hours that the texts of the days, Monday to holidays, say.

    Raises
    ------
    UsageError
        When a text is none of these, or nothing is said of any day.
    """
    sessions: list[Session] = []
    closed: list[int] = []
    for day, typed in enumerate(days):
        text = _DASHES.sub("-", unicodedata.normalize("NFKC", typed)).strip()
        if text == CLOSED:
            closed.append(day)
        elif text:
            sessions += [_session(day, part) for part in re.split(r"[\s,、・/]+", text)]
    if not sessions and not closed:
        raise UsageError("say the times of one day at least", "value")
    return Hours(sessions=tuple(sessions), closed_days=tuple(closed))


def _session(day: int, text: str) -> Session:
    found = _SPAN.fullmatch(text)
    hour, minute, until, rest = map(int, found.groups()) if found else (99, 0, 99, 0)
    if hour > 23 or minute > 59 or rest > 59 or (until, rest) > (24, 0):
        raise UsageError("times are written 9:00-12:00", "value")
    return Session(day, f"{hour:02}:{minute:02}", f"{until:02}:{rest:02}")


def days_of(hours: Hours | None) -> list[str]:
    """Return the text of each day, as `hours_of` reads it; what it cannot say is left out."""
    texts = [""] * DAYS
    if hours is None:
        return texts
    for session in hours.sessions:
        if session.use == "consultation" and not session.department:
            text = f"{session.opens}-{session.closes}"
            texts[session.day] = f"{texts[session.day]} {text}".strip()
    for day in hours.closed_days:
        texts[day] = texts[day] or CLOSED
    return texts


def are_hours(document: object) -> bool:
    """Say whether a JSON value is hours as `hours_of` makes them."""
    if not isinstance(document, dict):
        return False
    try:
        hours = Hours.from_dict(document)
        again = hours_of(days_of(hours))
    except (UsageError, TypeError, ValueError, IndexError, AttributeError):
        return False
    return (set(again.sessions), again.closed_days) == (set(hours.sessions), hours.closed_days)
