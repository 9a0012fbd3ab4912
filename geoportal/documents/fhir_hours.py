"""Opening hours of FHIR: ``availableTime``, ``notAvailable`` and the words for what neither says.

Times of consultation or business, of all departments together, as search asks for them. What is
not certain is in no time: an unclear day, a day without stated times.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from geoportal.documents import Document
from geoportal.documents.weekly_hours import (
    DAY_MINUTES,
    clock,
    days_by_span,
    spans_of,
    weekly_spans,
)
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS
from geoportal.domain.hours import HOLIDAY, Hours, OpeningCalendar
from geoportal.export.hours_words import hours_words
from geoportal.export.wording import Wording

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS: Final = HOURS_STALE_AFTER_DAYS
"""Days ahead for which closed days have dates; older hours are not to be relied on."""


def hours_elements(
    hours: Hours, today: date, calendar: OpeningCalendar, words: Wording
) -> Document:
    """Return the elements of a HealthcareService about hours; empty when nothing is known.

    ``notAvailable`` has each run of days from ``today`` on to which the times of their day of the
    week do not apply: closed, or a holiday with other times or none stated, as its description
    says.
    """
    if not hours.known:
        return {}
    weekly = weekly_spans(hours)
    elements: Document = {}
    if weekly:
        elements["availableTime"] = [
            {"daysOfWeek": [DAYS[day] for day in days], **_times(opens, closes)}
            for (opens, closes), days in days_by_span(weekly).items()
        ]
    dates = {*hours.closed_dates, *hours.unclear_dates}
    exceptions = [
        (day, reason)
        for day, month_day in _days_ahead(today)
        if day.weekday() in weekly
        and (
            month_day in dates
            or day.weekday() in hours.closed_days
            or (hours.closed_weeks and (_week(day), day.weekday()) in hours.closed_weeks)
            or calendar.is_holiday(day)
        )
        and (reason := _reason(hours, day, month_day, calendar, words))
    ]
    if exceptions:
        elements["notAvailable"] = [
            {"description": reason, "during": {"start": str(first), "end": str(last)}}
            for first, last, reason in _runs(exceptions)
        ]
    said = hours_said(hours, words)
    return elements | ({"availabilityExceptions": said} if said else {})


@lru_cache(maxsize=4)
def _days_ahead(today: date) -> tuple[tuple[date, str], ...]:
    """Return the days of the horizon, each with its ``MM-DD``."""
    days = (today + timedelta(days=ahead) for ahead in range(HORIZON_DAYS))
    return tuple((day, f"{day:%m-%d}") for day in days)


def _week(day: date) -> int:
    """Return which of its weekday in the month a day is, from 1."""
    return (day.day - 1) // 7 + 1


def _reason(
    hours: Hours, day: date, month_day: str, calendar: OpeningCalendar, words: Wording
) -> str:
    """Return why the times of its day of the week do not apply to a day, empty if they do."""
    if calendar.closed_all_day(hours, day):
        return words.say("closed")
    if month_day in hours.unclear_dates or (
        calendar.is_holiday(day) and HOLIDAY in hours.unclear_days
    ):
        return f"{month_day} {words.say('times-unknown')}"
    if not calendar.is_holiday(day):
        return ""
    stated = spans_of(hours, HOLIDAY)
    if stated and stated == spans_of(hours, day.weekday()):
        return ""
    said = "、".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in stated)
    return f"{words.say(f'day-{HOLIDAY}')} {said or words.say('times-unknown')}"


def hours_said(hours: Hours, words: Wording) -> str:
    """Return the hours in words: holidays and regular exceptions are only here."""
    parts = [hours_words(hours.as_dict(), words)]
    named = HOLIDAY in (*hours.open_days, *(session.day for session in hours.sessions))
    if not named and HOLIDAY not in hours.closed_days:
        parts.append(f"{words.say(f'day-{HOLIDAY}')} {words.say('times-unknown')}")
    if hours.closed_dates:
        parts.append(f"{words.say('closed')} {words.joined(hours.closed_dates)}")
    return "; ".join(filter(None, parts))


def _times(opens: int, closes: int) -> Document:
    if (opens, closes) == (0, DAY_MINUTES):
        return {"allDay": True}
    return {"availableStartTime": _time(opens), "availableEndTime": _time(closes)}


def _time(minute: int) -> str:
    """Return a time of FHIR, which has seconds and no 24:00."""
    return f"{clock(minute)}:{59 if minute == DAY_MINUTES else 0:02}"


def _runs(days: Sequence[tuple[date, str]]) -> list[tuple[date, date, str]]:
    """Return first day, last day and reason of each run of ascending days with one reason."""
    runs: list[tuple[date, date, str]] = []
    for day, reason in days:
        if runs and runs[-1][1:] == (day - timedelta(days=1), reason):
            runs[-1] = (runs[-1][0], day, reason)
        else:
            runs.append((day, day, reason))
    return runs
