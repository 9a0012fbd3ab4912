"""Codes of insured medical institutions and pharmacies (保険医療機関・薬局コード).

Ten digits: prefecture (2), 点数表 (1: 医科 1, 歯科 3, 薬局 4), area (2), institution (4), check.
The institution number is 1000 to 2999 for 医科, 3000 to 3999 for 歯科, 4000 to 4999 for 薬局: seven
digits tell the table too (保険医療機関コード設定要領). It holds for all 2,382 institutions of the
Yamaguchi list of 2025-10, and the check digit for all 896 of the Kitakyushu list of 2025-08.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

TABLE_DIGITS: Final = MappingProxyType({"医科": "1", "歯科": "3", "薬局": "4"})
"""点数表 and its digit in the code."""
_TABLE_BY_INSTITUTION_DIGIT: Final = MappingProxyType(
    {"1": "医科", "2": "医科", "3": "歯科", "4": "薬局"}
)
_SEVEN: Final = re.compile(r"\d{7}")
_HOSPITAL_ENDING: Final = re.compile(r"(病院|医療センター|メディカルセンター)([（(].*[)）])?$")


def institution_code(prefecture: str, table: str, number: str) -> str:
    """Return the ten-digit code, empty when a part is missing or no such number exists."""
    if not re.fullmatch(r"\d{2}", prefecture) or not _SEVEN.fullmatch(number):
        return ""
    digit = TABLE_DIGITS.get(table, "")
    return prefecture + digit + number if digit else ""


def table_of(number: str) -> str:
    """Return the 点数表 a seven-digit number belongs to, empty when it is none."""
    match = _SEVEN.fullmatch(number)
    return _TABLE_BY_INSTITUTION_DIGIT.get(number[2], "") if match else ""


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
