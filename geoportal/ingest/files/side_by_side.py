"""Tables that stand side by side on one sheet, with the same header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from geoportal.ingest.files.header_rows import SEARCHED_ROWS
from geoportal.ingest.files.layouts import fold_header
from geoportal.ingest.files.tables import Row, Sheet, packed_rows

_FEWEST_COLUMNS = 2


def side_by_side(sheet: Sheet) -> list[Sheet]:
    """Return the tables of a sheet as sheets of their own; one, unless a header row repeats itself.

    What stands above the header goes with the table it stands over; lines stay as they are.
    """
    for row in sheet.rows[:SEARCHED_ROWS]:
        starts = _repetitions(row)
        if len(starts) > 1:
            ends = [*starts[1:], max(len(other.cells) for other in sheet.rows)]
            return [
                replace(sheet, rows=_columns(sheet, start if start != starts[0] else 0, end))
                for start, end in zip(starts, ends, strict=True)
            ]
    return [sheet]


def _repetitions(row: Row) -> list[int]:
    """Return the columns at which the same names begin again, at least two of them."""
    names = [fold_header(cell) for cell in row.cells]
    filled = [place for place, name in enumerate(names) if name]
    starts = [place for place in filled if names[place] == names[filled[0]]]
    blocks = [
        [names[place] for place in filled if start <= place < end]
        for start, end in pairwise([*starts, len(names)])
    ]
    same = len({tuple(block) for block in blocks}) == 1
    return starts if same and all(len(block) >= _FEWEST_COLUMNS for block in blocks) else []


def _columns(sheet: Sheet, start: int, end: int) -> Sequence[Row]:
    rows = (Row(row.line, row.cells[start:end]) for row in sheet.rows)
    return packed_rows(row for row in rows if any(cell.strip() for cell in row.cells))
