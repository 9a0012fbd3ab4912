"""Weekly hours (診療・営業時間) as the lists of municipalities have them: days, a span, a remark.

What is written is read again by the functions that import such lists; where other hours came of
it, the times are said as a note only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geoportal.domain.hours import DAY_LABELS_JA, HOLIDAY, Hours
from geoportal.ingest.reading.municipal_lists import hours_of
from geoportal.ingest.reading.opening_words import states_week
from geoportal.text.closing_dates import closing_dates

Spans = tuple[tuple[str, str], ...]

_SEASONS: Final = ("年末年始", "夏季", "連休")
"""Words for days of the year about which nothing is certain, as `closing_dates` reads them."""
_SHOWN_USE: Final = "consultation"
_LONGEST_RUN: Final = 20
_DAYS_OF_MONTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class HoursCells:
    """Cells of a row.

    Attributes
    ----------
    days : str
        ``月火水木金``.
    opens, closes : str
        ``09:00``, on every day that the remark says nothing else of; empty when not known.
    remark : str
        Other times of single days, days on which it is closed, and the source's note.
    beside : str
        The source's note where it would change how the remark is read; for another column.
    """

    days: str = ""
    opens: str = ""
    closes: str = ""
    remark: str = ""
    beside: str = ""


def hours_cells(hours: Hours, *, spans: bool) -> HoursCells:
    """Return the cells of hours of consultation or business, those of all departments together.

    Parameters
    ----------
    hours : Hours
    spans : bool
        Whether the list has columns for begin and end; else the remark states every day.
    """
    week = consultation_week(hours)
    days = tuple(sorted({*week, *hours.open_days}))
    base = _base(week) if spans and set(week) == set(days) else ("", "")
    timed = _timed(week, base)
    statements = [*timed, *_unclear(hours), *_closed(hours, days)]
    own = "；".join(statements)
    note = hours.note.removeprefix(own).removeprefix("。")
    whole = "。".join(filter(None, (own, note)))
    letters = _letters(days)
    for remark, beside in ((whole, ""), (own, note)):
        if _says(hours, read_again(days, base, remark, spans=spans)):
            return HoursCells(letters, *base, remark, beside)
    untimed = "；".join(_closed(hours, days))
    said = "診療・営業時間：" + "、".join(timed or [_span(base)]) if week else ""
    return HoursCells(letters, remark=untimed, beside="\n".join(filter(None, (said, note))))


def consultation_week(hours: Hours) -> dict[int, Spans]:
    """Return the times of each day on which they are known, overlapping ones as one."""
    by_day: dict[int, set[tuple[str, str]]] = {}
    for session in hours.sessions:
        if session.use == _SHOWN_USE:
            by_day.setdefault(session.day, set()).add((session.opens, session.closes))
    return {day: _merged(sorted(spans)) for day, spans in sorted(by_day.items())}


def read_again(days: tuple[int, ...], base: tuple[str, str], remark: str, *, spans: bool) -> Hours:
    """Return the hours that the importer of the lists reads from cells."""
    if spans or states_week(remark):
        return hours_of(days, base, remark)
    return Hours(open_days=days, note=remark)


def _says(hours: Hours, read: Hours) -> bool:
    """Say whether hours that were read have the same times, and nothing certain that was not."""
    return (
        consultation_week(hours) == consultation_week(read)
        and set(hours.unclear_days) & set(consultation_week(hours)) <= set(read.unclear_days)
        and set(hours.unclear_dates) <= {*read.unclear_dates, *read.closed_dates}
        and set(read.closed_weeks) <= set(hours.closed_weeks)
        and set(read.closed_dates) <= set(hours.closed_dates)
    )


def _merged(spans: Sequence[tuple[str, str]]) -> Spans:
    merged: list[tuple[str, str]] = []
    for opens, closes in spans:
        if merged and opens < merged[-1][1] and opens < closes:
            merged[-1] = merged[-1][0], max(merged[-1][1], closes)
        else:
            merged.append((opens, closes))
    return tuple(merged)


def _base(week: Mapping[int, Spans]) -> tuple[str, str]:
    """Return begin and end of the times that most days have."""
    if not week:
        return "", ""
    found = list(week.values())
    usual = max(found, key=found.count)
    opens, closes = usual[0][0], usual[-1][1]
    return (opens, closes) if opens != closes else ("", "")


def _timed(week: Mapping[int, Spans], base: tuple[str, str]) -> list[str]:
    """Return what is said of the days whose times are not the base, the same ones together."""
    by_times: dict[Spans, list[int]] = {}
    for day, spans in week.items():
        if spans != (base,):
            by_times.setdefault(spans, []).append(day)
    return [f"{_letters(days)} " + "、".join(map(_span, spans)) for spans, days in by_times.items()]


def _span(span: tuple[str, str]) -> str:
    opens, closes = span
    return f"{opens}～{'翌' if closes <= opens else ''}{closes}"


def _unclear(hours: Hours) -> list[str]:
    days = [f"{_letters(hours.unclear_days)}は変更の場合あり"] if hours.unclear_days else []
    told = set(closing_dates(hours.note)[1]) | set(hours.closed_dates)
    missing = set(hours.unclear_dates) - told
    return days + [
        f"{word}は休診の場合あり" for word in _SEASONS if missing & set(closing_dates(word)[1])
    ]


def _closed(hours: Hours, open_days: Sequence[int]) -> list[str]:
    """Return what is said of closing: days that the open days do not imply, weeks, dates."""
    implied = range(HOLIDAY) if open_days else ()
    days = [day for day in hours.closed_days if day not in implied and day not in open_days]
    by_day: dict[int, list[int]] = {}
    for week, day in sorted(hours.closed_weeks):
        by_day.setdefault(day, []).append(week)
    told = set(closing_dates(hours.note)[0])
    dates = [run for run in _runs(hours.closed_dates) if not told.issuperset(run)]
    return [
        *([f"{_letters(days)}休診"] if days else []),
        *(
            f"第{'・'.join(map(str, weeks))}{DAY_LABELS_JA[day]}曜休診"
            for day, weeks in by_day.items()
            if not _stated_in(hours.note, weeks, day)
        ),
        *(
            f"{_date(run[0])}～{_date(run[-1])}休診" if run[1:] else f"{_date(run[0])}休診"
            for run in dates
        ),
    ]


def _stated_in(note: str, weeks: Sequence[int], day: int) -> bool:
    """Say whether a note closes these days by itself."""
    return {(week, day) for week in weeks} <= set(hours_of((), ("", ""), note).closed_weeks)


def _runs(dates: Iterable[str]) -> list[list[str]]:
    """Return dates ``MM-DD`` that follow one another together, also over the end of the year."""
    runs: list[list[str]] = []
    for date in sorted(dates):
        if runs and _follows(runs[-1][-1], date) and len(runs[-1]) < _LONGEST_RUN:
            runs[-1].append(date)
        else:
            runs.append([date])
    if len(runs) > 1 and _follows(runs[-1][-1], runs[0][0]):
        last = runs.pop()
        runs[0] = last + runs[0]
    return runs


def _follows(first: str, second: str) -> bool:
    (month, day), (next_month, next_day) = (map(int, date.split("-")) for date in (first, second))
    if day < _DAYS_OF_MONTHS[month - 1]:
        return (next_month, next_day) == (month, day + 1)
    return (next_month, next_day) == (month % 12 + 1, 1)


def _date(date: str) -> str:
    month, day = map(int, date.split("-"))
    return f"{month}月{day}日"


def _letters(days: Iterable[int]) -> str:
    return "".join(DAY_LABELS_JA[day] for day in sorted(days))
