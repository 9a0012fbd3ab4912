"""Times of a week that are certain, for formats that know no unclear day and no 24:00."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from geoportal.domain.hours import HOLIDAY, Hours

DAY_MINUTES: Final = 24 * 60
Span = tuple[int, int]
"""Beginning and end in minutes from midnight."""


def weekly_spans(hours: Hours) -> dict[int, list[Span]]:
    """Return the spans of each day of the week, 0 (Monday) to 6, disjoint and ascending.

    Of consultation or business, all departments together. What runs past midnight ends at it, and
    goes on on the next day. Days that another list contradicts are left out.
    """
    spans: dict[int, list[Span]] = {}
    for session in hours.sessions:
        certain = session.day != HOLIDAY and session.day not in hours.unclear_days
        if not certain or session.use != "consultation":
            continue
        opens, closes = session.span
        spans.setdefault(session.day, []).append((opens, min(closes, DAY_MINUTES)))
        if closes > DAY_MINUTES:
            spans.setdefault((session.day + 1) % 7, []).append((0, closes - DAY_MINUTES))
    return {day: joined(found) for day, found in sorted(spans.items())}


def spans_of(hours: Hours, day: int) -> list[Span]:
    """Return the spans of one day, 7 for holidays, disjoint and ascending."""
    return joined(
        session.span
        for session in hours.sessions
        if session.day == day and session.use == "consultation"
    )


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans."""
    whole: list[Span] = []
    for opens, closes in sorted(spans):
        if whole and opens <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(closes, whole[-1][1]))
        else:
            whole.append((opens, closes))
    return whole


def days_by_span(weekly: Mapping[int, Sequence[Span]]) -> dict[Span, list[int]]:
    """Return the days of each span."""
    days: dict[Span, list[int]] = {}
    for day, spans in weekly.items():
        for span in spans:
            days.setdefault(span, []).append(day)
    return days


def clock(minute: int) -> str:
    """Return minutes from midnight as ``HH:MM``; midnight at the end of a day as ``23:59``."""
    return "23:59" if minute == DAY_MINUTES else f"{minute // 60 % 24:02}:{minute % 60:02}"
