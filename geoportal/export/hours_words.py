"""Weekly hours (診療・営業時間) as one cell of a table, in the language of its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from geoportal.domain.hours import HOLIDAY
from geoportal.export.wording import Wording

_RUN = 3
"""So many days in a row are said as first and last."""
_SHOWN_USE = "consultation"


def hours_words(hours: Mapping[str, Any] | None, words: Wording) -> str:
    """Return the hours of a facility as text, ``月–金 9:00-12:00, 14:00-17:00; 土 9:00-12:00``.

    Parameters
    ----------
    hours : mapping or None
        ``hours`` of ``GET /api/v1/facilities/{id}``; None when nothing is known of them.
    words : Wording
        Labels.

    Returns
    -------
    str
        Times of consultation or business, of all departments together, closing days, and the
        source's own words; empty when nothing is known.
    """
    if hours is None:
        return ""
    times = {
        day: tuple(sorted({(s["opens"], s["closes"]) for s in sessions}))
        for day, sessions in _by_day(hours["sessions"])
    }
    parts = [
        f"{_days(days, words)} {', '.join(f'{_clock(a)}-{_clock(b)}' for a, b in spans)}"
        for spans, days in _days_by(times)
    ]
    untimed = [day for day in hours["open_days"] if day not in times]
    if untimed:
        parts.append(f"{_days(untimed, words)} {words.say('times-unknown')}")
    closed = [_days(hours["closed_days"], words)] if hours["closed_days"] else []
    closed += [
        words.say("nth-week").replace("{n}", str(week)).replace("{day}", words.say(f"day-{day}"))
        for week, day in hours["closed_weeks"]
    ]
    if closed:
        parts.append(f"{words.say('closed')} {words.joined(closed)}")
    if hours["unclear_days"]:
        parts.append(f"{_days(hours['unclear_days'], words)} {words.say('unclear')}")
    if hours["note"]:
        parts.append(hours["note"])
    return "; ".join(parts)


def _by_day(
    sessions: Sequence[Mapping[str, Any]],
) -> list[tuple[int, list[Mapping[str, Any]]]]:
    open_for = [s for s in sessions if s["use"] == _SHOWN_USE]
    ordered = sorted(open_for, key=lambda session: int(session["day"]))
    return [(day, list(group)) for day, group in groupby(ordered, key=lambda s: int(s["day"]))]


def _days_by(
    times: Mapping[int, tuple[tuple[str, str], ...]],
) -> list[tuple[tuple[tuple[str, str], ...], list[int]]]:
    """Return the days that have the same times, in the order of their first day."""
    days: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for day, spans in sorted(times.items()):
        days.setdefault(spans, []).append(day)
    return list(days.items())


def _days(days: Sequence[int], words: Wording) -> str:
    ordered = sorted(days)
    names = [words.say(f"day-{day}") for day in ordered]
    in_a_row = all(b == a + 1 for a, b in pairwise(ordered)) and ordered[-1] < HOLIDAY
    if in_a_row and len(ordered) >= _RUN:
        return f"{names[0]}–{names[-1]}"
    return words.joined(names)


def _clock(time: str) -> str:
    return time.removeprefix("0")
