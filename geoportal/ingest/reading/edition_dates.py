"""Dates of editions in names and titles of files: 20250601, 2025-06, R0710, 令和7年12月1日現在."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Final

from geoportal.ingest.reading.municipalities import check_digit

_MONTH, _DAY = r"(1[0-2]|0?[1-9])", r"(3[01]|[12]\d|0?[1-9])"
_PACKED_MONTH, _PACKED_DAY = r"(1[0-2]|0[1-9])", r"(3[01]|[12]\d|0[1-9])"
_YEAR = r"(?<!\d)(20\d\d)"
_ERA = r"(?:令和|(?<![A-Za-z0-9])R)\s*(元|\d{1,2})"
_LETTER_YEAR = r"(?<![A-Za-z0-9])R(\d\d)"
_REIWA, _CENTURY = 2018, 2000
_Patterns = tuple[tuple[str, int], ...]
"""Regular expressions of year, month and perhaps day, each with what is added to the year."""
_DAYS: Final[_Patterns] = (
    (rf"{_YEAR}{_PACKED_MONTH}{_PACKED_DAY}(?!\d)", 0),
    (rf"{_YEAR}\s*[-_./年]\s*{_MONTH}\s*[-_./月]\s*{_DAY}(?!\d)日?", 0),
    (rf"{_ERA}\s*[-_./年]\s*{_MONTH}\s*[-_./月]\s*{_DAY}(?!\d)日?", _REIWA),
    (rf"{_LETTER_YEAR}{_PACKED_MONTH}{_PACKED_DAY}(?!\d)", _REIWA),
)
_TWO_DIGITS = r"(?<![A-Za-z0-9])(\d\d)"
_SHORT_DAYS: Final[_Patterns] = ((rf"{_TWO_DIGITS}{_PACKED_MONTH}{_PACKED_DAY}(?!\d)", _CENTURY),)
_MONTHS: Final[_Patterns] = (
    (rf"{_YEAR}\s*[-./年]\s*{_MONTH}月?(?!月|\s*\d)", 0),
    (rf"{_YEAR}_?{_PACKED_MONTH}(?!\d)", 0),
    (rf"{_ERA}\s*[-_./年]\s*{_MONTH}月?(?!月|\s*\d)", _REIWA),
    (rf"{_LETTER_YEAR}{_PACKED_MONTH}(?!\d)", _REIWA),
)
_RAILWAY_YEAR: Final = re.compile(r"N02-(\d\d)(?!\d)")
_PRODUCT_YEAR: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d\d-(\d\d)(?!\d)")
_PREFECTURES: Final = 47
_SIX_DIGITS: Final = re.compile(r"\d{6}")
_STATED: Final = re.compile(r"\s*(?:現在|時点|更新|作成|公表|公開|提供|版)")
_OTHER_DAY: Final = re.compile(
    r"\s*(?:付け?)?\s*(?:施行|告示|通知|改正|改定|制定|開設|開始|指定|設立|から|まで|以降|以後|[~〜])"
)


def date_in_name(name: str) -> date | None:
    """Return the date a file name carries, None when it carries none.

    Read are days (``20250601``, ``2025-06-01``, ``R7.6.1``, ``令和7年6月1日``, and
    ``N03-21_40_210101`` of 国土数値情報) before months (``2025-10``, ``202510``, ``r7_10``,
    ``R0710``); a month means its first day. A year alone counts only in the names of
    国土数値情報: ``A32-23`` means the first day of 2023, ``N02-23`` (鉄道データ) the last, by its
    page. Six digits that are a municipality's code are no date.
    """
    plain = unicodedata.normalize("NFKC", name)
    folded = re.sub(r"(?<![A-Za-z0-9])r(?=\d)", "R", plain)
    if railway := _RAILWAY_YEAR.search(folded):
        return date(2000 + int(railway[1]), 12, 31)
    found = _days(folded, (*_DAYS, *_SHORT_DAYS, *_MONTHS))
    product = _PRODUCT_YEAR.search(folded)
    year = date(2000 + int(product[1]), 1, 1) if product else None
    return next((day for day, _match in found), year)


def date_in_title(title: str) -> date | None:
    """Return the date that a title states the content is of, None when it states none.

    A day or month with 現在, 時点, 更新 … counts before others; without such a word it must be the
    only one, and not that of a law or of an opening (施行, 告示, 開設 …). A month means its first
    day.
    """
    plain = unicodedata.normalize("NFKC", title)
    for patterns in (_DAYS, _MONTHS):
        found = list(_days(plain, patterns))
        stated = [day for day, match in found if _STATED.match(plain, match.end())]
        if stated:
            return stated[0]
        others = {day for day, match in found if not _OTHER_DAY.match(plain, match.end())}
        if len(others) == 1:
            return others.pop()
    return None


def _days(text: str, patterns: _Patterns) -> Iterator[tuple[date, re.Match[str]]]:
    for pattern, added in patterns:
        for match in re.finditer(pattern, text):
            year, month, *days = match.groups()
            if _SIX_DIGITS.fullmatch(match[0]) and _is_municipality_code(match[0]):
                continue
            number = 1 if year == "元" else int(year)
            try:
                day = date(added + number, int(month), int(days[0]) if days else 1)
            except ValueError:
                continue
            yield day, match


def _is_municipality_code(digits: str) -> bool:
    """Say whether six digits are a 全国地方公共団体コード: the last one checks the first five."""
    return 1 <= int(digits[:2]) <= _PREFECTURES and digits[5] == check_digit(digits[:5])
