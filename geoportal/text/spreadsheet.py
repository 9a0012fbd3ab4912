"""Cells of CSV files that a spreadsheet may run as formulas: marked when written, read as meant."""

from __future__ import annotations

import re
from typing import Any, Final

from geoportal.text.contact import visible

FORMULA_STARTS: Final = tuple("=+-@＝＋－＠\N{MINUS SIGN}﹦﹢﹣﹫\t\r\n")
"""What a spreadsheet may take for the beginning of a formula; Japanese Excel reads the full-width
signs as formulas, too (OWASP, CSV Injection). The minus sign U+2212 is the full-width one once a
file is saved as Shift_JIS."""
_SIGNS: Final = re.escape("".join(FORMULA_STARTS))
_RUNS: Final = re.compile(f"'*[{_SIGNS}]")
_MARKED: Final = re.compile(f"'+[{_SIGNS}]")


def harmless(value: Any) -> Any:
    """Return a CSV cell that a spreadsheet shows and never runs; `as_meant` is the inverse.

    Text loses the characters that nobody sees or that turn it round; one that begins like a
    formula, or with apostrophes in front of one, gets an apostrophe. Numbers stay numbers.
    """
    if not isinstance(value, str):
        return "" if value is None else value
    text = visible(value)
    return "'" + text if _RUNS.match(text) else text


def as_meant(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if _MARKED.match(text) else text
