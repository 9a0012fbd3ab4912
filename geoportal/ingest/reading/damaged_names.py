"""Names that are none: damage by programs a list went through, or the cells of another column."""

from __future__ import annotations

import re
from typing import Final

LOST_LETTER: Final = "\ufffd"
"""What programs write in place of a letter they could not read."""
_EXCEL_FAULT: Final = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|#*)", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:北海道|東京都|京都府|大阪府|[^\s市区町村]{2,3}県)?\S{1,6}?[市区町村郡].{1,20}?\d.*"
)
_OF_ADDRESS: Final = re.compile(r"[市区町村郡]|\d")


def fault_of_name(name: str) -> str:
    """Say why a cell, as the file has it, is no name of a facility; empty if it may be."""
    if is_spreadsheet_fault(name):
        return "is an error of the spreadsheet program"
    if not any(map(str.isalnum, name)):
        return "has no letter"
    if 2 * sum(letter in f"?？{LOST_LETTER}" for letter in name) >= len(name):
        return "has lost its letters"
    if _is_misread(name):
        return "was read in the wrong encoding"
    return ""


def is_spreadsheet_fault(text: str) -> bool:
    """Say whether a cell holds what a spreadsheet program shows instead of a value: ``#N/A``."""
    return _EXCEL_FAULT.fullmatch(text) is not None


def are_exchanged(name: str, address: str) -> bool:
    """Say whether the name of a row is an address, and its address none."""
    return bool(address and _ADDRESS.fullmatch(name) and not _OF_ADDRESS.search(address))


def _is_misread(text: str) -> bool:
    """Say whether a text is UTF-8 that was taken for Latin-1: ``è¨ªå•`` for 訪問."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return not text.encode(encoding).decode("utf-8").isascii()
        except UnicodeError:
            continue
    return False
