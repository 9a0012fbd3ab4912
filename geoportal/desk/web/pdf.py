"""What the PDF files of the staff side share: the Japanese font, styles, a document."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from geoportal.text.contact import visible

FONT: Final = "IPAexGothic"
MARGIN: Final = 18 * mm
GREY: Final = HexColor("#666666")
LINE: Final = HexColor("#999999")
HEAD: Final = HexColor("#E6ECF2")


@cache
def register_font() -> str:
    """Give the PDF library the Japanese font, once; return its name."""
    package = find_spec("matplotlib_fontja")  # its font is wanted, not matplotlib
    if package is None or package.origin is None:
        raise ModuleNotFoundError("matplotlib_fontja")
    path = Path(package.origin).with_name("fonts") / "ipaexg.ttf"
    pdfmetrics.registerFont(TTFont(FONT, str(path)))
    return FONT


def japanese_style(size: float, **options: Any) -> ParagraphStyle:
    """Return a style whose lines break as Japanese does, ``size`` in points."""
    about = {"leading": size * 1.55, "wordWrap": "CJK", **options}
    return ParagraphStyle(f"ja-{size}", fontName=register_font(), fontSize=size, **about)


def paragraph(style: ParagraphStyle, *lines: str) -> Paragraph:
    """Return texts as a paragraph, a line for each; none of them is markup."""
    return Paragraph("<br/>".join(escape(visible(line)) for line in lines), style)


def a4_document(target: BinaryIO, title: str, author: str) -> SimpleDocTemplate:
    """Return a document of A4 pages; the same content gives the same file."""
    register_font()
    return SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=visible(title),
        author=visible(author),
        invariant=True,
    )
