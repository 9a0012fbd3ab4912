"""Flat tables: CSV for Japanese Excel, and Excel itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geoportal.text.contact import visible
from geoportal.text.spreadsheet import harmless

_WIDEST_COLUMN = 40
_LONGEST_CELL = 32_767
"""Of Excel."""
XLSX_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""Options of xlsxwriter: text stays text."""

Row = dict[str, Any]
Sheet = tuple[str, Sequence[Row], dict[str, str]]
"""A sheet of a workbook: its name, rows, and columns as key to heading."""


def write_csv(path: Path, rows: Sequence[Row], columns: dict[str, str]) -> None:
    """Write UTF-8 with BOM, so that Japanese Excel opens it; formulas are made harmless."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.values())
        for row in rows:
            writer.writerow([harmless(row.get(key)) for key in columns])


def write_xlsx(path: Path, rows: Sequence[Row], columns: dict[str, str]) -> None:
    """Write an Excel file of one sheet; see `write_sheets`."""
    write_sheets(path, [("施設", rows, columns)])


def write_sheets(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write an Excel file: text stays text, phones keep their zeros, headings are frozen."""
    import xlsxwriter  # takes time to load

    content = io.BytesIO()  # the library leaves a file open when the disk is full
    with xlsxwriter.Workbook(content, XLSX_OPTIONS) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for sheet in sheets:
            _write_sheet(book, sheet, heading)
    path.write_bytes(content.getbuffer())


def _write_sheet(book: Any, content: Sheet, heading: Any) -> None:
    name, rows, columns = content
    sheet = book.add_worksheet(name)
    for place, (key, label) in enumerate(columns.items()):
        sheet.write_string(0, place, label, heading)
        width = len(label) * 2
        for line, row in enumerate(rows, start=1):
            write_xlsx_cell(sheet, (line, place), row.get(key))
            width = max(width, len(str(row.get(key) or "")) * 2)
        sheet.set_column(place, place, min(width, _WIDEST_COLUMN))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def write_xlsx_cell(sheet: Any, place: tuple[int, int], value: Any, style: Any = None) -> None:
    """Write a value to a row and column of an Excel sheet; text is never read as a formula."""
    if isinstance(value, str) and value:
        sheet.write_string(*place, visible(value)[:_LONGEST_CELL], style)
    else:
        sheet.write(*place, value, style)
