"""Closing days of the year in words: 年末年始（12/29〜1/3）, 8月13日-15日, お盆.

What names its days closes them; what names a season only, or cannot be read, is unclear.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

_DASHES: Final = str.maketrans(dict.fromkeys("～〜−－ー―–—‐‑", "~"))
_RANGE: Final = re.compile(
    r"(?<![0-9/])(?:\d{4}[年/])?(?P<month>\d{1,2})(?:月|/)(?P<day>\d{1,2})日?"
    r"(?:\s*(?:~|-|から)\s*(?:\d{4}[年/])?(?:(?P<last_month>\d{1,2})(?:月|/))?(?P<last_day>\d{1,2})日?(?:まで)?)?"
    r"(?![0-9/月:時])(?P<further>(?:\s*[、,・]\s*\d{1,2}日?(?![0-9/月:時~]))*)"
)
_LEAP_YEAR: Final = 2024
_LONGEST_RANGE_DAYS: Final = 31
"""A longer closing is taken for a slip of the pen (8/14-5/16)."""
_SEASONS: Final = (
    (re.compile("年末年始|正月|年末|年始"), (12, 28), (1, 5)),
    (re.compile("盆|夏季|夏期|夏休"), (8, 10), (8, 18)),
    (re.compile("GW|ゴールデンウ[ィイ]ーク|連休", re.IGNORECASE), (4, 28), (5, 7)),
)
"""Words for seasons with the first and last day that offices usually mean by them, generously."""


def closing_dates(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read the closing days that return every year from a remark.

    Parameters
    ----------
    text : str
        What a source says of closing days.

    Returns
    -------
    tuple of (tuple of str, tuple of str)
        Days that are closed, and days that are unclear, as ``MM-DD``, ascending. A season that is
        named together with its days, as 年末年始（12/29〜1/3）, is clear.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    closed: set[str] = set()
    unclear: set[str] = set()
    for match in _RANGE.finditer(plain):
        first = _day(int(match["month"]), int(match["day"]))
        last = first
        if match["last_day"]:
            last = _day(int(match["last_month"] or match["month"]), int(match["last_day"]))
        if first is None or last is None:
            continue
        days = list(_between(first, last))
        if len(days) <= _LONGEST_RANGE_DAYS:
            closed.update(days)
        else:
            unclear.update((days[0], days[-1]))
        month = int(match["last_month"] or match["month"])
        for number in re.findall(r"\d+", match["further"]):
            day = _day(month, int(number))
            closed.update({f"{day:%m-%d}"} if day else ())
    for word, first_day, last_day in _SEASONS:
        if word.search(plain):
            season = set(_between(date(_LEAP_YEAR, *first_day), date(_LEAP_YEAR, *last_day)))
            unclear |= set() if season & closed else season
    return tuple(sorted(closed)), tuple(sorted(unclear - closed))


def _day(month: int, day: int) -> date | None:
    try:
        return date(_LEAP_YEAR, month, day)
    except ValueError:
        return None


def _between(first: date, last: date) -> Iterator[str]:
    """Yield the days from one to another as ``MM-DD``, across the end of the year if need be."""
    day = first
    while True:
        yield f"{day:%m-%d}"
        if day == last:
            return
        day += timedelta(days=1)
        day = day.replace(year=_LEAP_YEAR)
