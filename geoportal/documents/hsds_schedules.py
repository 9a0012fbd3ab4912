"""Opening hours as schedules of HSDS: rules of RFC 5545 by day of the week.

Times of consultation or business, of all departments together. Rules are only of what is certain
and not old: an unclear day, a day without stated times, hours of long ago or of an unknown day are
in the description alone, with their day. So are holidays and closing dates, which rules by day of
the week cannot say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from geoportal.documents import Document
from geoportal.documents.fhir_hours import hours_said
from geoportal.documents.weekly_hours import Span, clock, days_by_span, weekly_spans
from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS
from geoportal.domain.dating import age_days, day_words
from geoportal.domain.hours import Hours
from geoportal.export.wording import Wording

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEKS: Final = (1, 2, 3, 4, 5)
_OFFSET: Final = "+09:00"


def schedules_of(hours: Hours, today: date, words: Wording, owner: UUID) -> list[Document]:
    """Return the schedules of the service with a UUID; none when no hours are known."""
    if not hours.known:
        return []
    said = f"{hours_said(hours, words)} （{day_words(hours.as_of)}）"
    common: Document = {"service_id": str(owner), "description": said}
    age = age_days(hours.as_of, today)
    if age is None or age > HOURS_STALE_AFTER_DAYS:
        rules: list[Document] = []
    else:
        rules = [
            {
                "timezone": 9,
                "freq": freq,
                "interval": 1,
                "byday": byday,
                "opens_at": f"{clock(opens)}{_OFFSET}",
                "closes_at": f"{clock(closes)}{_OFFSET}",
            }
            for (opens, closes), freq, byday in _rules(hours)
        ]
    return [
        {"id": str(uuid5(owner, f"schedule/{place}")), **common, **rule}
        for place, rule in enumerate(rules or [{}])
    ]


def _rules(hours: Hours) -> Iterator[tuple[Span, str, str]]:
    """Yield span, frequency and days: monthly for days that are closed in some weeks."""
    weekly = {
        day: spans for day, spans in weekly_spans(hours).items() if day not in hours.closed_days
    }
    some_weeks = {day for _, day in hours.closed_weeks}
    every_week = {day: spans for day, spans in weekly.items() if day not in some_weeks}
    for span, days in days_by_span(every_week).items():
        yield span, "WEEKLY", ",".join(DAYS[day] for day in days)
    for day in sorted(some_weeks & weekly.keys()):
        weeks = [week for week in _WEEKS if (week, day) not in hours.closed_weeks]
        for span in weekly[day] if weeks else ():
            yield span, "MONTHLY", ",".join(f"{week}{DAYS[day]}" for week in weeks)
