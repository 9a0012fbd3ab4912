"""Extracts of streamed tables: read while they are stored, so that no file has to fit in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from geoportal.domain.place import Place
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.files.streams import StreamedTable, encoding_issue
from geoportal.ingest.files.table_rows import is_note, require_note
from geoportal.ingest.files.tables import delimiter_issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract

_MOST_ALIKE = 100
_PROGRESS_ROWS = 20_000


class RowReader(Protocol):
    """Reads the rows of a table whose rows belong to municipalities.

    Attributes
    ----------
    part : str
        Under which source name the places of the table are kept.
    """

    part: str

    def municipality(self, cells: list[str]) -> str:
        """Return the code of the municipality a row belongs to, empty when it is unknown."""
        ...

    def unknown(self, line: int, cells: list[str]) -> Issue:
        """Return the issue of a row in no known municipality."""
        ...


class PlaceReader(RowReader, Protocol):
    """Reads rows to places."""

    def read(self, line: int, cells: list[str], code: str) -> Place | Issue | None:
        """Return a row's place; None when it is not to be used; an issue for a bad row."""
        ...

    def repeated(self, line: int, place: Place) -> Issue | None:
        """Return the issue of a place that is listed twice, if that is worth telling."""
        ...


class PositionReader(RowReader, Protocol):
    """Reads rows to positions of places that are stored already."""

    def read(self, line: int, cells: list[str]) -> tuple[str, float, float] | Issue | None:
        """Return registry id, longitude and latitude; None without a position."""
        ...


@dataclass(slots=True, kw_only=True)
class StreamExtract(Extract):
    """Counts and issues of a streamed table; of each kind of issue the first 100 are listed.

    Attributes
    ----------
    table : StreamedTable
    """

    table: StreamedTable
    _alike: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Begin with the issues about the file as a whole."""
        self.issues = [*self.table.issues, *encoding_issue(self.table.encoding)]
        if self.table.delimiter != ",":
            self.issues.append(delimiter_issue(self.table.delimiter))

    def add_issue(self, issue: Issue | None) -> None:
        """Add an issue unless there are very many of its kind; an error rejects its row."""
        if issue is None:
            return
        self.rejected += issue.severity == ERROR
        self._alike[issue.code] += 1
        if self._alike[issue.code] <= _MOST_ALIKE:
            self.issues.append(issue)

    def add_wrong_width(self, line: int, cells: Sequence[str]) -> None:
        """Reject a row that has not as many fields as the header."""
        width = self.table.width
        require_note(self.table.member.name, line, cells, width)
        message = f"the row has {len(cells)} fields, the header {width}; mend the row in the file"
        value = " | ".join(cells)
        self.add_issue(Issue(line, "", "wrong_field_count", ERROR, value, message))

    def close(self) -> None:
        """Add an issue for each kind of which there were more than are listed."""
        for code, count in self._alike.items():
            if count > _MOST_ALIKE:
                message = f"{code}: only the first are listed"
                self.issues.append(Issue(1, "", "more_of_the_same", INFO, str(count), message))

    def data_rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield line and cells of the rows of the table that are no notes, and list the notes."""
        for line, cells in self.table.rows():
            if is_note(cells):
                require_note(self.table.member.name, line, cells, self.table.width)
                message = "a note, heading or sum beside the data; passed over"
                self.add_issue(Issue(line, "", "footnote", INFO, " ".join(cells).strip(), message))
            else:
                yield line, cells

    def rows(
        self, reader: RowReader, edition: Edition
    ) -> Iterator[tuple[str, int, list[str], bool]]:
        """Yield municipality code, line and cells of sound rows, and whether it is its last row.

        A first pass counts the rows of each municipality, so that each can be stored as soon as
        its last row was read, whatever the order of rows. Rows of prefectures that the edition is
        not to take are counted only.
        """
        table = self.table
        left: Counter[str] = Counter()
        for _, cells in table.rows():
            if len(cells) == table.width and not is_note(cells):
                left[reader.municipality(cells)] += 1
        total = left.total()
        for line, cells in self.data_rows():
            if self.rows_read % _PROGRESS_ROWS == 0:
                edition.progress(table.layout.source, self.rows_read, total)
            code = reader.municipality(cells) if len(cells) == table.width else ""
            if not edition.takes(code):
                self.elsewhere += 1
                continue
            self.rows_read += 1
            if len(cells) != table.width:
                self.add_wrong_width(line, cells)
            elif code:
                left[code] -= 1
                yield code, line, cells, left[code] == 0
            else:
                self.add_issue(reader.unknown(line, cells))


@dataclass(slots=True, kw_only=True)
class PlaceStream(StreamExtract):
    """Places of a streamed table."""

    reader: PlaceReader


@dataclass(slots=True, kw_only=True)
class PositionStream(StreamExtract):
    """Positions of places, in a table of their own."""

    reader: PositionReader
