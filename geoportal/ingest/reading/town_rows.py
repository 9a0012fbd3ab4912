"""Rows of a list of towns: men and women together, the newest date, without sums of 丁目."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from geoportal.ingest.files.layouts import Layout, Record
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.rows import RowNotes

_BOTH_SEXES: Final = frozenset({"", "計", "総数", "合計", "男女計", "男女", "総計", "全体"})
_CHOME: Final = re.compile("[0-9一二三四五六七八九十]+丁目$")


@dataclass(frozen=True, slots=True)
class TownRow:
    """A row with its figures.

    Attributes
    ----------
    record : Record
    code, name, day : str
        Municipality, town, ISO date; the name of a total is empty.
    total : bool
    figures : dict of str to int or None
        People by group; None where none is published.
    """

    record: Record
    code: str
    name: str
    day: str
    total: bool
    figures: dict[str, int | None]


def of_both_sexes(rows: list[TownRow]) -> list[TownRow]:
    """Return the rows of both sexes; men and women are added up where the list has no such row."""
    whole = {(row.code, row.name, row.day) for row in rows if _is_whole(row)}
    both: dict[tuple[str, str, str], TownRow] = {}
    kept = []
    for row in rows:
        key = row.code, row.name, row.day
        if _is_whole(row):
            kept.append(row)
        elif key in both:
            other = both[key].figures
            for name, people in row.figures.items():
                known = other.get(name)
                other[name] = None if people is None or known is None else known + people
        elif key not in whole:
            both[key] = row
            kept.append(row)
    return kept


def _is_whole(row: TownRow) -> bool:
    return row.record.get("sex") in _BOTH_SEXES


def newest_rows(rows: list[TownRow], extract: Extract, layout: Layout) -> list[TownRow]:
    """Return the rows of the newest date of each municipality: a file may hold a series."""
    newest: dict[str, str] = {}
    for row in rows:
        newest[row.code] = max(newest.get(row.code, ""), row.day)
    older = [row for row in rows if row.day and row.day < newest[row.code]]
    if older:
        message = "rows of earlier dates are in the file; only the newest date is taken"
        line, name = older[0].record.line, layout.official("day")
        extract.issues.append(Issue(line, name, "older_rows", INFO, str(len(older)), message))
    return [row for row in rows if not row.day or row.day == newest[row.code]]


def without_subtotals(rows: list[TownRow], extract: Extract, layout: Layout) -> list[TownRow]:
    """Leave out a town that is nothing but the sum of its 丁目 in the same file.

    城内 beside 城内1丁目 and 城内2丁目 is either a place of its own or their sum: it is a sum when
    there are several and the people are the same to the last one.
    """
    parts: dict[tuple[str, str], list[int | None]] = {}
    for row in rows:
        stem = _CHOME.sub("", row.name)
        if stem != row.name:
            parts.setdefault((row.code, stem), []).append(row.figures["pop"])
    distinct_rows = []
    for row in rows:
        inner = parts.get((row.code, row.name), [])
        known = [people for people in inner if people]
        if len(inner) < 2 or len(known) < len(inner) or sum(known) != row.figures["pop"]:
            distinct_rows.append(row)
            continue
        message = "the people are those of its 丁目 together: taken for their sum and not counted"
        notes = RowNotes(row.record, layout)
        notes.info("name", "subtotal_row", message)
        extract.issues.extend(notes.issues)
    return distinct_rows
