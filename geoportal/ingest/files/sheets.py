"""Sheets of a file: one of a text, all of a workbook, read with bounded memory and time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from geoportal.errors import InputRefusedError, UnreadableSourceError
from geoportal.ingest.files import workbook_process
from geoportal.ingest.files.archives import Member, check_workbook
from geoportal.ingest.files.tables import Row, Sheet, packed_rows, read_text

MAX_ROWS = 150_000
"""Rows of a workbook; the filings of Tokyo, the longest official sheet, have about 115,000."""


_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_sheets(member: Member) -> list[Sheet]:
    """Read a file as text table, workbook of Excel or of LibreOffice.

    There is one sheet for a text, one for each sheet that is not empty of a workbook.

    Raises
    ------
    UnreadableSourceError
        When it is empty, cut, no table, in no known encoding, or protected.
    InputRefusedError
        When a workbook is unsafe as an archive, or too large for the bounds of its reading.
    """
    if not member.data.startswith(_WORKBOOK_MARKS):
        return [read_text(member)]
    check_workbook(member.name, member.data)
    process = subprocess.Popen(  # noqa: S603 (our own script; nothing of the file is in the command)
        [sys.executable, "-I", str(Path(workbook_process.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            sheets = list(_sheets(member, process))
        except BaseException:
            process.kill()
            raise
    filled = [sheet for sheet in sheets if sheet.rows]
    if not filled:
        raise UnreadableSourceError(f"{member.name}: the workbook is empty")
    return filled


def _sheets(member: Member, process: subprocess.Popen[bytes]) -> Iterator[Sheet]:
    """Yield the sheets as the process writes them, equal texts as one object."""
    assert process.stdin is not None  # noqa: S101 (a pipe)
    assert process.stdout is not None  # noqa: S101
    try:
        process.stdin.write(member.data)
        process.stdin.close()
    except BrokenPipeError:
        raise _fault(member, process.wait()) from None
    known: dict[str, str] = {}
    title, hidden, rows, count = "", False, packed_rows(()), 0
    for line in process.stdout:
        said = orjson.loads(line)
        if isinstance(said, list):
            number, cells = said
            rows.append(Row(number, tuple(known.setdefault(cell, cell) for cell in cells)))
            count += 1
            if count > MAX_ROWS:
                raise InputRefusedError(
                    f"{member.name}: the workbook has more than {MAX_ROWS:,} rows; save its sheets "
                    "as CSV, or split it (one prefecture a file), and import those"
                )
            continue
        if title:
            yield Sheet(rows, title, hidden=hidden)
        if said is None:
            return
        title, hidden, rows = said["title"], said["hidden"], packed_rows(())
    raise _fault(member, process.wait())


def _fault(member: Member, exit_code: int) -> InputRefusedError:
    if exit_code in (1, workbook_process.DAMAGED):
        return UnreadableSourceError(
            f"{member.name}: the workbook is cut off, damaged or protected; get it again"
        )
    return InputRefusedError(
        f"{member.name}: the workbook takes more memory or time than one may (a stray cell far "
        "from the table, or far too much in it); copy the table alone into a new workbook, or "
        "save the sheet as CSV, and import that"
    )
