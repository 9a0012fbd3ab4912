"""Layouts of official tables: columns by their published names, rows read by field name."""

from __future__ import annotations

import marshal
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

from geoportal.domain.made_quickly import made_quickly
from geoportal.ingest.files.report import ERROR, WARNING, Issue
from geoportal.packed import Packed


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands around the rows of a table.

    Attributes
    ----------
    sheet : str
        Title of the Excel sheet, empty for text.
    above : str
        The lines above the header: title, date.
    header : tuple of str
        Folded column names.
    """

    sheet: str
    above: str
    header: tuple[str, ...]


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
    stated : Mapping[str, callable]
        Fields that may be said once for the whole table where their column is missing, with the
        function that finds them in its `Heading`; empty when it says nothing.
    telling : Mapping[str, callable]
        Fields whose cells tell this layout from another with the same columns, with the test of a
        cell.
    carried : tuple of str
        Fields written once for several rows (merged cells): a row in which those required are
        blank has those of the row above.
    split_by : str
        Field that tells such rows apart; where its column is missing nothing is carried.
    """

    source: str
    variant: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    known: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    supported: bool = True
    stated: Mapping[str, Callable[[Heading], str]] = field(default_factory=dict)
    telling: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    carried: tuple[str, ...] = ()
    split_by: str = ""

    def matches(self, header: Sequence[str]) -> dict[str, int]:
        """Return the position of each field found in a folded header; the first one wins."""
        positions = {}
        for name, aliases in self._folded_columns.items():
            if not aliases.isdisjoint(header):
                positions[name] = next(i for i, cell in enumerate(header) if cell in aliases)
        return positions

    def states(self, heading: Heading, positions: Mapping[str, int]) -> dict[str, str]:
        """Return the fields without a column that the heading says for the whole table."""
        found = {name: read(heading) for name, read in self.stated.items() if name not in positions}
        return {name: text for name, text in found.items() if text}

    def official(self, name: str) -> str:
        """Return what the publisher calls a field."""
        return self.columns[name][0]

    def knows(self, cell: str) -> bool:
        """Return whether a folded column name is an official one that is not read."""
        return cell in self._folded_known or any(
            re.fullmatch(pattern, cell) for pattern in self.patterns
        )

    @cached_property
    def _folded_columns(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(map(fold_header, names)) for name, names in self.columns.items()}

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
        return Issue(record.line, self.official(name), code, severity, shown, message, record.sheet)

    def missing_columns(self, line: int, known: Sequence[str], sheet: str = "") -> list[Issue]:
        """Return an issue for each field that is not known: a header, of this line, lacks it."""
        message = "this column of the official layout is missing; what it says stays unknown"
        return [
            Issue(line, self.official(name), "missing_column", WARNING, "", message, sheet)
            for name in self.columns
            if name not in known and name not in self.optional
        ]


@made_quickly
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
    given : Mapping[str, str]
        Fields without a column that are the same for all rows.
    sheet : str
        Title of the Excel sheet, empty for text.
    """

    line: int
    cells: tuple[str, ...]
    positions: Mapping[str, int]
    extra: Mapping[str, int]
    given: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""

    def get(self, name: str) -> str:
        """Return a cell without surrounding white space, what is given where it has no column."""
        position = self.positions.get(name)
        return self.given.get(name, "") if position is None else self.cells[position].strip()

    def further(self, header: str) -> str:
        """Return the cell of a further column by its folded header, empty when missing."""
        position = self.extra.get(header)
        return "" if position is None else self.cells[position].strip()


class Records(Sequence[Record]):
    """Rows of a table in the order of the file, held in little memory.

    Attributes
    ----------
    heads : list of Record
        The first of the rows that have all but line and cells in common, for each run of them.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.heads: list[Record] = []
        self._rows: Packed[_CellRow] = Packed((), _dump_rows, _load_rows)
        for record in records:
            self.append(record)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        return map(self._record, self._rows)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...
    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        """Return a row, or a list of those of a slice."""
        if isinstance(place, slice):
            return list(map(self._record, self._rows[place]))
        return self._record(self._rows[place])

    def append(self, record: Record) -> None:
        """Add a row at the end."""
        if not self.heads or not _alike(self.heads[-1], record):
            self.heads.append(record)
        self._rows.append((record.line, record.cells, len(self.heads) - 1))

    def pack(self) -> int:
        """Pack all rows; return how many bytes they take."""
        return self._rows.pack().octets

    def _record(self, row: _CellRow) -> Record:
        line, cells, number = row
        head = self.heads[number]
        return Record(line, cells, head.positions, head.extra, head.given, head.sheet)


_CellRow = tuple[int, tuple[str, ...], int]
"""Line, cells and number of the head of a row."""


def _dump_rows(rows: list[_CellRow]) -> bytes:
    return zlib.compress(marshal.dumps(rows), 1)  # to a tenth: most cells are alike


def _load_rows(octets: bytes) -> list[_CellRow]:
    rows: list[_CellRow] = marshal.loads(zlib.decompress(octets))  # noqa: S302 - made here
    return rows


def _alike(one: Record, other: Record) -> bool:
    """Say whether all but line and cells of two rows is the same."""
    return (
        one.positions is other.positions
        and one.extra is other.extra
        and (one.given is other.given or one.given == other.given)
        and one.sheet == other.sheet
    )


@dataclass(frozen=True)
class RecognisedTable:
    """A table with its layout, or the sheets of a workbook that have the same one.

    Attributes
    ----------
    layout : Layout
    header_line : int
        Of the first sheet.
    records : Records
        Rows with as many cells as the header.
    malformed : tuple of Issue
        One error for each row that has not, or holds a cell that is far too long.
    issues : tuple of Issue
        About the header and the file.
    preamble : str
        What stands above the header: title, date.
    sheets : tuple of str
        Titles of its sheets, empty for text.
    """

    layout: Layout
    header_line: int
    records: Records
    malformed: tuple[Issue, ...]
    issues: tuple[Issue, ...]
    preamble: str = ""
    sheets: tuple[str, ...] = ()


def fold_header(text: str) -> str:
    """Return a column name as it is compared: NFKC, no spaces, lower case, one kind of bracket."""
    plain = unicodedata.normalize("NFKC", text.replace("\ufeff", "")).lower()
    return re.sub(r"[\s_・･\"']+", "", plain)


def header_width(header: Sequence[str]) -> int:
    """Return the number of columns of a folded header without blank ones at its end."""
    return max((i for i, cell in enumerate(header, start=1) if cell), default=0)
