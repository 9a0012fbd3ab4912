"""Rows of the shipped reference lists: CSV files that people edit by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from geoportal.errors import InputRefusedError


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a list, by the names of its header.

    Raises
    ------
    InputRefusedError
        When a row has more or fewer cells than the header, which a comma without quotes around its
        cell makes; the message names file and line.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        begins = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(header):
                raise InputRefusedError(
                    f"{path.name}, line {begins}: {len(row)} cells, the header has {len(header)}. "
                    'A cell that holds a comma stands between double quotes: "a,b".'
                )
            if row:
                yield dict(zip(header, row, strict=True))
            begins = reader.line_num + 1


def values_of(cell: str) -> tuple[str, ...]:
    """Return the values of a cell, which stand between ``|``."""
    return tuple(part for part in cell.split("|") if part)
