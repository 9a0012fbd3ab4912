"""Layouts of official tables: columns by their published names, rows read by field name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from geoportal.ingest.files.report import ERROR, WARNING, Issue


@dataclass(frozen=True)
class Layout:
    """The columns of one official table.

    Attributes
    ----------
    source : str
        Source name in ``data/reference/sources.csv``.
    variant : str
        Which of several tables of the source, for example ``"pharmacy"``.
    columns : Mapping[str, tuple of str]
        For each field we read the names it is published under; the first is the official one.
    required : tuple of str
        Fields without which the table is not this one or says nothing.
    known : frozenset of str
        Further official columns that we do not read.
    patterns : tuple of str
        Regular expressions of folded names for families of columns (hours by day and slot).
    optional : frozenset of str
        Fields that not every edition has: nobody is told when they are missing.
    supported : bool
        False: recognised, but not imported yet.
    """

    source: str
    variant: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    known: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    supported: bool = True

    def matches(self, header: Sequence[str]) -> dict[str, int]:
        """Return the position of each field found in a folded header; the first one wins."""
        positions = {}
        for name, aliases in self.columns.items():
            wanted = {fold_header(alias) for alias in aliases}
            position = next((i for i, cell in enumerate(header) if cell in wanted), None)
            if position is not None:
                positions[name] = position
        return positions

    def official(self, name: str) -> str:
        """Return what the publisher calls a field."""
        return self.columns[name][0]

    def knows(self, cell: str) -> bool:
        """Return whether a folded column name is an official one that is not read."""
        return cell in self._folded_known or any(
            re.fullmatch(pattern, cell) for pattern in self.patterns
        )

    @cached_property
    def _folded_known(self) -> frozenset[str]:
        return frozenset(map(fold_header, self.known))

    def issue(
        self,
        record: Record,
        name: str,
        code: str,
        message: str,
        *,
        severity: str = ERROR,
        value: str | None = None,
    ) -> Issue:
        """Return an issue about a field of a row; its value is the cell's unless given."""
        shown = record.get(name) if value is None else value
        return Issue(record.line, self.official(name), code, severity, shown, message)

    def missing_columns(self, line: int, positions: Mapping[str, int]) -> list[Issue]:
        """Return an issue for each column that a header, of this line, lacks."""
        message = "this column of the official layout is missing; what it says stays unknown"
        return [
            Issue(line, self.official(name), "missing_column", WARNING, "", message)
            for name in self.columns
            if name not in positions and name not in self.optional
        ]


@dataclass(frozen=True, slots=True)
class Record:
    """A row whose cells are read by field name.

    Attributes
    ----------
    line : int
        Where it starts.
    cells : tuple of str
        As many as the header has.
    positions, extra : Mapping[str, int]
        Where each field, and each further column by its folded header, lies. Shared by all rows.
    """

    line: int
    cells: tuple[str, ...]
    positions: Mapping[str, int]
    extra: Mapping[str, int]

    def get(self, name: str) -> str:
        """Return a cell without surrounding white space, empty when its column is missing."""
        position = self.positions.get(name)
        return "" if position is None else self.cells[position].strip()

    def further(self, header: str) -> str:
        """Return the cell of a further column by its folded header, empty when missing."""
        position = self.extra.get(header)
        return "" if position is None else self.cells[position].strip()


@dataclass(frozen=True)
class RecognisedTable:
    """A sheet with its layout.

    Attributes
    ----------
    layout : Layout
    header_line : int
    records : tuple of Record
        Rows with as many cells as the header.
    malformed : tuple of Issue
        One error for each row that has not, or holds a cell that is far too long.
    issues : tuple of Issue
        About the header and the file.
    preamble : str
        What stands above the header: title, date.
    """

    layout: Layout
    header_line: int
    records: tuple[Record, ...]
    malformed: tuple[Issue, ...]
    issues: tuple[Issue, ...]
    preamble: str = ""


def fold_header(text: str) -> str:
    """Return a column name as it is compared: NFKC, no spaces, lower case, one kind of bracket."""
    plain = unicodedata.normalize("NFKC", text.replace("\ufeff", "")).lower()
    return re.sub(r"[\s_・･\"']+", "", plain)


def header_width(header: Sequence[str]) -> int:
    """Return the number of columns of a folded header without blank ones at its end."""
    return max((i for i, cell in enumerate(header, start=1) if cell), default=0)
