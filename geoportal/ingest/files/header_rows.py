"""Header of a table: one row, or two or three joined, somewhere among the first rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from geoportal.ingest.files.layouts import Heading, Layout, fold_header
from geoportal.ingest.files.tables import Row, Sheet

SEARCHED_ROWS = 40
_DEEPEST = 3
_SAMPLED_ROWS = 50
_NEARLY_WHOLE = 0.8
_MANY_COLUMNS = 4
_SOMEBODY_ELSE = re.compile("法人|運営|開設|事業者|設置|管理者|代表")
"""Words of an upper header row over the name and address of whoever runs a facility."""
_REMARK = re.compile(r"^[※*＊(（注]|。|.{30}")
"""What tells a note from the heading of a section."""
_DATA = re.compile(r"\d{6}|\d{2,4}-\d{2,4}-\d{3,4}")


@dataclass(frozen=True)
class Header:
    """Column names as a person reads them.

    Attributes
    ----------
    first, last : int
        Positions of its first and last row in `Sheet.rows`.
    line : int
        Line of its last row.
    names : tuple of str
        Of the columns; empty for those without a name.
    """

    first: int
    last: int
    line: int
    names: tuple[str, ...]

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The names as they are compared."""
        return tuple(map(fold_header, self.names))


@dataclass(frozen=True, slots=True)
class Fit:
    """A header that has everything a layout requires.

    Attributes
    ----------
    layout : Layout
    header : Header
    positions : Mapping[str, int]
        Where each field lies.
    given : Mapping[str, str]
        Fields that the title says for the whole table.
    told : int
        Cells below the header by which the layout tells its own rows.
    """

    layout: Layout
    header: Header
    positions: Mapping[str, int]
    given: Mapping[str, str]
    told: int = 0

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """More columns read, more rows its own, fewer columns missing, fewer from the title."""
        read = len(self.positions) + sum(map(self.layout.knows, self.header.folded))
        return read, self.told, len(self.positions) - len(self.layout.columns), -len(self.given)


def find_header(sheet: Sheet, layouts: Sequence[Layout]) -> Fit | None:
    """Return the first header that fits a layout; of layouts that fit, the one that reads most.

    Rows are joined to one header only where that reads more than either of them alone.
    """
    for first in range(min(len(sheet.rows), SEARCHED_ROWS)):
        best: Fit | None = None
        for header in _headers(sheet.rows, first):
            fit = _fit(sheet, header, layouts)
            below = _fit(sheet, join_rows(sheet.rows, first + 1, header.last), layouts)
            if fit is None or (header.last > first and below and below.rank[0] >= fit.rank[0]):
                continue
            if best is None or fit.rank[0] > best.rank[0]:
                best = fit
        if best is not None:
            return best
    return None


def leading_headers(sheet: Sheet) -> Iterator[Header]:
    """Yield what may be the header among the first rows, single rows before joined ones."""
    for first in range(min(len(sheet.rows), SEARCHED_ROWS)):
        yield from _headers(sheet.rows, first)


def heading_of(sheet: Sheet, header: Header) -> Heading:
    """Return what stands around the rows below a header."""
    above = "\n".join(" ".join(filter(None, row.cells)) for row in sheet.rows[: header.first])
    return Heading(sheet.title, above, header.folded)


def _headers(rows: Sequence[Row], first: int) -> Iterator[Header]:
    """Yield the row as a header, then joined with the one or two below it."""
    yield join_rows(rows, first, first)
    if sum(bool(cell.strip()) for cell in rows[first].cells) < 2:
        return  # a title
    for last in range(first + 1, min(first + _DEEPEST, len(rows))):
        if any(_DATA.search(cell) for cell in rows[last].cells):
            return
        yield join_rows(rows, first, last)


def join_rows(rows: Sequence[Row], first: int, last: int) -> Header:
    """Return the header of some rows.

    A column is called by its lowest name. The names above it (of merged cells, written over the
    first of their columns) are put in front where the lowest is not unique, or where they say
    that it is about the operator: 法人 over 名称 is 法人名称.
    """
    lowest = [cell.strip() for cell in rows[last].cells] if first <= last else []
    for upper_row in reversed(rows[first:last]):
        width = max(len(lowest), len(upper_row.cells))
        lowest += [""] * (width - len(lowest))
        uppers, above = [], ""
        for position in range(width):
            own = upper_row.cells[position].strip() if position < len(upper_row.cells) else ""
            above = own or (above if lowest[position] else "")
            uppers.append(above)
        lowest = [
            _joined(upper, lower, repeated=lowest.count(lower) > 1)
            for upper, lower in zip(uppers, lowest, strict=True)
        ]
    line = rows[last].line if first <= last else 0
    return Header(first, last, line, tuple(lowest))


def _joined(upper: str, lower: str, *, repeated: bool) -> str:
    if not lower or lower == upper:
        return upper
    return upper + lower if repeated or _SOMEBODY_ELSE.search(upper) else lower


def _fit(sheet: Sheet, header: Header, layouts: Sequence[Layout]) -> Fit | None:
    """Return the layout that reads most of a header, None when one that it lacks much of would.

    An official table that has lost a column it cannot do without is not taken for a simpler one.
    """
    fits, missed = [], []
    for layout in layouts:
        positions = layout.matches(header.folded)
        missing = [name for name in layout.required if name not in positions]
        stated = all(name in layout.stated for name in missing)
        given = _given(sheet, header, layout, positions) if stated else {}
        fit = Fit(layout, header, positions, given, _told(sheet, header, layout, positions))
        if all(name in given for name in missing):
            fits.append(fit)
        elif len(positions) >= _NEARLY_WHOLE * len(layout.columns):
            missed.append(fit.rank[0])
    best = max(fits, key=lambda fit: fit.rank) if fits else None  # of equals the first
    return best if best and max(missed, default=0) < best.rank[0] + _MANY_COLUMNS else None


def _given(
    sheet: Sheet, header: Header, layout: Layout, positions: Mapping[str, int]
) -> dict[str, str]:
    """Return what the title says for the whole table, else the heading of its first section."""
    given = layout.states(heading_of(sheet, header), positions)
    first = sheet.rows[header.last + 1 : header.last + 2]
    return {**(_section(layout, positions, first[0]) if first else {}), **given}


def section(fit: Fit, row: Row) -> dict[str, str]:
    """Return what a row with one cell, the heading of a section, says for the rows below it."""
    return _section(fit.layout, fit.positions, row)


def _section(layout: Layout, positions: Mapping[str, int], row: Row) -> dict[str, str]:
    filled = [cell.strip() for cell in row.cells if cell.strip()]
    if len(filled) != 1 or _REMARK.search(filled[0]):
        return {}
    return layout.states(Heading("", filled[0], ()), positions)


def _told(sheet: Sheet, header: Header, layout: Layout, positions: Mapping[str, int]) -> int:
    rows = sheet.rows[header.last + 1 : header.last + 1 + _SAMPLED_ROWS]
    return sum(
        position < len(row.cells) and test(row.cells[position])
        for name, test in layout.telling.items()
        if (position := positions.get(name)) is not None
        for row in rows
    )
