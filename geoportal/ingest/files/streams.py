"""Streamed tables: recognised by their first line, read row by row, never whole in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.encodings import STREAMED_BOMS, stream_encoding
from geoportal.ingest.files.layouts import Layout, fold_header, header_width
from geoportal.ingest.files.refusal import CutFileError
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.files.table_rows import is_note
from geoportal.ingest.files.tables import END, find_delimiter, open_quote, require_lines

_HEAD_BYTES = 8_192
_SEARCHED_ROWS = 10
_LABELS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp932": "Shift_JIS (CP932)"}


@dataclass(frozen=True)
class StreamedTable:
    """A recognised table that is read again for every pass.

    Attributes
    ----------
    member : Member
        The file.
    layout : Layout
    positions : dict of str to int
        Where each field of the layout lies.
    width : int
        Fields of the header, or of the first row where there is no header.
    skipped : int
        Rows before the data: titles and the header; 0 for tables without one (KEN_ALL).
    issues : tuple of Issue
        About the header.
    """

    member: Member
    layout: Layout
    positions: dict[str, int]
    width: int
    skipped: int = 1
    issues: tuple[Issue, ...] = ()

    @cached_property
    def encoding(self) -> str:
        """Codec of the file, see `stream_encoding`."""
        return stream_encoding(self.member.name, self.member.data)

    @cached_property
    def delimiter(self) -> str:
        """Separator of the fields."""
        return find_delimiter(_head(self.member))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line and cells of every row behind the header that is not empty.

        Rows with fewer or more fields than the header come as they are.

        Raises
        ------
        UnreadableSourceError
            When the bytes are no text, or the file is cut off.
        """
        name, data = self.member.name, self.member.data
        text = io.TextIOWrapper(io.BytesIO(data), encoding=self.encoding, newline="")
        reader = csv.reader(chain(text, (f"{END}\n",)), delimiter=self.delimiter)
        line, next_line, skip = 1, 1, self.skipped
        last: list[str] = []
        cells: list[str] = []
        with suppress(csv.Error):
            for coming in reader:
                if any(cells):
                    if not skip:
                        yield line, cells
                    skip = max(skip - 1, 0)
                last, cells, line, next_line = cells, coming, next_line, reader.line_num + 1
        if cells != [END]:
            raise open_quote(name, line)
        ends_open = not data.endswith((b"\n", b"\r"))
        if len(last) not in (0, self.width) and ends_open and not is_note(last):
            raise CutFileError(
                f"{name}: the file is cut off in its last row ({len(last)} of {self.width} "
                "fields and no line end), so rows may be missing behind it; get it again",
                line - 1,
            )


def recognise_stream(member: Member, layouts: Sequence[Layout]) -> StreamedTable | None:
    """Return a file as a streamed table if one of its first lines is a header of a layout.

    Of several layouts that fit, the one that knows most of the header is taken.
    """
    found = (_recognise(member, place, row, layouts) for place, row in enumerate(_rows(member)))
    table = next(filter(None, found), None)
    if table is not None:
        require_lines(member.name, member.data)
    return table


def _recognise(
    member: Member, place: int, first: list[str], layouts: Sequence[Layout]
) -> StreamedTable | None:
    header = [fold_header(cell) for cell in first]
    best: tuple[int, StreamedTable] | None = None
    for layout in layouts:
        positions = layout.matches(header)
        if not all(name in positions for name in layout.required):
            continue
        known = len(positions) + sum(map(layout.knows, header))
        if best is None or known > best[0]:
            issues = tuple(_header_issues(layout, first, header, positions))
            table = StreamedTable(
                member, layout, positions, header_width(header), place + 1, issues
            )
            best = known, table
    return best[1] if best else None


def first_row(member: Member) -> list[str]:
    """Return the cells of a text file's first row, empty when it is no text table."""
    return next(_rows(member), [])


def _rows(member: Member) -> Iterator[list[str]]:
    """Yield the cells of the first rows of a text file that are not empty."""
    head = _head(member)
    lines = [line for line in head.splitlines() if line.strip()][:_SEARCHED_ROWS]
    delimiter = find_delimiter(head)
    for line in lines:
        try:
            yield next(csv.reader([line], delimiter=delimiter))
        except csv.Error:
            return


def _head(member: Member) -> str:
    """Return the beginning of a text file, empty when it is no text."""
    head = member.data[:_HEAD_BYTES]
    if member.parts or not head:
        return ""
    encoding = next((codec for bom, codec in STREAMED_BOMS if head.startswith(bom)), "")
    if not encoding:
        if b"\x00" in head:
            return ""
        text = head.decode("utf-8", "replace")
        if text.rstrip("\ufffd").count("\ufffd"):
            text = head.decode("cp932", "replace")
    else:
        text = head.decode(encoding, "replace")
    return text


def _header_issues(
    layout: Layout, first: Sequence[str], header: Sequence[str], positions: dict[str, int]
) -> Iterator[Issue]:
    yield from layout.missing_columns(1, tuple(positions))
    used = set(positions.values())
    for position, cell in enumerate(header):
        if cell and position not in used and not layout.knows(cell):
            message = "this column is not part of the official layout and was not read"
            yield Issue(1, first[position].strip(), "unknown_column", INFO, "", message)


def encoding_issue(encoding: str) -> list[Issue]:
    """Say in which encoding a file was read unless it is UTF-8."""
    label = _LABELS.get(encoding, encoding.upper())
    if label == "UTF-8":
        return []
    return [Issue(1, "", "encoding", INFO, label, f"read as {label}; nothing to do")]
