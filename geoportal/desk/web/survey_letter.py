"""Letters of a survey round (PDF, A4): the letter with its code, and a form to send back by fax."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import matplotlib_fontja
import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    Image,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from geoportal.desk.domain.survey import Round, Said
from geoportal.desk.services.surveys import spoken
from geoportal.desk.web.words import say
from geoportal.domain.centre import Centre
from geoportal.domain.facility import Facility
from geoportal.index.claims import SelectedClaim
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import need_labels

FONT: Final = "IPAexGothic"
_MARGIN: Final = 18 * mm
_GREY: Final = HexColor("#666666")
_LINE: Final = HexColor("#999999")
_HEAD: Final = HexColor("#E6ECF2")
_BOX: Final = "□"
_TICKED: Final = "■"


@dataclass(frozen=True, slots=True)
class OfficeLetter:
    """What stands in the letter to one office; ``rows`` are its questions with what is known."""

    facility: Facility
    code: str
    address: str
    is_reminder: bool
    rows: Sequence[Mapping[str, Any]]


@cache
def register_font() -> str:
    """Give the PDF library the Japanese font, once; return its name."""
    path = Path(matplotlib_fontja.__file__).parent / "fonts" / "ipaexg.ttf"
    pdfmetrics.registerFont(TTFont(FONT, str(path)))
    return FONT


def japanese_style(size: float, **options: Any) -> ParagraphStyle:
    """Return a style whose lines break as Japanese does, ``size`` in points."""
    about = {"leading": size * 1.55, "wordWrap": "CJK", **options}
    return ParagraphStyle(f"ja-{size}", fontName=register_font(), fontSize=size, **about)


def letters_pdf(
    survey: Round, letters: Sequence[OfficeLetter], centre: Centre | None, today: date
) -> bytes:
    """Return the letters of a round as one PDF: for each office a letter and its fax form."""
    buffer = io.BytesIO()
    register_font()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=survey.title,
        author=centre.name if centre else "",
        invariant=True,
    )
    story: list[Any] = []
    for letter in letters:
        if story:
            story.append(PageBreak())
        story += _letter(survey, letter, centre, today)
        story.append(PageBreak())
        story += _fax_form(survey, letter, centre)
    document.build(story, onFirstPage=_nothing, onLaterPages=_nothing)
    return buffer.getvalue()


class _Office(Flowable):  # type: ignore[misc]
    """Nothing to see; says for which office the pages from here on are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.width = self.height = 0

    def draw(self) -> None:
        """Write the office at the foot of this page."""
        canvas = self.canv
        canvas.saveState()
        canvas.resetTransforms()
        canvas.setFont(FONT, 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 9 * mm, self._text)
        canvas.restoreState()


def _nothing(_canvas: Any, _document: Any) -> None:
    """Draw nothing besides the story."""


def _letter(
    survey: Round, letter: OfficeLetter, centre: Centre | None, today: date
) -> Iterator[Any]:
    body, large = japanese_style(10.5), japanese_style(13)
    right = japanese_style(10, alignment=2)
    yield _Office(f"{letter.facility.name}　{spoken(letter.code)}")
    yield Paragraph(_day(today), right)
    yield Paragraph(say("letter-to", name=escape(letter.facility.name)), large)
    if centre:
        lines = [centre.name, centre.address, _numbers(centre)]
        yield Paragraph("<br/>".join(escape(line) for line in lines if line), right)
    yield Spacer(1, 8 * mm)
    title = say("letter-reminder" if letter.is_reminder else "letter-title", title=survey.title)
    yield Paragraph(escape(title), japanese_style(15, alignment=1))
    yield Spacer(1, 5 * mm)
    asked = sum(bool(row["is_open"]) for row in letter.rows)
    for key in ("letter-why", "letter-how", "letter-known", "letter-promise"):
        yield Paragraph(say(key, count=asked, known=len(letter.rows) - asked), body)
        yield Spacer(1, 2.5 * mm)
    yield Paragraph(
        f"<b>{say('letter-deadline', day=_day(date.fromisoformat(survey.deadline)))}</b>", large
    )
    yield Spacer(1, 5 * mm)
    picture = io.BytesIO()
    segno.make(letter.address, error="m").save(picture, kind="png", scale=6, border=4)
    picture.seek(0)
    words = [
        Paragraph(say("letter-by-phone"), body),
        Spacer(1, 2 * mm),
        Paragraph(escape(letter.address), japanese_style(10)),
        Spacer(1, 2 * mm),
        Paragraph(say("letter-code", code=spoken(letter.code)), large),
        Spacer(1, 2 * mm),
        Paragraph(say("letter-private"), japanese_style(9, textColor=_GREY)),
    ]
    side = 42 * mm
    table = Table([[Image(picture, side, side), words]], colWidths=[side + 4 * mm, None])
    boxed = [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BOX", (0, 0), (-1, -1), 0.7, _LINE)]
    table.setStyle(TableStyle(boxed))
    yield table
    yield Spacer(1, 5 * mm)
    yield Paragraph(say("letter-by-fax", number=centre.fax if centre and centre.fax else ""), body)


def _fax_form(survey: Round, letter: OfficeLetter, centre: Centre | None) -> Iterator[Any]:
    small, body = japanese_style(8.5, leading=11), japanese_style(10)
    labels = need_labels(view_here().reference, "ja")
    number = centre.fax if centre and centre.fax else say("fax-no-number")
    yield _Office(f"{letter.facility.name}　{spoken(letter.code)}　{survey.title}")
    yield Paragraph(escape(say("fax-title", title=survey.title)), japanese_style(13))
    yield Paragraph(escape(say("fax-to", number=number)), body)
    office = say("fax-office", name=letter.facility.name, code=spoken(letter.code))
    yield Paragraph(escape(office), body)
    yield Paragraph(escape(say("fax-how")), small)
    yield Spacer(1, 2 * mm)
    choices = list(Said)
    said = (f"survey-said-{one.value}" for one in choices)
    head = ["fax-question", "fax-known", *said, "fax-note"]
    rows = [[Paragraph(say(key), small) for key in head]]
    for row in letter.rows:
        known: SelectedClaim | None = row["known"]
        ticked = _ticked(known)
        rows.append(
            [
                Paragraph(escape(labels[row["code"]]), small),
                Paragraph(_known(known), small),
                *(Paragraph(_TICKED if one is ticked else _BOX, small) for one in choices),
                "",
            ]
        )
    widths = [46 * mm, 25 * mm, *([13 * mm] * len(choices)), 38 * mm]
    table = Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
                ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    yield table
    yield Spacer(1, 3 * mm)
    lights = "　".join(f"{_BOX} {say(f'ledger-light-{light}')}" for light in _LIGHTS)
    yield Paragraph(f"{say('survey-capacity')}　{lights}", body)
    for key in ("fax-public", "fax-who", "fax-no-patient"):
        yield Paragraph(escape(say(key)), body if key != "fax-no-patient" else small)


_LIGHTS: Final = ("free", "soon", "ask", "full")


def _ticked(known: SelectedClaim | None) -> Said | None:
    if known is None:
        return None
    return Said.NO if known.value == "no" else Said.YES


def _known(known: SelectedClaim | None) -> str:
    if known is None:
        return say("fax-unknown")
    evidence = view_here().reference.label("evidence", known.claim.evidence, "ja")
    age = say("fax-old") if known.stale is not False else ""
    return escape(f"{evidence} {known.claim.as_of[:7]}{age}")


def _numbers(centre: Centre) -> str:
    phone = say("letter-phone", number=centre.phone) if centre.phone else ""
    fax = say("letter-fax", number=centre.fax) if centre.fax else ""
    return "　".join(part for part in (phone, fax) if part)


def _day(day: date) -> str:
    return say("letter-day", year=str(day.year), month=day.month, day=day.day)
