"""Letters of a survey round (PDF, A4): the letter with its code, and a form to send back by fax."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import segno
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import (
    Flowable,
    Image,
    PageBreak,
    Spacer,
    Table,
    TableStyle,
)

from geoportal.desk.domain.survey import Round, Said
from geoportal.desk.services.surveys import spoken
from geoportal.desk.web.pdf import (
    FONT,
    GREY,
    HEAD,
    LINE,
    MARGIN,
    a4_document,
    japanese_style,
    paragraph,
)
from geoportal.desk.web.words import say
from geoportal.domain.centre import Centre
from geoportal.domain.facility import Facility
from geoportal.index.claims import SelectedClaim
from geoportal.text.contact import visible
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import need_labels

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


def letters_pdf(
    survey: Round, letters: Sequence[OfficeLetter], centre: Centre | None, today: date
) -> bytes:
    """Return the letters of a round as one PDF: for each office a letter and its fax form."""
    buffer = io.BytesIO()
    document = a4_document(buffer, survey.title, centre.name if centre else "")
    story: list[Any] = []
    for letter in letters:
        if story:
            story.append(PageBreak())
        story += _letter(survey, letter, centre, today)
        story.append(PageBreak())
        story += _fax_form(survey, letter, centre)
    document.build(story)
    return buffer.getvalue()


class _Office(Flowable):  # type: ignore[misc]
    """Nothing to see; says for which office the pages from here on are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = visible(text)
        self.width = self.height = 0

    def draw(self) -> None:
        """Write the office at the foot of this page."""
        canvas = self.canv
        canvas.saveState()
        canvas.resetTransforms()
        canvas.setFont(FONT, 8)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, 9 * mm, self._text)
        canvas.restoreState()


def _letter(
    survey: Round, letter: OfficeLetter, centre: Centre | None, today: date
) -> Iterator[Any]:
    body, large = japanese_style(10.5), japanese_style(13)
    right = japanese_style(10, alignment=2)
    yield _Office(f"{letter.facility.name}　{spoken(letter.code)}")
    yield paragraph(right, _day(today))
    yield paragraph(large, say("letter-to", name=letter.facility.name))
    if centre:
        lines = [centre.name, centre.address, _numbers(centre)]
        yield paragraph(right, *filter(None, lines))
    yield Spacer(1, 8 * mm)
    title = say("letter-reminder" if letter.is_reminder else "letter-title", title=survey.title)
    yield paragraph(japanese_style(15, alignment=1), title)
    yield Spacer(1, 5 * mm)
    asked = sum(bool(row["is_open"]) for row in letter.rows)
    for key in ("letter-why", "letter-how", "letter-known", "letter-promise"):
        yield paragraph(body, say(key, count=asked, known=len(letter.rows) - asked))
        yield Spacer(1, 2.5 * mm)
    yield paragraph(large, say("letter-deadline", day=_day(date.fromisoformat(survey.deadline))))
    yield Spacer(1, 5 * mm)
    picture = io.BytesIO()
    segno.make(letter.address, error="m").save(picture, kind="png", scale=6, border=4)
    picture.seek(0)
    words = [
        paragraph(body, say("letter-by-phone")),
        Spacer(1, 2 * mm),
        paragraph(japanese_style(10), letter.address),
        Spacer(1, 2 * mm),
        paragraph(large, say("letter-code", code=spoken(letter.code))),
        Spacer(1, 2 * mm),
        paragraph(japanese_style(9, textColor=GREY), say("letter-private")),
    ]
    side = 42 * mm
    table = Table([[Image(picture, side, side), words]], colWidths=[side + 4 * mm, None])
    boxed = [("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BOX", (0, 0), (-1, -1), 0.7, LINE)]
    table.setStyle(TableStyle(boxed))
    yield table
    yield Spacer(1, 5 * mm)
    yield paragraph(body, say("letter-by-fax", number=centre.fax if centre and centre.fax else ""))


def _fax_form(survey: Round, letter: OfficeLetter, centre: Centre | None) -> Iterator[Any]:
    small, body = japanese_style(8.5, leading=11), japanese_style(10)
    labels = need_labels(view_here().reference, "ja")
    number = centre.fax if centre and centre.fax else say("fax-no-number")
    yield _Office(f"{letter.facility.name}　{spoken(letter.code)}　{survey.title}")
    yield paragraph(japanese_style(13), say("fax-title", title=survey.title))
    yield paragraph(body, say("fax-to", number=number))
    office = say("fax-office", name=letter.facility.name, code=spoken(letter.code))
    yield paragraph(body, office)
    yield paragraph(small, say("fax-how"))
    yield Spacer(1, 2 * mm)
    choices = list(Said)
    said = (f"survey-said-{one.value}" for one in choices)
    head = ["fax-question", "fax-known", *said, "fax-note"]
    rows = [[paragraph(small, say(key)) for key in head]]
    for row in letter.rows:
        known: SelectedClaim | None = row["known"]
        ticked = _ticked(known)
        rows.append(
            [
                _cell(labels[row["code"]], small, 43 * mm),
                _cell(_known(known), small, 22 * mm),
                *(_TICKED if one is ticked else _BOX for one in choices),
                "",
            ]
        )
    widths = [46 * mm, 25 * mm, *([13 * mm] * len(choices)), 38 * mm]
    table = Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, small.fontSize, small.leading),
                ("GRID", (0, 0), (-1, -1), 0.4, LINE),
                ("BACKGROUND", (0, 0), (-1, 0), HEAD),
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
    yield paragraph(body, f"{say('survey-capacity')}　{lights}")
    for key in ("fax-public", "fax-who", "fax-no-patient"):
        yield paragraph(body if key != "fax-no-patient" else small, say(key))


_LIGHTS: Final = ("free", "soon", "ask", "full")


def _cell(text: str, style: ParagraphStyle, width: float) -> Any:
    """Return a text for a cell of a table: as it is where it fits, which costs little."""
    if pdfmetrics.stringWidth(text, FONT, style.fontSize) <= width:
        return text
    return paragraph(style, text)


def _ticked(known: SelectedClaim | None) -> Said | None:
    if known is None:
        return None
    return Said.NO if known.value == "no" else Said.YES


def _known(known: SelectedClaim | None) -> str:
    if known is None:
        return say("fax-unknown")
    evidence = view_here().reference.label("evidence", known.claim.evidence, "ja")
    age = say("fax-old") if known.stale is not False else ""
    return f"{evidence} {known.claim.as_of[:7]}{age}"


def _numbers(centre: Centre) -> str:
    phone = say("letter-phone", number=centre.phone) if centre.phone else ""
    fax = say("letter-fax", number=centre.fax) if centre.fax else ""
    return "　".join(part for part in (phone, fax) if part)


def _day(day: date) -> str:
    return say("letter-day", year=str(day.year), month=day.month, day=day.day)
