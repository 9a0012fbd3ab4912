"""Recognising the layout of a table by its header, and reading its rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from geoportal.errors import InputRefusedError, UnknownLayoutError, UnlikeAnyLayoutError
from geoportal.ingest.files.header_rows import (
    SEARCHED_ROWS,
    Fit,
    Header,
    find_header,
    heading_of,
    join_rows,
)
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Records
from geoportal.ingest.files.mapping import ColumnMapping
from geoportal.ingest.files.report import INFO, WARNING, Issue, shorten
from geoportal.ingest.files.side_by_side import side_by_side
from geoportal.ingest.files.table_rows import RowReader
from geoportal.ingest.files.tables import Sheet

_NEAR = 0.3
"""Share of a layout's columns from which an error names it as near."""
_NEAREST = 3
_NAMED = {
    "かかりつけ医機能報告": re.compile(
        "かかりつけ医機能報告|かかりつけ医機能.*(有無|内容)|[12]号機能"
    )
}
_NAMED_COLUMNS = 2
_TABLE_COLUMNS = 3
_SHOWN = 12
_ENDED = re.compile("廃止|休止|取消|辞退|閉鎖|閉院")
"""Words in the title of a sheet whose facilities are not open."""
_PERIOD = re.compile(
    r"(R|令和)?\.?(元|\d{1,4})([年./-](\d{1,2}))?([月./-](\d{1,2}))?(年度|年|月|日)?(現在|時点|版|分)?"
)
_REIWA = 2018


def recognise(
    name: str,
    sheets: Sequence[Sheet],
    layouts: Iterable[Layout],
    mapping: ColumnMapping | None = None,
) -> list[RecognisedTable]:
    """Find the layouts of a file, or read it by a mapping; the name is for messages.

    Every sheet of a workbook is read; those of one layout make one table. Of sheets named after
    years or dates the newest is read; of hidden ones those that nothing in sight is like.

    Raises
    ------
    UnknownLayoutError
        When no layout fits; the message names the headers found and the nearest layouts. An
        `UnlikeAnyLayoutError` when none is near.
    InputRefusedError
        When the layout is known but not imported yet, or the file is cut.
    """
    known = tuple(layouts)
    left_out = []
    fits: dict[str, list[tuple[Sheet, Fit]]] = {}
    by_key = {f"{layout.source}/{layout.variant}": layout for layout in known}
    apart = sheets if mapping else [part for sheet in sheets for part in side_by_side(sheet)]
    for sheet in apart:
        if mapping is None:
            _refuse_named(name, sheet)
        fit = mapping.fit(name, sheet, known) if mapping else find_header(sheet, known)
        if fit is None:
            left_out.append(_left_out(sheet, "nothing that is known; it is left out"))
        elif len(sheets) > 1 and _ENDED.search(sheet.title):
            message = "by its title a list of facilities that are not open; it is left out"
            left_out.append(_left_out(sheet, message))
        else:
            key = f"{fit.layout.source}/{fit.layout.variant}"
            fits.setdefault(key, []).append((sheet, fit))
    if not fits and mapping:
        raise _without_columns(name, sheets, known, mapping)
    if not fits:
        raise _unknown(name, sheets, known)
    tables = []
    for key, found in fits.items():
        if not by_key[key].supported:
            raise InputRefusedError(
                f"{name}: this is a {by_key[key].source} file; importing it is known but not yet "
                "supported in this version"
            )
        shown, hidden = _in_sight(found)
        current, older = _newest(shown)
        left_out += [*hidden, *older]
        tables.append(_merged([_table(name, sheet, fit) for sheet, fit in current]))
    filled = [table for table in tables if table.records or table.malformed] or tables[:1]
    empty = [table for table in tables if not any(table is other for other in filled)]
    left_out += [issue for table in empty for issue in table.issues]
    return [replace(filled[0], issues=(*filled[0].issues, *left_out)), *filled[1:]]


def _in_sight(found: list[tuple[Sheet, Fit]]) -> tuple[list[tuple[Sheet, Fit]], list[Issue]]:
    """Return the sheets that are not hidden, if any is not, and an issue for each of the others."""
    shown = [pair for pair in found if not pair[0].hidden]
    message = "a hidden sheet with a table like one in sight; it is left out"
    hidden = [_left_out(sheet, message) for sheet, _fit in found if sheet.hidden]
    return (shown, hidden) if shown else (found, [])


def _refuse_named(name: str, sheet: Sheet) -> None:
    """Refuse data that are known by name and whose layout is not known yet."""
    head = sheet.rows[:SEARCHED_ROWS]
    for what, words in _NAMED.items():
        title = " ".join(cell for row in head[:3] for cell in row.cells[:3])
        columns = max(
            (sum(bool(words.search(cell)) for cell in row.cells) for row in head), default=0
        )
        if words.search(f"{sheet.title} {title}") or columns >= _NAMED_COLUMNS:
            raise UnknownLayoutError(
                f"{name}: by its title or columns this is {what}, whose layout this version does "
                "not know; `geoportal describe FILE` shows its columns, and a mapping reads it as "
                "a list of institutions (`geoportal import FILE --map MAPPING`)"
            )


def _without_columns(
    name: str, sheets: Sequence[Sheet], layouts: tuple[Layout, ...], mapping: ColumnMapping
) -> UnknownLayoutError:
    header = likely_header(sheets, layouts)
    columns = ", ".join(shorten(cell) for cell in header.names if cell)
    return UnknownLayoutError(
        f"{name}: no row has the columns of the mapping ({', '.join(mapping.columns.values())}). "
        f"The columns in line {header.line} are: {columns}"
    )


def _left_out(sheet: Sheet, message: str) -> Issue:
    """Return a warning about a sheet that is not read, less of one about a mere text."""
    filled = (sum(bool(cell.strip()) for cell in row.cells) for row in sheet.rows)
    wide = sum(count >= _TABLE_COLUMNS for count in filled)
    severity = WARNING if wide > 1 else INFO
    return Issue(1, "", "sheet_left_out", severity, sheet.title, message, sheet.title)


def _newest(found: list[tuple[Sheet, Fit]]) -> tuple[list[tuple[Sheet, Fit]], list[Issue]]:
    """Return the sheets of the newest period, and an issue for each of an older one."""
    periods = [_period(sheet.title) for sheet, _fit in found]
    if len(set(periods)) < len(found) or not all(periods):
        return found, []
    newest = max(periods)
    kept = [pair for pair, period in zip(found, periods, strict=True) if period == newest]
    message = "by its title older than another sheet; only the newest is read"
    older = [
        replace(_left_out(sheet, message), severity=INFO)
        for (sheet, _fit), period in zip(found, periods, strict=True)
        if period != newest
    ]
    return kept, older


def _period(title: str) -> tuple[int, ...]:
    """Return year, month and day of a sheet's title (R7, 令和7年4月, 2025.4.1), else nothing."""
    match = _PERIOD.fullmatch(re.sub(r"\s", "", unicodedata.normalize("NFKC", title).upper()))
    if match is None or not (match[1] or len(match[2]) == 4):
        return ()
    year = 1 if match[2] == "元" else int(match[2])
    return year + (_REIWA if match[1] else 0), int(match[4] or 0), int(match[6] or 0)


def _table(name: str, sheet: Sheet, fit: Fit) -> RecognisedTable:
    rows = RowReader(name, sheet, fit).read()
    issues = [*sheet.issues, *_header_issues(sheet, fit), *rows.notes]
    if len(sheet.rows) > fit.header.last + 1 and sheet.ends_open:
        message = "the last line has no line end; if the file was cut there, compare its last field"
        issues.append(Issue(sheet.rows[-1].line, "", "no_line_end", INFO, "", message))
    if not rows.records and not rows.malformed:
        message = "the sheet has a header and no rows; if that is not right, get the file again"
        issues.append(Issue(fit.header.line, "", "no_rows", INFO, "", message, sheet.title))
    return RecognisedTable(
        fit.layout,
        fit.header.line,
        rows.records,
        tuple(rows.malformed),
        tuple(issues),
        heading_of(sheet, fit.header).above,
        (sheet.title,) if sheet.title else (),
    )


def _merged(tables: list[RecognisedTable]) -> RecognisedTable:
    """Return the tables of several sheets as one."""
    if len(tables) == 1:
        return tables[0]
    return replace(
        tables[0],
        records=Records(record for table in tables for record in table.records),
        malformed=tuple(issue for table in tables for issue in table.malformed),
        issues=tuple(issue for table in tables for issue in table.issues),
        preamble="\n".join(filter(None, (table.preamble for table in tables))),
        sheets=tuple(title for table in tables for title in table.sheets),
    )


def _header_issues(sheet: Sheet, fit: Fit) -> list[Issue]:
    header, layout, title = fit.header, fit.layout, sheet.title
    issues = layout.missing_columns(header.line, (*fit.positions, *fit.given), title)
    used = set(fit.positions.values())
    for i, cell in enumerate(header.folded):
        if not cell or i in used or layout.knows(cell):
            continue
        code, severity = "unknown_column", INFO
        message = (
            "this column is not part of the layout; it is read only where it is called as a "
            "service or need and its cells are marks (○, ×)"
        )
        if cell in header.folded[:i]:
            code, severity = "duplicate_column", WARNING
            message = "the column occurs twice; the first one is read"
        issues.append(Issue(header.line, header.names[i], code, severity, "", message, title))
    for field_name, text in fit.given.items():
        message = "the column is missing; the title says it for all rows"
        column = layout.official(field_name)
        issues.append(Issue(header.line, column, "stated_once", INFO, text, message, title))
    return issues


def _unknown(name: str, sheets: Sequence[Sheet], layouts: tuple[Layout, ...]) -> UnknownLayoutError:
    """Say which columns were found, what the nearest layouts have instead, and the way out."""
    header = likely_header(sheets, layouts)
    names = [shorten(cell) for cell in header.names if cell]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    columns = f"{', '.join(names[:_SHOWN])}{more}"
    message = f"{name}: no known layout fits. The columns in line {header.line} are: {columns}."
    near = [layout for layout in nearest_layouts(header, layouts) if _needed(layout, header)]
    if all(len(layout.matches(header.folded)) < _NEAR * len(layout.columns) for layout in near):
        return UnlikeAnyLayoutError(
            f"{message} Expected is the header of an official file, see the list of sources. "
            f"{_WAY_OUT}"
        )
    nearest = "; ".join(_lacking(layout, header) for layout in near[:_NEAREST])
    matched = near[0].matches(header.folded).values()
    unknown = [shorten(cell) for i, cell in enumerate(header.names) if cell and i not in matched]
    return UnknownLayoutError(
        f"{message} Nearest: {nearest}. Not known to {near[0].source}: "
        f"{', '.join(unknown[:_SHOWN]) or 'none'}. {_WAY_OUT}"
    )


_WAY_OUT = (
    "If it is a list of facilities all the same, `geoportal describe FILE` writes a mapping to "
    "fill in for `geoportal import FILE --map MAPPING`."
)


def likely_header(sheets: Sequence[Sheet], layouts: Sequence[Layout]) -> Header:
    """Return the row that resembles a layout most, else the first with the most cells."""
    headers = [
        join_rows(sheet.rows, place, place)
        for sheet in sheets
        for place in range(min(len(sheet.rows), SEARCHED_ROWS))
    ]
    return max(
        headers,
        key=lambda header: (
            max((len(layout.matches(header.folded)) for layout in layouts), default=0),
            sum(map(bool, header.names)),
            -header.line,
        ),
    )


def nearest_layouts(header: Header, layouts: Sequence[Layout]) -> list[Layout]:
    """Return layouts by how much of them a header has: required columns first, one a source."""
    ordered = sorted(layouts, key=lambda layout: _share(layout, header), reverse=True)
    first_of_source = {layout.source: layout for layout in reversed(ordered)}
    return [layout for layout in ordered if first_of_source[layout.source] is layout]


def _share(layout: Layout, header: Header) -> float:
    """Return how much of a layout a header has, 0 to 1: half for what is required."""
    matched = layout.matches(header.folded)
    required = sum(name in matched for name in layout.required) / max(len(layout.required), 1)
    return (required + len(matched) / len(layout.columns)) / 2


def _needed(layout: Layout, header: Header) -> list[str]:
    """Return the columns without which a layout cannot be, and which a header lacks."""
    matched = layout.matches(header.folded)
    return [layout.official(key) for key in layout.required if key not in matched]


def _lacking(layout: Layout, header: Header) -> str:
    name = f"{layout.source} ({layout.variant})" if layout.variant else layout.source
    return f"{name}, which needs {', '.join(_needed(layout, header))}"
