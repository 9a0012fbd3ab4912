"""A file of addresses with positions appended: every row and column kept, in order.

A text table is read twice, row by row: once to check it and to count, once to answer. Memory holds
one batch of rows, whatever the length of the file; of a workbook or an archive it holds the file.
"""

from __future__ import annotations

import csv
import mmap
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.errors import InputRefusedError, UsageError
from geoportal.ingest.files.archives import open_members
from geoportal.ingest.files.encodings import stream_encoding
from geoportal.ingest.files.layouts import fold_header
from geoportal.ingest.files.sheets import read_sheets
from geoportal.ingest.files.tables import END, Sheet
from geoportal.mapped.whole_file import whole_file
from geoportal.progress import Progress
from geoportal.text.spreadsheet import harmless

_LONGEST_CELL = 100_000
APPENDED = (
    "status",
    "match_level",
    "coordinate_level",
    "lon",
    "lat",
    "uncertainty_m",
    "matched",
    "remainder",
    "prefecture",
    "municipality",
    "municipality_code",
    "town",
    "warnings",
    "needs_confirmation",
)
"""Columns behind those of the file."""
_BATCH = 500
_LABEL = "住所"


_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
"""First bytes of workbooks and archives; they are read whole, other files row by row."""
_DELIMITERS = ",\t;"
_HEADER_WITHIN = 30
"""Rows, blank ones included, in which the header is looked for: titles may stand above it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A file that was read once.

    Attributes
    ----------
    read : callable
        Yields all rows from the first on, blank ones as empty lists.
    header_at : int
        Rows above the header.
    header : list of str
        As long as the longest row; names of further columns are empty.
    rows : int
        Rows behind the header that are not blank.
    not_read : tuple of str
        Names of the workbook's other sheets.
    """

    read: Callable[[], Iterator[list[str]]]
    header_at: int
    header: list[str]
    rows: int
    not_read: tuple[str, ...] = ()


def geocode_csv(
    geocoder: Geocoder,
    source: Path,
    target: Path,
    *,
    column: str,
    hint_column: str,
    progress: Progress,
) -> dict[str, Any]:
    """Geocode one column of a table into a new CSV file (UTF-8 with BOM).

    Return the number of ``rows``, of rows by ``status``, the columns ``renamed`` because one of
    `APPENDED` has their name, and the ``sheets_not_read`` of a workbook.

    Parameters
    ----------
    source : Path
        A text table (UTF-8, UTF-16 or CP932; comma, tab or semicolon) or an Excel workbook, plain,
        .gz or .zip. Titles may stand above the header, rows may be shorter or longer than it; they
        and blank lines stay.
    target : Path
        Another file; written whole or not at all.
    column, hint_column : str
        Headings of the address and, if not empty, of the city or ward; spaces and line breaks in
        the header do not matter.

    Raises
    ------
    InputRefusedError
        When the file cannot be read.
    UsageError
        When a column is not in the header, or the target cannot be written.
    """
    if not source.is_file():
        raise InputRefusedError(f"{source}: there is no such file")
    if target.is_dir() or not target.parent.is_dir():
        raise UsageError(f"{target}: cannot be written; give a file in a directory there is", "out")
    if target.exists() and target.samefile(source):
        raise UsageError("--out is the file that is read; give another", "out")
    table = _open(source, column)
    address_at = _column_index(table.header, column)
    hint_at = _column_index(table.header, hint_column) if hint_column else -1
    names = _renamed(table.header)
    counts: Counter[str] = Counter()
    with whole_file(target, encoding="utf-8-sig") as output:
        writer = csv.writer(output)
        rows = table.read()
        writer.writerows(islice(rows, table.header_at))
        next(rows)
        writer.writerow([*names, *APPENDED])
        while batch := list(islice(rows, _BATCH)):
            addressed = [row for row in batch if row]
            results = geocoder.geocode_many(
                [_cell(row, address_at) for row in addressed],
                [_cell(row, hint_at) for row in addressed],
            )
            for row in batch:
                if row:
                    result = next(results)
                    counts[result.status] += 1
                    padding = [""] * (len(names) - len(row))
                    row += [*padding, *_appended(result)]
                writer.writerow(row)
            progress(_LABEL, counts.total(), table.rows)
    changed = zip(table.header, names, strict=True)
    return {
        "rows": table.rows,
        "status": dict(sorted(counts.items())),
        "renamed": {old: new for old, new in changed if old != new},
        "sheets_not_read": list(table.not_read),
    }


def _open(path: Path, column: str) -> _Table:
    """Read a file once: where its header stands, its widest row, how many rows it has."""
    if path.stat().st_size == 0:
        raise InputRefusedError(f"{path.name}: the file is empty")
    with path.open("rb") as file:
        whole = file.read(4).startswith(_MARKS)
    if not whole:
        encoding = _encoding(path)
        options = [partial(_parsed, path, encoding, mark) for mark in _DELIMITERS]
        tables = [("", read) for read in options]
    else:
        sheets = [sheet for member in open_members(path) for sheet in read_sheets(member)]
        tables = [(sheet.title, partial(_sheet_rows, sheet)) for sheet in sheets]
    for title, read in tables:
        for number, row in enumerate(islice(read(), _HEADER_WITHIN)):
            if fold_header(column) in map(fold_header, row):
                others = tuple(name for name, _ in tables if name != title)
                return _measured(read, number, row, others)
    first = next((row for row in tables[0][1]() if row), None)
    if first is None:
        raise InputRefusedError(f"{path.name}: the file is empty")
    raise UsageError(f"there is no column {column!r}; the file has: {', '.join(first)}", column)


def _measured(
    read: Callable[[], Iterator[list[str]]], number: int, header: list[str], others: tuple[str, ...]
) -> _Table:
    rows, width = 0, len(header)
    for row in islice(read(), number + 1, None):
        rows += bool(row)
        width = max(width, len(row))
    return _Table(read, number, header + [""] * (width - len(header)), rows, others)


def _sheet_rows(sheet: Sheet) -> Iterator[list[str]]:
    """Yield the rows of a sheet, blank ones as empty lists."""
    line = 1
    for row in sheet.rows:
        yield from ([] for _ in range(row.line - line))
        yield list(row.cells)
        line = row.line + 1


def _renamed(header: list[str]) -> list[str]:
    """Return a header without the names of `APPENDED`: lat becomes lat_original."""
    taken = {*header, *APPENDED}
    names = []
    for heading in header:
        name, copies = heading, 0
        while name in APPENDED or (name != heading and name in taken):
            copies += 1
            name = f"{heading.strip()}_original{copies if copies > 1 else ''}"
        taken.add(name)
        names.append(name)
    return names


def _encoding(path: Path) -> str:
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return stream_encoding(path.name, data)


def _parsed(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Yield every row; a marker as last line shows whether a quotation mark was left open."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(chain(file, [END]), delimiter=delimiter)
        line = 1
        try:
            for row in reader:
                if row == [END]:
                    return
                if max(map(len, row), default=0) > _LONGEST_CELL or END in "".join(row):
                    raise csv.Error("a cell is longer than any that is meant")
                yield row
                line = reader.line_num + 1
        except csv.Error as error:
            raise InputRefusedError(
                f"{path.name}: line {line} cannot be read as CSV; is a quotation mark left open?"
            ) from error


def _column_index(header: list[str], column: str) -> int:
    folded = [fold_header(heading) for heading in header]
    if fold_header(column) not in folded:
        raise UsageError(
            f"there is no column {column!r}; the file has: {', '.join(header)}", column
        )
    return folded.index(fold_header(column))


def _cell(row: list[str], index: int) -> str:
    return row[index] if 0 <= index < len(row) else ""


def _appended(result: GeocodeResult) -> Iterator[Any]:
    for name in APPENDED:
        value = getattr(result, name)
        if name == "warnings":
            value = "|".join(value)
        elif name == "needs_confirmation":
            value = "true" if value else "false"
        yield harmless(value)
