"""Names that are none: damage by programs a list went through, or the cells of another column."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LOST_LETTER: Final = "\ufffd"
"""What programs write in place of a letter they could not read."""
_EXCEL_FAULT: Final = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#*)", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:北海道|東京都|京都府|大阪府|[^\s市区町村]{2,3}県)?\S{1,6}?[市区町村郡].{1,20}?\d.*"
)
_OF_ADDRESS: Final = re.compile(r"[市区町村郡]|\d")
_JAPANESE: Final = re.compile("[\u3005\u3041-\u30fa\u30fc-\u30ff\u4e00-\u9fff\uff66-\uff9f]")
_FOREIGN: Final = re.compile(
    "[\u0080-\u0084\u0086-\u00ff\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u203a€™\ufffd]"
)
"""What bytes beyond ASCII are as Latin-1 or Windows-1252, but for U+0085, a line end."""
_OF_UTF8: Final = re.compile("[\u7e3a\u7e67\u7e5d]|[\u4e00-\u9fff][\uff61-\uff9f]")
"""縺 繧 繝 (kana, in UTF-8 taken for Shift_JIS), or a half-width letter behind a kanji."""
_ESCAPED: Final = re.compile(r"\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|%[0-9a-f]{2}|&#\w+;", re.IGNORECASE)
"""Letters as JSON, programs, web addresses and web pages escape them."""
_DECIMAL: Final = re.compile(r"-?\d+\.\d+(E[+-]?\d+)?")
_PHONE: Final = re.compile(r"0\d{1,3}-\d{2,4}-\d{3,4}|0\d{9,10}")
_WEB: Final = re.compile(r"https?:|www\.|\S+@\S+\.\w+", re.IGNORECASE)
_FEWEST_FOREIGN: Final = 3
_FOREIGN_SHARE: Final = 0.4
_UTF8_BYTES: Final = 3
"""Of a kana or kanji."""
_MISREAD_SHARE: Final = 0.6
"""Of bytes beyond ASCII that make Japanese letters in UTF-8."""


def fault_of_name(name: str) -> str:
    """Say why a cell, as the file has it, is no name of a facility; empty if it may be."""
    if is_spreadsheet_fault(name):
        return "is an error of the spreadsheet program"
    if not any(letter.isalnum() and not letter.isdecimal() for letter in name):
        return "has no letter"
    if 2 * sum(map(name.count, f"?？{LOST_LETTER}")) >= len(name):
        return "has lost its letters"
    if len(_ESCAPED.sub("", name)) * 2 <= len(name):
        return "was written in escapes"
    if is_misread(name):
        return "was read in the wrong encoding"
    return ""


def fault_of_address(address: str) -> str:
    """Say what stands in the place of an address; empty if it may be one.

    A number with a point is a degree, one of ten digits that begins with 0 a telephone number.
    """
    plain = unicodedata.normalize("NFKC", address)
    if _DECIMAL.fullmatch(plain):
        return "a number"
    if _PHONE.fullmatch(plain):
        return "a telephone number"
    return "a web address" if _WEB.match(plain) else ""


def is_spreadsheet_fault(text: str) -> bool:
    """Say whether a cell holds what a spreadsheet program shows instead of a value: ``#N/A``."""
    return _EXCEL_FAULT.fullmatch(text) is not None


def are_exchanged(name: str, address: str) -> bool:
    """Say whether the name of a row is an address, and its address none."""
    return bool(address and _ADDRESS.fullmatch(name) and not _OF_ADDRESS.search(address))


def is_misread(text: str) -> bool:
    """Say whether Japanese text was read in a wrong encoding: ``è¨ªå•``, ``–K–â``, ``險ｪ蝠``.

    Known are UTF-8, Shift_JIS and EUC-JP taken for Latin letters, and UTF-8 taken for Shift_JIS,
    also where bytes were lost on the way.
    """
    if text.isascii():
        return False
    if _JAPANESE.search(text) is None:
        foreign = len(_FOREIGN.findall(text))
        letters = sum(not letter.isspace() for letter in text)
        return foreign >= _FEWEST_FOREIGN and foreign >= _FOREIGN_SHARE * letters
    if _OF_UTF8.search(text) is None:
        return False
    raw = text.encode("cp932", "ignore")
    beyond = sum(byte > 0x7F for byte in raw)  # ASCII
    found = [letter for letter in raw.decode("utf-8", "ignore") if _JAPANESE.match(letter)]
    return len(found) > 1 and _UTF8_BYTES * len(found) >= _MISREAD_SHARE * beyond
