"""A file of addresses with positions appended: every row and column kept, in order.

The file is read twice, row by row: once to check it and to count, once to answer. Memory holds one
batch of rows, whatever the length of the file.
"""

from __future__ import annotations

import csv
import mmap
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.errors import InputRefusedError, UsageError
from geoportal.export.table import harmless
from geoportal.ingest.files.streams import stream_encoding
from geoportal.progress import Progress

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
_END = "\ue000geoportal-end\ue000"
_BATCH = 500
_LABEL = "住所"


@dataclass(frozen=True, slots=True)
class _CsvFile:
    """A file that was read once; ``rows`` are those behind the header, blank lines not counted.

    The header is as long as the longest row; names of further columns are empty.
    """

    path: Path
    encoding: str
    header: list[str]
    rows: int


def geocode_csv(
    geocoder: Geocoder,
    source: Path,
    target: Path,
    *,
    column: str,
    hint_column: str,
    progress: Progress,
) -> dict[str, Any]:
    """Geocode one column of a CSV file into a new file (UTF-8 with BOM).

    Return the number of ``rows``, and of rows by ``status``.

    Parameters
    ----------
    source : Path
        UTF-8, UTF-16 or CP932, comma separated, with a header. Rows may be shorter or longer than
        it; blank lines stay blank.
    target : Path
        Another file; written whole or not at all.
    column, hint_column : str
        Headings of the address and, if not empty, of the city or ward.

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
    file = _scan(source)
    address_at = _column_index(file.header, column)
    hint_at = _column_index(file.header, hint_column) if hint_column else -1
    counts: Counter[str] = Counter()
    with _replaced_whole(target) as output:
        writer = csv.writer(output)
        writer.writerow([*file.header, *APPENDED])
        rows = _rows(file)
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
                    padding = [""] * (len(file.header) - len(row))
                    row += [*padding, *_appended(result)]
                writer.writerow(row)
            progress(_LABEL, counts.total(), file.rows)
    return {"rows": file.rows, "status": dict(sorted(counts.items()))}


def _scan(path: Path) -> _CsvFile:
    """Read a file once: its encoding, its header, its widest row, how many rows it has."""
    encoding = _encoding(path)
    header: list[str] | None = None
    width = rows = 0
    for row in _parsed(path, encoding):
        if header is None:
            header = row or None  # blank lines in front of the header are no rows
            width = len(row)
        elif row:
            rows += 1
            width = max(width, len(row))
    if header is None:
        raise InputRefusedError(f"{path.name}: the file is empty")
    return _CsvFile(path, encoding, header + [""] * (width - len(header)), rows)


def _encoding(path: Path) -> str:
    if path.stat().st_size == 0:
        raise InputRefusedError(f"{path.name}: the file is empty")
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        return stream_encoding(path.name, data)


def _parsed(path: Path, encoding: str) -> Iterator[list[str]]:
    """Yield every row; a marker as last line shows whether a quotation mark was left open."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(chain(file, [_END]))
        line = 1
        try:
            for row in reader:
                if row == [_END]:
                    return
                if max(map(len, row), default=0) > _LONGEST_CELL or _END in "".join(row):
                    raise csv.Error("a cell is longer than any that is meant")
                yield row
                line = reader.line_num + 1
        except csv.Error as error:
            raise InputRefusedError(
                f"{path.name}: line {line} cannot be read as CSV; is a quotation mark left open?"
            ) from error


def _rows(file: _CsvFile) -> Iterator[list[str]]:
    """Yield the rows behind the header, blank lines as empty lists."""
    rows = _parsed(file.path, file.encoding)
    for row in rows:
        if row:
            break
    yield from rows


@contextmanager
def _replaced_whole(target: Path) -> Iterator[TextIO]:
    """Yield a temporary file that replaces the target on success, and is removed on failure."""
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8-sig", newline="") as file:
            yield file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _column_index(header: list[str], column: str) -> int:
    if column not in header:
        raise UsageError(
            f"there is no column {column!r}; the file has: {', '.join(header)}", column
        )
    return header.index(column)


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
