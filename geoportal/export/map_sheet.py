"""Sheet of the printed map: paper, frame, font and fitting of text."""

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
    """Return the Japanese font in a size of points on A4.

    Its file is found without importing its package, which would change matplotlib's settings.
    """
    spec = find_spec("matplotlib_fontja")
    if spec is None or spec.origin is None:
        raise GeoportalError("the Japanese font is not installed; run: make setup")
    file = Path(spec.origin).parent / "fonts" / "ipaexg.ttf"
    return FontProperties(fname=str(file), size=points * sheet.scale)


def em_width(text: str) -> float:
    """Return about how wide a line of text is, in widths of a Japanese character."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.55 for sign in text)


def plain(text: str) -> str:
    """Return foreign text as one line without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def shortened(text: str, length: int) -> str:
    """Return a text of at most ``length`` letters, cut with an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def fold_lines(text: str, wide: float) -> list[str]:
    """Break a Japanese text into lines of at most so many widths; no line begins with a mark."""
    lines = [""]
    for sign in text:
        if em_width(lines[-1] + sign) > wide and sign not in _NEVER_FIRST:
            lines.append("")
        lines[-1] += sign
    return lines
