"""Dates as Japanese documents write them: eras (和暦), 年月日, compact digits."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_ERAS = {
    "明治": (1868, date(1868, 1, 25)),
    "大正": (1912, date(1912, 7, 30)),
    "昭和": (1926, date(1926, 12, 25)),
    "平成": (1989, date(1989, 1, 8)),
    "令和": (2019, date(2019, 5, 1)),
}
_LETTERS = {"M": "明治", "T": "大正", "S": "昭和", "H": "平成", "R": "令和"}
_ERA_DATE = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])\.?\s*(元|\d{1,2})\s*[年./-]\s*"
    r"(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
)
_WESTERN_DATE = re.compile(r"((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_MIDNIGHT = re.compile(r"[T\s]\s*0?0:00(:00(\.0+)?)?$")
_COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")


def parse_date(text: str) -> date | None:
    """Return the date a text is, None when it is none or impossible.

    Accepts ``令和 7年 6月 1日``, ``令和元年5月1日``, ``R7.6.1``, ``2025-06-01``, ``2025/6/1``,
    ``2025年6月1日`` and ``20250601``, full or half width, with nothing else in the text but
    midnight, which programs write behind a date.
    """
    plain = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip().upper())
    if era := _ERA_DATE.fullmatch(plain):
        start_year, start = _ERAS[_LETTERS.get(era[1], era[1])]
        number = 1 if era[2] == "元" else int(era[2])
        day = _date(start_year + number - 1, int(era[3]), int(era[4]))
        return day if day and number >= 1 and day >= start else None
    match = _WESTERN_DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    return _date(*(int(group) for group in match.groups())) if match else None


def find_date(text: str) -> date | None:
    """Return the first date written in a text, None when there is none."""
    plain = unicodedata.normalize("NFKC", text).upper()
    matches = filter(None, (_ERA_DATE.search(plain), _WESTERN_DATE.search(plain)))
    first = min(matches, key=lambda match: match.start(), default=None)
    return parse_date(first.group()) if first else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
