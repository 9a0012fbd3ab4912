"""The sheet a printed map is drawn on: paper, frame, font."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from matplotlib.font_manager import FontProperties

from geoportal.errors import GeoportalError

MM = 1 / 25.4
"""Inches in a millimetre."""
MAP_FRAME = (0.02, 0.09, 0.66, 0.80)
"""Where the map lies on the sheet: left, bottom, width, height as shares of it."""
LAND, BEYOND = "#f1eee6", "#fafafa"
"""Ground without people in the districts; ground of their neighbours."""
POINTS = 72 * MM
"""Points in a millimetre."""
_NEVER_FIRST = "。、）」』％%"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper size, landscape, and how much larger its type is than on A4."""

    width_mm: float
    height_mm: float
    scale: float


A4 = Sheet(297, 210, 1.0)
A3 = Sheet(420, 297, 1.3)


def font(sheet: Sheet, points: float) -> FontProperties:
    """Return the Japanese font in a size of points on A4."""
    return FontProperties(fname=_font_file(), size=points * sheet.scale)


def em_width(text: str) -> float:
    """Return about how wide a line of text is, in widths of a Japanese character."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.55 for sign in text)


def plain(text: str) -> str:
    """Return text of others as one line, without signs that steer."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def fold_lines(text: str, wide: float) -> list[str]:
    """Break a Japanese text into lines of at most so many widths; no line begins with a mark."""
    lines = [""]
    for sign in text:
        full = em_width(lines[-1] + sign) > wide and sign not in _NEVER_FIRST
        if full:
            lines.append("")
        lines[-1] += sign
    return lines


def _font_file() -> str:
    """Return the Japanese font that is installed with the program.

    Importing the package would change matplotlib's settings for the whole process.
    """
    spec = find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise GeoportalError("the Japanese font is not installed; run: make setup")
    return str(Path(spec.origin).parent / "fonts" / "ipaexg.ttf")
