"""Figures as an Excel file with charts, and as a PDF for a meeting (A4)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Spacer, Table, TableStyle

from geoportal.desk.web.figure_words import LabelledTable, count_words
from geoportal.desk.web.pdf import FONT, HEAD, LINE, a4_document, japanese_style, paragraph
from geoportal.desk.web.words import say
from geoportal.export.table import XLSX_OPTIONS, write_xlsx_cell

_BAR: Final = HexColor("#3B5BA9")
_BAR_WIDTH: Final = 70 * mm
_MOST_ROWS: Final = 40
"""Rows of a table in the PDF; the Excel file has all."""


def figures_workbook(title: str, lines: Sequence[str], tables: Sequence[LabelledTable]) -> bytes:
    """Return an Excel file: a sheet of key figures, and one with table and chart for each table."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {**XLSX_OPTIONS, "in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(say("figure-summary"))
        sheet.set_column(0, 0, 90)
        for number, line in enumerate([title, *lines]):
            write_xlsx_cell(sheet, (number, 0), line, bold if not number else None)
        for table in tables:
            _sheet(book, table, bold)
    return buffer.getvalue()


def _sheet(book: Any, table: LabelledTable, bold: Any) -> None:
    name = table.title[:31]
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 40)
    for place, heading in enumerate((table.title, say("figure-count"))):
        write_xlsx_cell(sheet, (0, place), heading, bold)
    for line, (label, count, _) in enumerate(table.rows, start=1):
        write_xlsx_cell(sheet, (line, 0), label)
        write_xlsx_cell(sheet, (line, 1), say("figure-hidden") if count is None else count)
    last = len(table.rows)
    write_xlsx_cell(sheet, (last + 1, 0), say("figure-total"), bold)
    total = say("figure-hidden") if table.total is None else table.total
    write_xlsx_cell(sheet, (last + 1, 1), total, bold)
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {"categories": [name, 1, 0, last, 0], "values": [name, 1, 1, last, 1], "gap": 40}
    )
    chart.set_title({"name": table.title})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 620, "height": 120 + 22 * min(last, 30)})
    sheet.insert_chart(1, 3, chart, {"description": table.title})


def figures_pdf(title: str, lines: Sequence[str], tables: Sequence[LabelledTable]) -> bytes:
    """Return a PDF (A4): key figures, then each table with bars."""
    buffer = io.BytesIO()
    document = a4_document(buffer, title, "")
    body = japanese_style(10)
    story: list[Any] = [paragraph(japanese_style(15), title), Spacer(1, 3 * mm)]
    story += [paragraph(body, line) for line in lines]
    for table in tables:
        heading = paragraph(japanese_style(11.5, spaceBefore=5 * mm), table.title)
        story.append(KeepTogether([heading, _drawn(table)]))
    document.build(story)
    return buffer.getvalue()


def _drawn(table: LabelledTable) -> Table:
    small = japanese_style(8.5, leading=11)
    rows: list[list[Any]] = [
        [paragraph(small, label), count_words(count), _bar(share)]
        for label, count, share in table.rows[:_MOST_ROWS]
    ]
    rows.append([say("figure-total"), count_words(table.total), ""])
    drawn = Table(rows, colWidths=[70 * mm, 24 * mm, _BAR_WIDTH + 6 * mm])
    drawn.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), FONT, 8.5, 11),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
                ("BACKGROUND", (0, -1), (-1, -1), HEAD),
                ("ALIGN", (1, 0), (1, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return drawn


def _bar(share: float) -> Drawing:
    drawing = Drawing(_BAR_WIDTH, 7)
    drawing.add(Rect(0, 0, max(share * _BAR_WIDTH, 0.1), 7, fillColor=_BAR, strokeColor=None))
    return drawing
