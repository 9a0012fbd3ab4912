"""Extracts: what one file says, interpreted and not yet stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.reading.rows import RowNotes


@dataclass(slots=True, kw_only=True)
class Extract:
    """Counts and issues of one file; a subclass for each kind of content adds what was read.

    Attributes
    ----------
    rows_read, rejected : int
        Rows of data (features of a map file), and those of them that were not taken.
    issues : list of Issue
    """

    rows_read: int = 0
    rejected: int = 0
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


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A facility record with its place in the file.

    Attributes
    ----------
    line : int
        Where its row starts.
    record : FacilityRecord
    own_id : str
        Id by the rule of its source; the facility's id as long as the record is not linked.
    scope : str
        The part of the source that is replaced together.
    """

    line: int
    record: FacilityRecord
    own_id: str
    scope: str


@dataclass(slots=True, kw_only=True)
class FacilityExtract(Extract):
    """Facility records of a file.

    Attributes
    ----------
    listed : list of ListedRecord
        Distinct keys, in the order of the file.
    incomplete_scopes : set of str
        Scopes with a rejected row: nothing is closed in them.
    incomplete : bool
        True when a rejected row's scope is not known: nothing is closed at all.
    unstated : frozenset of str
        Attributes (`geoportal.ingest.reading.unstated`) for which the file has no column.
    """

    listed: list[ListedRecord] = field(default_factory=list)
    incomplete_scopes: set[str] = field(default_factory=set)
    incomplete: bool = False
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

    def read_rows(
        self,
        records: Iterable[Record],
        layout: Layout,
        read: Callable[[RowNotes], tuple[ListedRecord | None, str]],
    ) -> None:
        """Read rows, each key once.

        ``read`` returns the record of a row, None when it is rejected, and the scope as far as it
        is known. Rows shifted against the header are rejected here.
        """
        seen = {listed.record.record_id: listed for listed in self.listed}
        for record in records:
            notes = RowNotes(record, layout)
            listed, scope = read(notes)
            notes.reject_if_shifted()
            self.rows_read += 1
            if listed is None or notes.rejected:
                self.reject_row(scope)
            elif (first := seen.get(listed.record.record_id)) is None:
                seen[listed.record.record_id] = listed
                self.listed.append(listed)
            elif first.record == listed.record:
                notes.info("", "repeated_row", f"the same as line {first.line}; counted once")
            else:
                message = (
                    f"the key {listed.record.record_id} was in line {first.line} already, with "
                    "other content; the first is kept, ask the publisher"
                )
                notes.reject("", "duplicate_key", message)
                self.rejected += 1
            self.issues.extend(notes.issues)


def read_facilities(
    table: RecognisedTable, read: Callable[[RowNotes], tuple[ListedRecord | None, str]]
) -> FacilityExtract:
    """Read every row of a table to one facility record, see `FacilityExtract.read_rows`."""
    extract = FacilityExtract()
    extract.read_rows(table.records, table.layout, read)
    return extract
