"""Weekly hours and yearly closing days as one sentence, for centres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from geoportal.documents import Document
from geoportal.domain.hours import HOLIDAY
from geoportal.web.language.messages import Label, Messages

_LEAP_YEAR = 2024
"""A year that has every ``MM-DD``."""
_RUN = 3
"""So many days in a row are said as first and last."""


def opening_sentence(hours: Document, words: Messages) -> Label | None:
    """Say when a centre can be asked: days, times, and when it is closed all the same.

    Parameters
    ----------
    hours : dict
        `Hours.as_dict` of a centre.
    words : Messages

    Returns
    -------
    Label or None
        None when nothing is known of its hours. Free text of the source is not in it.
    """
    open_parts = [
        words.label("hours-days-times", days=_days(days, words), times=_times(times, words))
        for times, days in _days_by_times(hours)
    ]
    timed = {session["day"] for session in hours["sessions"]}
    untimed = [day for day in hours["open_days"] if day not in timed]
    if untimed:
        open_parts.append(words.label("hours-days-only", days=_days(untimed, words)))
    closed_parts = [words.label("weekday-7")] if HOLIDAY in hours["closed_days"] else []
    closed_parts += [_dates(run, words) for run in _runs(hours["closed_dates"])]
    if not open_parts:
        return None
    opened = _joined(open_parts, words)
    if not closed_parts:
        return opened
    return words.label("hours-but-closed", open=opened, closed=_joined(closed_parts, words))


def _days_by_times(hours: Document) -> list[tuple[tuple[str, ...], list[int]]]:
    """Return days of the week that have the same times, in the order of their first day."""
    days: dict[tuple[str, ...], list[int]] = {}
    for day in sorted({session["day"] for session in hours["sessions"]}):
        times = tuple(
            sorted(f"{s['opens']} {s['closes']}" for s in hours["sessions"] if s["day"] == day)
        )
        days.setdefault(times, []).append(day)
    return list(days.items())


def _times(times: Sequence[str], words: Messages) -> Label:
    spans = [time.split(" ") for time in times]
    return _joined(
        [
            words.label(
                "hours-span", opens=opens.removeprefix("0"), closes=closes.removeprefix("0")
            )
            for opens, closes in spans
        ],
        words,
    )


def _days(days: Sequence[int], words: Messages) -> Label:
    names = [words.label(f"weekday-{day}") for day in days]
    in_a_row = all(second == first + 1 for first, second in pairwise(days)) and days[-1] < HOLIDAY
    if in_a_row and len(days) >= _RUN:
        return words.label("hours-from-to", first=names[0], last=names[-1])
    return _joined(names, words)


def _runs(dates: Iterable[str]) -> list[tuple[str, str]]:
    """Return first and last of each run of days of the year, ``MM-DD``; a run may pass new year."""
    days = sorted({date.fromisoformat(f"{_LEAP_YEAR}-{day}") for day in dates})
    runs: list[list[date]] = []
    for day in days:
        if runs and day == runs[-1][-1] + timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    ends_the_year = len(runs) > 1 and runs[-1][-1] == date(_LEAP_YEAR, 12, 31)
    if ends_the_year and runs[0][0] == date(_LEAP_YEAR, 1, 1):
        runs[-1] += runs.pop(0)
    return [(f"{run[0]:%m-%d}", f"{run[-1]:%m-%d}") for run in runs]


def _dates(run: tuple[str, str], words: Messages) -> Label:
    first, last = (_date(day, words) for day in run)
    return first if run[0] == run[1] else words.label("hours-from-to", first=first, last=last)


def _date(day: str, words: Messages) -> Label:
    month, number = day.split("-")
    name = words.label(f"month-{int(month)}")
    return words.label("day-of-year", month=name, day=int(number))


def _joined(parts: Sequence[Label], words: Messages) -> Label:
    return Label(words.plain("js-comma").join(part.source for part in parts))
