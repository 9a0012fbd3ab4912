"""Extracts: what one file says, interpreted and not yet stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.listings import ListedPart, Listings
from geoportal.ingest.reading.rows import RowNotes
from geoportal.packed import BLOCK
from geoportal.progress import no_progress
from geoportal.workers import working

_PART = BLOCK
"""Rows that a worker process reads at once."""
_FEWEST_PARTS = 8
"""Fewer are read before a worker would have begun."""

Part = TypeVar("Part")


@dataclass(slots=True, kw_only=True)
class Extract:
    """Counts and issues of one file; a subclass for each kind of content adds what was read.

    Attributes
    ----------
    rows_read, rejected : int
        Rows of data (features of a map file), and those of them that were not taken.
    elsewhere : int
        Rows besides that are of prefectures which the edition is not to take.
    issues : list of Issue
    """

    rows_read: int = 0
    rejected: int = 0
    elsewhere: int = 0
    issues: list[Issue] = field(default_factory=list)

    def add_issue(self, issue: Issue | None) -> None:
        """Add an issue, if there is one; an error rejects its row."""
        if issue is not None:
            self.issues.append(issue)
            self.rejected += issue.severity == ERROR

    def count_malformed(self, count: int) -> None:
        """Count rows that have not as many cells as the header; their issues are known."""
        self.rows_read += count
        self.rejected += count


_ReadRow = tuple[ListedRecord | None, str, list[Issue]]
"""Record of a row, None when it is rejected; its scope as far as it is known; its issues."""
_SoundRows = tuple[ListedPart, list[Issue]]
"""Records of rows of which none is rejected or repeated; the issues of all of them."""


@dataclass(slots=True, kw_only=True)
class FacilityExtract(Extract):
    """Facility records of a file.

    Attributes
    ----------
    listed : Listings
        Distinct keys, in the order of the file.
    incomplete_scopes : set of str
        Scopes with a rejected row: nothing is closed in them.
    incomplete : bool
        True when a rejected row's scope is not known: nothing is closed at all.
    scopes_elsewhere : set of str
        Scopes of the rows of prefectures that are not taken: they tell how far the file reaches.
    unstated : frozenset of str
        Attributes (`geoportal.ingest.reading.unstated`) for which the file has no column.
    """

    listed: Listings = field(default_factory=Listings)
    incomplete_scopes: set[str] = field(default_factory=set)
    incomplete: bool = False
    scopes_elsewhere: set[str] = field(default_factory=set)
    unstated: frozenset[str] = frozenset()

    def count_malformed(self, count: int) -> None:
        """Count rows of the wrong width: their scope is not known."""
        Extract.count_malformed(self, count)
        self.incomplete = self.incomplete or count > 0

    def reject_row(self, scope: str = "") -> None:
        """Count a rejected row, of a scope if that is known."""
        self.rejected += 1
        if scope:
            self.incomplete_scopes.add(scope)
        else:
            self.incomplete = True

    def leave_out(self, scope: str) -> None:
        """Count a row of a prefecture that is not taken."""
        self.elsewhere += 1
        self.scopes_elsewhere.add(scope)

    def read_rows(
        self,
        records: Iterable[Record],
        layout: Layout,
        read: Callable[[RowNotes], tuple[ListedRecord | None, str]],
        edition: Edition | None = None,
    ) -> None:
        """Read rows, each key once.

        ``read`` returns the record of a row, None when it is rejected, and the scope as far as it
        is known. With an ``edition`` many rows are read in the worker processes it allows: then
        ``read`` must look at nothing but its row. Rows shifted against the header are rejected
        here.
        """
        rows = records if isinstance(records, Sequence) else tuple(records)
        seen = {row.record_id: number for number, row in enumerate(self.listed.rows)}
        packs = len(rows) >= _FEWEST_PARTS * _PART and not (edition and edition.prefectures)

        def read_part(part: range) -> list[_ReadRow] | _SoundRows:
            found = [_read_row(rows[number], layout, read) for number in part]
            return (packs and _packed(found)) or found

        for part, found in read_in_parts(len(rows), read_part, layout.source, edition):
            if isinstance(found, tuple):
                packed, issues = found
                self.issues.extend(issues)
                keys = packed.keys
                if seen.keys().isdisjoint(keys):
                    places = range(len(self.listed), len(self.listed) + len(keys))
                    seen.update(zip(keys, places, strict=True))
                    self.listed.add_part(packed)
                    self.rows_read += len(part)
                    continue
                found = [(listed, listed.scope, []) for listed in packed.listed]
            self._take_rows(zip(part, found, strict=True), rows, layout, seen, edition)

    def _take_rows(
        self,
        found: Iterable[tuple[int, _ReadRow]],
        rows: Sequence[Record],
        layout: Layout,
        seen: dict[str, int],
        edition: Edition | None,
    ) -> None:
        for number, (listed, scope, issues) in found:
            if edition and not edition.takes(scope):
                self.leave_out(scope)
                continue
            self.rows_read += 1
            self.issues.extend(issues)
            if listed is None:
                self.reject_row(scope)
                continue
            place = seen.setdefault(listed.record.record_id, len(self.listed))
            if place == len(self.listed):
                self.listed.append(listed)
                continue
            first, notes = self.listed[place], RowNotes(rows[number], layout)
            if first.record == listed.record:
                notes.info("", "repeated_row", f"the same as line {first.line}; counted once")
            else:
                message = (
                    f"the key {listed.record.record_id} was in line {first.line} already, with "
                    "other content; the first is kept, ask the publisher"
                )
                notes.reject("", "duplicate_key", message)
                notes.issues[-1] = replace(notes.issues[-1], value=listed.record.name)
                self.rejected += 1
            self.issues.extend(notes.issues)


def read_in_parts(
    count: int, read: Callable[[range], Part], source: str, edition: Edition | None
) -> Iterator[tuple[range, Part]]:
    """Yield what ``read`` returns for each part of so many rows, in order.

    Many rows are read in the worker processes an edition allows, whose progress is told.
    """
    progress = edition.progress if edition else no_progress
    parts = [range(start, min(start + _PART, count)) for start in range(0, count, _PART)]
    processes = edition.processes if edition and len(parts) >= _FEWEST_PARTS else 1
    with working(read, processes) as in_workers:
        for part, found in zip(parts, in_workers(parts), strict=True):
            progress(source, part.start, count)
            yield part, found
    if count:
        progress(source, count, count)


def _read_row(
    record: Record, layout: Layout, read: Callable[[RowNotes], tuple[ListedRecord | None, str]]
) -> _ReadRow:
    notes = RowNotes(record, layout)
    listed, scope = read(notes)
    notes.reject_if_shifted()
    return None if notes.rejected else listed, scope, notes.issues


def _packed(found: Sequence[_ReadRow]) -> _SoundRows | None:
    """Return rows as they are kept and passed on, None where one of them is not sound."""
    listed = [one for one, _, _ in found if one is not None]
    if len({one.record.record_id for one in listed}) < len(found):
        return None
    return ListedPart.of(listed), [issue for _, _, issues in found for issue in issues]


def read_facilities(
    table: RecognisedTable,
    read: Callable[[RowNotes], tuple[ListedRecord | None, str]],
    edition: Edition,
) -> FacilityExtract:
    """Read every row of a table to one facility record, see `FacilityExtract.read_rows`."""
    extract = FacilityExtract()
    extract.read_rows(table.records, table.layout, read, edition)
    return extract
