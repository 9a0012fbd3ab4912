"""Tables of text: rows with their line numbers, not interpreted."""

from __future__ import annotations

import csv
import marshal
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from mmap import mmap
from typing import Final

from geoportal.domain.made_quickly import made_quickly
from geoportal.errors import UnreadableSourceError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.encodings import open_text
from geoportal.ingest.files.refusal import CutFileError
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.packed import Packed

END: Final = "\ue000geoportal-end\ue000"
"""A line of our own behind the last: one that a quotation mark left open has swallowed it."""
_DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon"}
_JUDGED_LINES = 20
_MAX_FIELD = 1_000_000
_LONGEST_LINE = 2_000_000
"""Bytes; the longest line of the official files at hand has some 20,000."""
_MOST_EMPTY = 1_000_000
"""Lines in a row; sheets of Excel, which save their empty rows, have no more."""
_SHORTEST_ROW = 16
"""Bytes, on the average of a million lines and more."""
_MOST_ROWS = 1_000_000
"""Hours of all clinics, the longest list that is read whole, have fewer."""
_JUDGED_ROWS = 100_000
_FEWEST_DIFFERENT = 10_000
"""Different ones among the first `_JUDGED_ROWS`; rows of long lists are all different."""
_BLOCK = 1 << 20
_FILLING = b',;\t "\r\n\x00\x1a'
"""What rows without a value consist of."""
_QUOTED = re.compile(r'\A="(.*)"\Z', re.DOTALL)
"""``="0123"``, by which programs keep Excel from eating zeros."""


@made_quickly
@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line (CSV) or row (Excel) where it starts, 1-based, and its cells as text."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file that are not empty.

    Attributes
    ----------
    rows : sequence of Row
        With the header somewhere among the first.
    title : str
        Name of the Excel sheet, empty for text.
    issues : tuple of Issue
        What was noticed while reading.
    ends_open : bool
        True when the last line of a text file has no line end: its last row may be cut.
    hidden : bool
        True for a sheet that whoever opens the workbook does not see.
    """

    rows: Sequence[Row]
    title: str = ""
    issues: tuple[Issue, ...] = field(default=())
    ends_open: bool = False
    hidden: bool = False


def read_text(member: Member) -> Sheet:
    """Read a text table.

    Raises
    ------
    UnreadableSourceError
        When it is empty, cut, no table, or in no known encoding.
    """
    require_lines(member.name, member.data, _MOST_ROWS)
    name, opened = member.name, open_text(member.name, member.data)
    _refuse_markup(name, opened.head)
    delimiter = find_delimiter(opened.head)
    rows = packed_rows(_required(name, _parse(name, opened.lines, delimiter)))
    if not rows:
        raise UnreadableSourceError(f"{name}: the file is empty; get it again from the publisher")
    issues = []
    if opened.encoding != "UTF-8":
        message = f"read as {opened.encoding}; nothing to do"
        issues.append(Issue(1, "", "encoding", INFO, opened.encoding, message))
    if opened.nul_count:
        message = "NUL characters were taken out; the file may be damaged, compare it"
        issues.append(Issue(1, "", "nul_characters", WARNING, str(opened.nul_count), message))
    if delimiter != ",":
        issues.append(delimiter_issue(delimiter))
    return Sheet(rows, issues=tuple(issues), ends_open=opened.ends_open)


def packed_rows(rows: Iterable[Row]) -> Packed[Row]:
    """Hold rows in little memory."""
    return Packed(rows, _dump, _load)


def _dump(rows: list[Row]) -> bytes:
    return marshal.dumps([(row.line, row.cells) for row in rows])


def _load(octets: bytes) -> list[Row]:
    return [Row(*one) for one in marshal.loads(octets)]  # noqa: S302 - made here


def require_lines(name: str, data: bytes | mmap, most: int | None = None) -> None:
    """Refuse a text with lines that no table has, before it becomes millions of rows or cells.

    ``most``: how many lines may hold something, None for any number.

    Raises
    ------
    CutFileError
        With the line that is far too long.
    UnreadableSourceError
        When millions of lines hold next to nothing, or there are too many.
    """
    if len(data) > _MOST_EMPTY:
        count = max(_count(data, mark) for mark in (b"\n", b"\r"))
        if count > _MOST_EMPTY and len(data) < _SHORTEST_ROW * count:
            raise UnreadableSourceError(
                f"{name}: its {count:,} lines have {len(data) // count} bytes on the average, so "
                "most hold no row of a table: it is damaged; get it again"
            )
        if most is not None and count - _empty_lines_at_end(data) > most:
            raise _too_many(name, most)
    begin = 0
    while len(data) - begin > _LONGEST_LINE:
        end = max(data.rfind(mark, begin, begin + _LONGEST_LINE) for mark in (b"\n", b"\r"))
        if end < 0:
            line = data[:begin].count(b"\n") + 1
            raise CutFileError(
                f"{name}: line {line} has more than {_LONGEST_LINE:,} bytes: its line ends are "
                "missing, or it is damaged or no table; get it again",
                line,
            )
        begin = end + 1


def _empty_lines_at_end(data: bytes | mmap) -> int:
    """Count the line ends in the last part of a text, in blocks without a letter or number."""
    count, end = 0, len(data)
    while end and not (block := data[max(0, end - _BLOCK) : end]).strip(_FILLING):
        count += max(block.count(mark) for mark in (b"\n", b"\r"))
        end -= min(end, _BLOCK)
    return count + max(data[max(0, end - _BLOCK) : end].count(mark) for mark in (b"\n", b"\r"))


def _count(data: bytes | mmap, mark: bytes) -> int:
    """Count a mark; an `mmap` has no method for it."""
    if isinstance(data, bytes):
        return data.count(mark)
    return sum(data[at : at + _BLOCK].count(mark) for at in range(0, len(data), _BLOCK))


def find_delimiter(head: str) -> str:
    """Return the separator of fields by the first lines of a text.

    It is the one that parts most lines, then that makes most of them equally wide: a remark may
    hold more of another than its line has fields.
    """
    lines = head.splitlines()[:_JUDGED_LINES]

    def regular(mark: str) -> tuple[int, int, int, bool]:
        widths = Counter(width for cells in _cells(lines, mark) if (width := len(cells)) > 1)
        width, count = max(widths.items(), key=lambda item: item[::-1], default=(0, 0))
        return widths.total(), count, width, mark == ","

    return max(_DELIMITERS, key=regular)


def _cells(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    with suppress(csv.Error):  # said with its line where the file is read
        yield from csv.reader(lines, delimiter=delimiter)


def delimiter_issue(delimiter: str) -> Issue:
    """Return the issue of a text whose fields are not separated by commas."""
    message = "fields are not separated by commas; read all the same"
    return Issue(1, "", "delimiter", INFO, _DELIMITERS[delimiter], message)


def _parse(name: str, lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Yield the rows that are not empty.

    A line of our own is read after the last: if it does not come out as a row, a quotation mark
    was left open and has swallowed it.
    """
    reader = csv.reader(chain(lines, (f"{END}\n",)), delimiter=delimiter)
    csv.field_size_limit(_MAX_FIELD)
    start, empty = 1, 0
    while True:
        try:
            cells = next(reader)
        except csv.Error:
            raise open_quote(name, start) from None
        except StopIteration:
            return
        if cells == [END]:
            return
        whole = "\n".join(cells)
        if END in whole:
            raise open_quote(name, start)
        if whole and not whole.isspace():
            kept = (_QUOTED.sub(r"\1", cell) for cell in cells) if '="' in whole else cells
            yield Row(start, tuple(kept))
            empty = 0
        else:
            empty += 1
        if empty > _MOST_EMPTY:
            raise UnreadableSourceError(
                f"{name}: from line {start - _MOST_EMPTY:,} on its lines are empty, a million and "
                "more: it is damaged; get it again"
            )
        start = reader.line_num + 1


def _required(name: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows; refuse far too many, and a few written over and over."""
    different: set[tuple[str, ...]] = set()
    for count, row in enumerate(rows):
        if count < _JUDGED_ROWS:
            if len(different) < _FEWEST_DIFFERENT:
                different.add(row.cells)
        elif len(different) < _FEWEST_DIFFERENT:
            raise UnreadableSourceError(
                f"{name}: of its first {_JUDGED_ROWS:,} rows only {len(different):,} are "
                "different: they were written over and over; get it again"
            )
        elif count == _MOST_ROWS:
            raise _too_many(name, _MOST_ROWS)
        yield row


def _too_many(name: str, most: int) -> UnreadableSourceError:
    return UnreadableSourceError(
        f"{name}: more than {most:,} rows; split it, one prefecture a file"
    )


def open_quote(name: str, line: int) -> CutFileError:
    """Return the error of a quotation mark that is never closed, by the line of its row."""
    return CutFileError(
        f"{name}: the quotation mark opened in the row of line {line} is never closed, or a field "
        "has no end: the file is cut off or damaged there; get it again",
        line,
    )


def _refuse_markup(name: str, text: str) -> None:
    head = text[:2000].lstrip().lower()
    if head.startswith(("<!", "<html", "<head", "<?xml", "<body", "<table")):
        raise UnreadableSourceError(
            f"{name}: this is a web page or XML, not a table: probably an error page that was "
            "saved under this name; get the file again"
        )
    if head.startswith(("{", "[")):
        raise UnreadableSourceError(
            f"{name}: this is JSON; only GeoJSON boundaries and the sample city are read as such"
        )
