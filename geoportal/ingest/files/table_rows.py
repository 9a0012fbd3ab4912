"""Rows below a header: data, and what stands among them without being data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from geoportal.errors import UnreadableSourceError
from geoportal.ingest.files.header_rows import Fit, section
from geoportal.ingest.files.layouts import Record, Records, header_width
from geoportal.ingest.files.refusal import CutFileError
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.files.tables import Row, Sheet

_MARKUP = re.compile(r"<\s*/?\s*(!doctype|html|head|body|script|title|h1|table|div)\b", re.I)
_FEWEST_PARTS = 6
_LONGEST_CELL = 5_000
"""Letters of a cell; the longest of the official files at hand has 400, Excel stops at 32,767."""
_FEWEST_ABOVE = 10
"""Rows from which it can be said how long a cell of a column is at least."""
_MOST_MALFORMED = 50_000
"""Rows of another width, beyond which nobody reads about them."""
_NARROWEST = 3
"""Columns from which a single filled cell is no row of data."""
_FOOTNOTE = re.compile(
    r"[(\[〔]?(※|\*|注[意釈記]?\s*[0-9:)]|(注|出典|出所|資料|典拠|備考|凡例)(\s*:|\s|$)|"
    r"更新日|作成(日|者)|(お)?問い?合わ?せ)"
    r"|.*[0-9元]+[年月日](度)?末?(現在|時点)[)\]。]*$"
    r"|【.*】$|[■●◆◎<〈《]"
)
"""How rows begin that explain a table, date it or divide it."""
_COUNT = re.compile(r"[0-9,]+\s*[件所か施設人名床箇ヶ]*")
_SUM = re.compile(r"(計|合計|小計|総計|総合計|総数|件数|以上)(\s*:?\s*[0-9,]+\s*[件所か施設人]*)?")


@dataclass(slots=True)
class SheetRows:
    """The rows of a sheet, sorted.

    Attributes
    ----------
    records : Records
        Rows of data, as wide as the header.
    malformed : list of Issue
        One error for each row of another width, or with a cell that is far too long.
    notes : list of Issue
        What was passed over or completed.
    """

    records: Records = field(default_factory=Records)
    malformed: list[Issue] = field(default_factory=list)
    notes: list[Issue] = field(default_factory=list)


class RowReader:
    """Sorts the rows below the header of a sheet of a file.

    The name of the file is for messages.
    """

    def __init__(self, name: str, sheet: Sheet, fit: Fit) -> None:
        self._name = name
        self._sheet = sheet
        self._fit = fit
        self._width = header_width(fit.header.folded)
        self._first = fit.header.last + 1
        self._last = len(sheet.rows) - self._first - 1
        self._rows = SheetRows()
        self._given = fit.given
        self._header_rows = [
            [cell.strip() for cell in row.cells[: self._width]]
            for row in sheet.rows[fit.header.first : fit.header.last + 1]
        ]
        self._header_starts = {cells[0] for cells in self._header_rows if cells}
        self._header_cells = len(sheet.rows[fit.header.last].cells)
        self._required = [name for name in fit.layout.required if name in fit.positions]
        self._carried = [
            name
            for name in fit.layout.carried
            if name in fit.positions and fit.layout.split_by in fit.positions
        ]
        backwards = range(self._last, -1, -1)
        rows = sheet.rows
        self._last_full = next(
            (i for i in backwards if _filled(rows[self._first + i].cells) > 1), -1
        )
        used = set(fit.positions.values())
        self._extra: dict[str, int] = {}
        for position, column in enumerate(fit.header.folded[: self._width]):
            if column and position not in used:
                self._extra.setdefault(column, position)

    def read(self) -> SheetRows:
        """Read all rows.

        Raises
        ------
        CutFileError
            When the file ends in the middle of its last row.
        """
        self._refuse_cut()
        beside = []
        for place, row in enumerate(self._body()):
            cells = row.cells
            if len(cells) != self._width:
                cells = (*cells, *("",) * (self._width - len(cells)))[: self._width]
            outside = any(cell.strip() for cell in row.cells[self._width :])
            if self._is_footnote(place, row, cells):
                require_note(self._name, row.line, row.cells, self._width)
                self._note(row, "footnote", "a note, heading or sum beside the data; passed over")
                self._given = {**self._given, **section(self._fit, row)}
            elif self._repeats_header(row):
                message = "the header stands here once more; the line was passed over"
                self._note(row, "repeated_header", message)
            elif not self._sheet.title and self._has_wrong_width(row):
                self._rows.malformed.append(self._wrong_width(place, row))
                if len(self._rows.malformed) > _MOST_MALFORMED:
                    raise UnreadableSourceError(
                        f"{self._name}: more than {_MOST_MALFORMED:,} of its rows have another "
                        "number of fields than the header; get it again"
                    )
            elif max(map(len, cells)) > _LONGEST_CELL:
                self._rows.malformed.append(self._too_long(row))
            else:
                beside += [row] if outside else []
                self._rows.records.append(self._record(row, cells))
        if beside:
            count = len(beside)
            message = f"{count} rows have text outside the named columns; it was not read"
            text = " ".join(cell for cell in beside[0].cells[self._width :] if cell.strip())
            self._rows.notes.append(
                Issue(beside[0].line, "", "beside_table", INFO, text, message, self._sheet.title)
            )
        return self._rows

    def _body(self) -> Iterator[Row]:
        """Yield the rows below the header."""
        return islice(self._sheet.rows, self._first, None)

    def _refuse_cut(self) -> None:
        """Refuse a text whose last line has no end, and a last cell shorter than any above it.

        Half a telephone number, or of a longitude, would be taken for a whole one.
        """
        last = self._width - 1
        if not self._sheet.ends_open or self._last < 0:
            return
        row = self._sheet.rows[-1]
        if len(row.cells) != self._width:
            return
        above = [
            len(one.cells[last].strip())
            for one in islice(self._body(), self._last)
            if len(one.cells) > last
        ]
        if len(above) < _FEWEST_ABOVE or not min(above):
            return
        if len(row.cells[last].strip()) < min(above):
            raise CutFileError(
                f"{self._name}: the file is cut off in line {row.line}: its last field is shorter "
                "than in any row above, and there is no line end behind it; get it again",
                row.line,
            )

    def _record(self, row: Row, cells: tuple[str, ...]) -> Record:
        """Return a row of data; what is written once for several rows is taken from above."""
        if self._continues(cells):
            above, completed = self._rows.records[-1].cells, list(cells)
            for position in (self._fit.positions[name] for name in self._carried):
                completed[position] = completed[position].strip() or above[position]
            cells = tuple(completed)
            message = "its name is blank: read as a further line of the row above"
            self._note(row, "continued_row", message)
        return Record(
            row.line, cells, self._fit.positions, self._extra, self._given, self._sheet.title
        )

    def _continues(self, cells: Sequence[str]) -> bool:
        """Return whether a row says something more of the facility or place in the row above."""
        shared = [name for name in self._required if name in self._carried]
        if not (self._rows.records and shared):
            return False
        return shared == [
            name for name in self._required if not cells[self._fit.positions[name]].strip()
        ]

    def _is_footnote(self, place: int, row: Row, cells: Sequence[str]) -> bool:
        """Return whether a row is no data: it lacks something required and looks like a note."""
        key = "name" if "name" in self._required else (self._required or [""])[0]
        if _is_sum(row.cells):
            return True
        if not key or all(cells[self._fit.positions[name]].strip() for name in self._required):
            return False
        filled = [i for i, cell in enumerate(row.cells) if cell.strip()]
        own = cells[self._fit.positions[key]].strip()
        plain = unicodedata.normalize("NFKC", row.cells[filled[0]]).strip()
        if _FOOTNOTE.match(plain) and (not own or self._fit.positions[key] == filled[0]):
            return True
        if len(filled) > 1 or self._width < _NARROWEST or self._continues(cells):
            return False
        if place > self._last_full:  # behind the data
            return not (self._sheet.ends_open and place == self._last)
        return not own and len(row.cells) >= self._width

    def _repeats_header(self, row: Row) -> bool:
        if row.cells[0].strip() not in self._header_starts:
            return False
        return [cell.strip() for cell in row.cells[: self._width]] in self._header_rows

    def _has_wrong_width(self, row: Row) -> bool:
        """Return whether a line of text is too short, or longer than the header.

        Columns without a name at the end of the header are columns. Blank cells beyond the header
        are those of columns when all lines have them; else a mark within a value has parted it.
        """
        named = max(self._width, self._header_cells)
        if self._width <= len(row.cells) <= named:
            return False
        return len(row.cells) < self._width or any(
            cell.strip() or not self._are_equally_long for cell in row.cells[named:]
        )

    @cached_property
    def _are_equally_long(self) -> bool:
        """Whether all rows that are as wide as the header, or wider, have as many cells."""
        return len({len(row.cells) for row in self._body() if len(row.cells) >= self._width}) == 1

    def _wrong_width(self, place: int, row: Row) -> Issue:
        count = len(row.cells)
        require_note(self._name, row.line, row.cells, self._width)
        if place == self._last and self._sheet.ends_open and count < self._width:
            raise CutFileError(
                f"{self._name}: the file is cut off in line {row.line}: its last row has {count} "
                f"of {self._width} fields and no line end, so rows may be missing behind it; get "
                "it again",
                row.line,
            )
        message = (
            f"the row has {count} fields, the header {self._width}: a separator is missing or too "
            "many; mend the row in the file"
        )
        return Issue(row.line, "", "wrong_field_count", ERROR, " | ".join(row.cells), message)

    def _too_long(self, row: Row) -> Issue:
        position = max(range(self._width), key=lambda i: len(row.cells[i]))
        text = row.cells[position]
        message = (
            f"the cell has {len(text):,} letters, more than {_LONGEST_CELL:,}: the row is damaged, "
            "or a quotation mark is missing; mend the row in the file"
        )
        column = self._fit.header.names[position]
        return Issue(row.line, column, "cell_too_long", ERROR, text, message, self._sheet.title)

    def _note(self, row: Row, code: str, message: str) -> None:
        text = " ".join(cell.strip() for cell in row.cells if cell.strip())
        self._rows.notes.append(Issue(row.line, "", code, INFO, text, message, self._sheet.title))


def require_note(name: str, line: int, cells: Sequence[str], width: int) -> None:
    """Refuse a file of which what is no row is a web page, or a row parted otherwise.

    Raises
    ------
    CutFileError
        The table breaks off there: what is behind it would be passed over.
    """
    text = " ".join(cell for cell in cells if cell)
    parts = max(text.count(mark) for mark in ";\t|")
    if _MARKUP.search(text) or 2 * parts >= max(width, _FEWEST_PARTS):
        raise CutFileError(
            f"{name}: the table breaks off in line {line}: behind it stand rows that are parted "
            "otherwise, or a web page; get the file again",
            line,
        )


def is_note(cells: Sequence[str]) -> bool:
    """Return whether a row of a text is a note, a date or a sum, by its own words."""
    filled = [cell for cell in cells if cell.strip()]
    if not 1 <= len(filled) <= 2:
        return False
    first = unicodedata.normalize("NFKC", filled[0]).strip()
    return _is_sum(filled) or (len(filled) == 1 and _FOOTNOTE.match(first) is not None)


def _is_sum(cells: Sequence[str]) -> bool:
    """Return whether a row is a sum: the word, and numbers behind it."""
    filled = (unicodedata.normalize("NFKC", cell).strip() for cell in cells if cell.strip())
    return _SUM.fullmatch(next(filled)) is not None and all(map(_COUNT.fullmatch, filled))


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)
