"""Reads the workbook on standard input; a script run by `geoportal.ingest.files.workbooks`.

It runs as a process of its own with bounded memory and processor time: a workbook may name a cell
at the far end of a sheet or unpack to gigabytes, and the library then allocates all of it or ends
the process. Imports nothing of this package, so that it starts in a few hundredths of a second.

Output is one JSON document a line: a sheet's title and whether it is hidden as an object, each of
its rows that is not empty as line number and cells, and ``null`` at the very end.

Exit codes: 0 read · 3 damaged or protected · anything else, or a signal: out of memory or time.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator

import orjson
import python_calamine

MEMORY_BYTES = 480 << 20
"""Address space; about 60 MB of it are the interpreter and the library."""
PROCESSOR_SECONDS = 30
DAMAGED = 3


def main() -> int:
    """Read the workbook and write its rows."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    try:
        content = io.BytesIO(sys.stdin.buffer.read())
        workbook = python_calamine.CalamineWorkbook.from_filelike(content)
        for about in workbook.sheets_metadata:
            hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
            out.write(orjson.dumps({"title": about.name, "hidden": hidden}) + b"\n")
            if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            for row in _rows(workbook.get_sheet_by_name(about.name)):
                out.write(orjson.dumps(row) + b"\n")
    except (python_calamine.CalamineError, OSError, ValueError):
        return DAMAGED
    out.write(b"null\n")
    out.flush()
    return 0


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that are not empty; merged cells hold their text in every row."""
    merged: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        merged.setdefault(top, []).append((left, bottom))
    filling: list[tuple[int, int, str]] = []  # column, last row, text
    for position, values in enumerate(sheet.iter_rows()):
        cells = list(map(_text, values))
        filling = [(left, bottom, text) for left, bottom, text in filling if position <= bottom]
        for left, _bottom, text in filling:
            cells[left] = cells[left].strip() or text
        for left, bottom in merged.get(position, ()):
            if left < len(cells):
                filling.append((left, bottom, cells[left]))
        if any(cell.strip() for cell in cells):
            yield position + 1, cells


def _text(value: object) -> str:
    """Return a cell as the text a person sees: 3.0 is 3, dates are ISO."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
