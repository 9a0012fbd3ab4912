"""Cells of CSV files that a spreadsheet may run as formulas: marked when written, read as meant."""

from __future__ import annotations

import re
from typing import Any, Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a spreadsheet may take for the beginning of a formula; Japanese Excel reads the full-width
signs as formulas, too (OWASP, CSV Injection)."""
_SIGNS: Final = re.escape("".join(FORMULA_STARTS))
_RUNS: Final = re.compile(f"'*[{_SIGNS}]")
_MARKED: Final = re.compile(f"'+[{_SIGNS}]")


def harmless(value: Any) -> Any:
    """Return a CSV cell that a spreadsheet shows and never runs; `as_meant` is the inverse.

    Text that begins like a formula, or with apostrophes in front of one, gets an apostrophe;
    numbers stay numbers.
    """
    if isinstance(value, str) and _RUNS.match(value):
        return "'" + value
    return "" if value is None else value


def as_meant(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if _MARKED.match(text) else text
