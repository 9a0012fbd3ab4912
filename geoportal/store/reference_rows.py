"""Rows of the shipped reference lists: CSV files that people edit by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

from geoportal.errors import InputRefusedError

Entry = TypeVar("Entry", bound=NamedTuple)


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a list, by the names of its header.

    Raises
    ------
    InputRefusedError
        When a row has more or fewer cells than the header, which a comma without quotes around its
        cell makes; the message names file and line.
    """
    rows = _cells(path)
    header = next(rows, [])
    for row in rows:
        yield dict(zip(header, row, strict=True))


def read_entries(path: Path, kind: type[Entry]) -> Iterator[Entry]:
    """Yield the rows of a long list as tuples of a kind, whose fields are the columns.

    Raises
    ------
    InputRefusedError
        As `read_rows`.
    """
    rows = _cells(path)
    cells_of = itemgetter(*map(next(rows).index, kind._fields))
    return map(kind._make, map(cells_of, rows))


def _cells(path: Path) -> Iterator[list[str]]:
    """Yield the cells of the header, then of each row that has any."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        yield header
        columns, begins = len(header), reader.line_num + 1
        for row in reader:
            if row:
                if len(row) != columns:
                    raise InputRefusedError(
                        f"{path.name}, line {begins}: {len(row)} cells, the header has {columns}. "
                        'A cell that holds a comma stands between double quotes: "a,b".'
                    )
                yield row
            begins = reader.line_num + 1


def values_of(cell: str) -> tuple[str, ...]:
    """Return the values of a cell, which stand between ``|``."""
    return tuple(part for part in cell.split("|") if part)
