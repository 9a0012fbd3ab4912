"""Recognising the layout of a table by its header, and reading its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from geoportal.errors import InputRefusedError, UnknownLayoutError, UnlikeAnyLayoutError
from geoportal.ingest.files.layouts import (
    Layout,
    RecognisedTable,
    Record,
    fold_header,
    header_width,
)
from geoportal.ingest.files.refusal import CutFileError
from geoportal.ingest.files.report import ERROR, INFO, WARNING, Issue, shorten
from geoportal.ingest.files.tables import Row, Sheet

_SEARCHED_ROWS = 12
_NEAR = 0.3
"""Share of a layout's columns from which an error names it as the nearest."""
_SHOWN = 12
_LONGEST_CELL = 5_000
"""Letters of a cell; the longest of the official files at hand has 400, Excel stops at 32,767."""


def recognise(name: str, sheets: Sequence[Sheet], layouts: Iterable[Layout]) -> RecognisedTable:
    """Find the layout of a file.

    The first sheet with a known header is taken; the name is for messages.

    Raises
    ------
    UnknownLayoutError
        When no layout fits; the message names the headers found and the nearest layout. An
        `UnlikeAnyLayoutError` when none is near.
    InputRefusedError
        When the layout is known but not imported yet, or the file is cut.
    """
    known = tuple(layouts)
    for sheet in sheets:
        best = _best(sheet, known)
        if best is not None:
            layout, header = best
            if not layout.supported:
                raise InputRefusedError(
                    f"{name}: this is a {layout.source} file; importing it is known but not yet "
                    "supported in this version"
                )
            table = _table(name, sheet, layout, header)
            others = ", ".join(other.title for other in sheets if other is not sheet)
            if len(sheets) == 1:
                return table
            message = (
                "only the first sheet with a known header is read; save others as files of "
                "their own"
            )
            issue = Issue(1, "", "other_sheets", INFO, others, message)
            return replace(table, issues=(*table.issues, issue))
    raise _unknown(name, sheets[0], known)


def _best(sheet: Sheet, layouts: tuple[Layout, ...]) -> tuple[Layout, Row] | None:
    """Return the layout that recognises most columns and misses fewest, and the header row."""
    for row in sheet.rows[:_SEARCHED_ROWS]:
        header = [fold_header(cell) for cell in row.cells]
        fitting = []
        for layout in layouts:
            columns = layout.matches(header)
            if all(name in columns for name in layout.required):
                read = len(columns) + sum(map(layout.knows, header))
                fitting.append((read, len(columns) - len(layout.columns), layout))
        if fitting:  # of equals the first
            return max(fitting, key=lambda fit: fit[:2])[2], row
    return None


def _table(name: str, sheet: Sheet, layout: Layout, header: Row) -> RecognisedTable:
    folded = [fold_header(cell) for cell in header.cells]
    positions = layout.matches(folded)
    width = header_width(folded)
    records, malformed, repeats = [], [], []
    body = [row for row in sheet.rows if row.line > header.line]
    used = set(positions.values())
    extra = {folded[i]: i for i in reversed(range(width)) if i not in used and folded[i]}
    for row in body:
        cells = row.cells[:width]
        if len(cells) < width or any(cell.strip() for cell in row.cells[width:]):
            malformed.append(_wrong_width(name, sheet, row, body[-1], width))
        elif cells[0] == header.cells[0] and [fold_header(c) for c in cells] == folded[:width]:
            message = "the header stands here once more; the line was passed over"
            repeats.append(Issue(row.line, "", "repeated_header", INFO, "", message))
        elif max(map(len, cells)) > _LONGEST_CELL:
            malformed.append(_too_long(row, header))
        else:
            records.append(Record(row.line, cells, positions, extra))
    issues = (*sheet.issues, *_header_issues(layout, header, folded, positions), *repeats)
    if body and sheet.ends_open:
        message = "the last line has no line end; if the file was cut there, compare its last field"
        issues = (*issues, Issue(body[-1].line, "", "no_line_end", INFO, "", message))
    if not body:
        message = "the table has a header and no rows; if that is not right, get the file again"
        issues = (*issues, Issue(header.line, "", "no_rows", INFO, "", message))
    above = "\n".join(
        " ".join(cell for cell in row.cells if cell) for row in sheet.rows if row.line < header.line
    )
    return RecognisedTable(layout, header.line, tuple(records), tuple(malformed), issues, above)


def _wrong_width(name: str, sheet: Sheet, row: Row, last: Row, width: int) -> Issue:
    count = len(row.cells)
    if row is last and sheet.ends_open and count < width:
        raise CutFileError(
            f"{name}: the file is cut off in line {row.line}: its last row has {count} of {width} "
            "fields and no line end, so rows may be missing behind it; get the file again",
            row.line,
        )
    message = (
        f"the row has {count} fields, the header {width}: a separator is missing or too many; "
        "mend the row in the file"
    )
    return Issue(row.line, "", "wrong_field_count", ERROR, " | ".join(row.cells), message)


def _too_long(row: Row, header: Row) -> Issue:
    position = max(range(len(header.cells)), key=lambda i: len(row.cells[i]))
    text = row.cells[position]
    message = (
        f"the cell has {len(text):,} letters, more than {_LONGEST_CELL:,}: the row is damaged, or "
        "a quotation mark is missing; mend the row in the file"
    )
    return Issue(row.line, header.cells[position].strip(), "cell_too_long", ERROR, text, message)


def _header_issues(
    layout: Layout, header: Row, folded: Sequence[str], positions: Mapping[str, int]
) -> list[Issue]:
    issues = layout.missing_columns(header.line, positions)
    used = set(positions.values())
    for i, cell in enumerate(folded):
        if not cell or i in used or layout.knows(cell):
            continue
        code, severity = "unknown_column", INFO
        message = "this column is not part of the official layout and was not read"
        if cell in folded[:i]:
            code, severity = "duplicate_column", WARNING
            message = "the column occurs twice; the first one is read"
        issues.append(Issue(header.line, header.cells[i].strip(), code, severity, "", message))
    return issues


def _unknown(name: str, sheet: Sheet, layouts: tuple[Layout, ...]) -> UnknownLayoutError:
    """Say which headers were found, and what the nearest known layout has instead."""
    row = sheet.rows[0]
    folded = [fold_header(cell) for cell in row.cells]
    headers = ", ".join(shorten(cell.strip()) for cell in row.cells[:_SHOWN] if cell.strip())
    more = f" and {len(row.cells) - _SHOWN} more" if len(row.cells) > _SHOWN else ""
    scored = [(len(layout.matches(folded)) / len(layout.columns), layout) for layout in layouts]
    share, nearest = max(scored, key=lambda scored_layout: scored_layout[0])
    message = f"{name}: no known layout fits. Line {row.line} reads: {headers}{more}."
    if share < _NEAR:
        return UnlikeAnyLayoutError(
            f"{message} Expected is the header of an official file, see the list of sources."
        )
    matched = nearest.matches(folded)
    missing = [nearest.official(key) for key in nearest.columns if key not in matched]
    unknown = [
        shorten(cell.strip())
        for i, cell in enumerate(row.cells)
        if cell.strip() and i not in matched.values()
    ]
    needed = [nearest.official(key) for key in nearest.required if key not in matched]
    return UnknownLayoutError(
        f"{message} Nearest is {nearest.source}; needed but missing: {', '.join(needed)}. "
        f"All missing: {', '.join(missing[:_SHOWN])}. "
        f"Not known: {', '.join(unknown[:_SHOWN]) or 'none'}."
    )
