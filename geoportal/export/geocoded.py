"""A file of addresses with positions appended: every row and column kept, in order."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from geoportal.address.geocode import Geocoder
from geoportal.address.result import GeocodeResult
from geoportal.errors import InputRefusedError, UsageError
from geoportal.export.table import harmless
from geoportal.ingest.encodings import decode

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
)
_REPORT_EVERY = 200


def geocode_csv(
    geocoder: Geocoder,
    source: Path,
    target: Path,
    column: str,
    hint_column: str,
    progress: Callable[[str, int, int], None],
) -> dict[str, Any]:
    """Geocode one column of a CSV file into a new file (UTF-8 with BOM).

    Parameters
    ----------
    geocoder : Geocoder
        Answers one address at a time.
    source : Path
        UTF-8 or CP932, comma separated, with a header.
    target : Path
        Written whole or not at all.
    column, hint_column : str
        Headings of the address and, if not empty, of the city or ward.
    progress : callable
        ``(label, done, total)``.

    Returns
    -------
    dict
        ``rows`` and the number of rows by ``status``.

    Raises
    ------
    InputRefusedError
        When the file cannot be read.
    UsageError
        When a column is not in the header.
    """
    if not source.is_file():
        raise InputRefusedError(f"{source}: there is no such file")
    text = decode(source.name, source.read_bytes()).text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header, body = rows[0], rows[1:]
    address_at = _place(header, column)
    hint_at = _place(header, hint_column) if hint_column else -1
    counts: Counter[str] = Counter()
    draft = target.with_name(target.name + ".part")
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, *APPENDED])
        for done, row in enumerate(body, start=1):
            result = geocoder.geocode(_cell(row, address_at), _cell(row, hint_at))
            counts[result.status] += 1
            padding = [""] * (len(header) - len(row))
            writer.writerow([*row, *padding, *_appended(result)])
            if done % _REPORT_EVERY == 0 or done == len(body):
                progress("住所", done, len(body))
    draft.replace(target)
    return {"rows": len(body), "status": dict(sorted(counts.items()))}


def _place(header: list[str], column: str) -> int:
    if column not in header:
        raise UsageError(
            f"there is no column {column!r}; the file has: {', '.join(header)}", column
        )
    return header.index(column)


def _cell(row: list[str], place: int) -> str:
    return row[place] if 0 <= place < len(row) else ""


def _appended(result: GeocodeResult) -> Iterator[Any]:
    document = result.as_dict()
    document["warnings"] = "|".join(result.warnings)
    return (harmless(document[name]) for name in APPENDED)
