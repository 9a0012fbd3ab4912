"""Codes of insured medical institutions and pharmacies (保険医療機関・薬局コード).

Ten digits: prefecture (2), 点数表 (1: 医科 1, 歯科 3, 薬局 4), area (2), institution (4), check.
The institution number is 1000 to 2999 for 医科, 3000 to 3999 for 歯科, 4000 to 4999 for 薬局
(保険医療機関コード設定要領), but not everywhere: decision record 046 has the prefectures.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from geoportal.ingest.files.layouts import Heading

TABLE_DIGITS: Final = MappingProxyType({"医科": "1", "歯科": "3", "薬局": "4"})
"""点数表 and its digit in the code."""
VISITING_NURSING: Final = "訪問看護"
FILING_TABLES: Final = MappingProxyType({**TABLE_DIGITS, VISITING_NURSING: "6"})
"""The same with the stations of visiting nursing, which file with the bureau, too."""
_TABLE_BY_INSTITUTION_DIGIT: Final = MappingProxyType(
    {"1": "医科", "2": "医科", "3": "歯科", "4": "薬局"}
)
_UNCHECKED: Final = frozenset({"11", "12", "13", "14"})
"""Prefectures whose numbers do not end with the check digit (埼玉, 千葉, 東京, 神奈川)."""
_OWN_NUMBERING: Final = _UNCHECKED | frozenset(
    ("04", "09", "10", "19", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "33", "42")
)
"""Prefectures where the third digit of seven does not tell the table: 医科 with 0, 3, 5, 6 or 7."""
_USUAL_SHARE: Final = 0.9
_SEVEN: Final = re.compile(r"\d{7}")
_HOSPITAL_ENDING: Final = re.compile(r"(病院|医療センター|メディカルセンター)([（(].*[)）])?$")


def institution_code(prefecture: str, table: str, number: str) -> str:
    """Return the ten-digit code, empty when a part is missing or no such number exists."""
    if not re.fullmatch(r"\d{2}", prefecture) or not _SEVEN.fullmatch(number):
        return ""
    digit = FILING_TABLES.get(table, "")
    return prefecture + digit + number if digit else ""


def table_of(prefecture: str, number: str) -> str:
    """Return the 点数表 a seven-digit number belongs to, empty when it cannot be told.

    Where numbers end with the check digit, the table whose digit makes it right; else the third
    digit says it in prefectures that number by the rule.
    """
    if not _SEVEN.fullmatch(number) or not re.fullmatch(r"\d{2}", prefecture):
        return ""
    if prefecture not in _UNCHECKED:
        codes = {table: prefecture + digit + number for table, digit in TABLE_DIGITS.items()}
        fitting = [table for table, code in codes.items() if check_digit_fits(code)]
        if len(fitting) == 1:
            return fitting[0]
    return "" if prefecture in _OWN_NUMBERING else _TABLE_BY_INSTITUTION_DIGIT.get(number[2], "")


def stated_table(heading: Heading) -> str:
    """Return the 点数表 that the titles or columns of a list name, empty for none or several."""
    for text in (heading.sheet, heading.above, " ".join(heading.header)):
        named = [table for table in FILING_TABLES if table in text]
        if named:
            return named[0] if len(named) == 1 else ""
    return ""


def checked_prefectures(codes: Iterable[str]) -> frozenset[str]:
    """Return the prefectures of a list whose numbers end with the check digit, but for a few."""
    known = set(codes)
    total = Counter(code[:2] for code in known)
    right = Counter(code[:2] for code in known if check_digit_fits(code))
    return frozenset(name for name in total if right[name] >= _USUAL_SHARE * total[name])


def check_digit_fits(code: str) -> bool:
    """Return whether the last digit of a ten-digit code agrees with the others.

    From the right, the nine digits before it are doubled and taken single in turn; the digits of
    the products are added (the Luhn rule).
    """
    total = 0
    for position, letter in enumerate(reversed(code[:9])):
        product = int(letter) * (2 if position % 2 == 0 else 1)
        total += product // 10 + product % 10
    return code[9:] == str((10 - total % 10) % 10)


def named_hospital(name: str) -> bool:
    """Return whether a name is a hospital's.

    Only a hospital may be called one (医療法 第3条), but not every hospital is; centres whose name
    ends like those of large hospitals are taken for hospitals as well.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))
    return bool(_HOSPITAL_ENDING.search(plain))
