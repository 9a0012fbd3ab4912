"""Import report: issues by line, counts by file; the ``import --json`` document."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol

from geoportal.domain.dating import imported_on, stated_date
from geoportal.domain.made_quickly import made_quickly
from geoportal.packed import Packed
from geoportal.text.contact import visible

INFO, WARNING, ERROR = "info", "warning", "error"
VALUE_LENGTH = 80


@made_quickly
@dataclass(frozen=True, slots=True)
class Issue:
    """Something a person should know about a file.

    Attributes
    ----------
    line : int
        1-based physical line where the row starts (CSV), row (Excel) or feature (GeoJSON);
        1 for what concerns the file as a whole.
    field : str
        The column, as the file calls it where possible; empty for the whole row or file.
    code : str
        Stable, for programs.
    severity : str
        ``"info"`` mended or worth knowing, ``"warning"`` something was not used, ``"error"`` the
        row or file was not taken.
    value : str
        What was found, shortened to 80 characters.
    message : str
        What is expected and what to do.
    sheet : str
        Title of the workbook's sheet the line is on; empty for other files.
    """

    line: int
    field: str
    code: str
    severity: str
    value: str
    message: str
    sheet: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form: what a file says, its visible characters only."""
        return {
            "line": self.line,
            "field": visible(self.field),
            "code": self.code,
            "severity": self.severity,
            "value": shorten(visible(self.value)),
            "message": visible(self.message),
            "sheet": visible(self.sheet),
        }


_values = attrgetter(*Issue.__dataclass_fields__)


def shorten(text: str) -> str:
    """Return a value on one line, at most 80 characters."""
    line = " ".join(text.split("\n"))
    return line if len(line) <= VALUE_LENGTH else line[: VALUE_LENGTH - 1] + "…"


class ChangeCounts(Protocol):
    """What happened to stored records, outlines or places."""

    created: int
    updated: int
    unchanged: int
    removed: int


@dataclass(slots=True)
class FileReport:
    """Outcome for one file or member of an archive.

    Attributes
    ----------
    file : str
        Name, ``archive.zip/member.csv`` within an archive.
    source, as_of, sha256 : str
        Recognised source, day of the edition (see `geoportal.domain.dating`), digest of the bytes;
        empty when it did not get so far.
    rows_read, accepted, rejected : int
        ``rows_read = accepted + rejected``.
    elsewhere : int
        Rows besides that are of prefectures which were not to be taken.
    created, updated, unchanged, removed : int
        Records (districts, places, centres) by what happened to them.
    issues : sequence of Issue
        In the order of lines.
    refused : bool
        True when nothing of the file was taken.
    changed : bool
        True when the import changed anything in the database.
    """

    file: str
    source: str = ""
    as_of: str = ""
    sha256: str = ""
    rows_read: int = 0
    accepted: int = 0
    rejected: int = 0
    elsewhere: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    issues: Sequence[Issue] = field(default_factory=list)
    refused: bool = False
    changed: bool = False

    def note(self, issues: Iterable[Issue]) -> None:
        """Add issues, keeping them ordered by line."""
        self.issues = sorted([*self.issues, *issues], key=lambda issue: issue.line)

    def close(self) -> None:
        """Hold the issues in little memory: as a rule nothing is added any more."""
        self.issues = Packed(self.issues, _dump, _load)

    def count(self, rows_read: int, rejected: int, changes: ChangeCounts) -> None:
        """Take over how many rows were read and rejected, and what they changed."""
        self.rows_read, self.rejected = rows_read, rejected
        self.accepted = rows_read - rejected
        self.created, self.updated = changes.created, changes.updated
        self.unchanged, self.removed = changes.unchanged, changes.removed

    def refuse(self, message: str, *, code: str = "refused", line: int = 1) -> None:
        """Mark the file as not taken at all; nothing was changed."""
        self.created = self.updated = self.unchanged = self.removed = 0
        self.refused, self.changed = True, False
        self.rejected += self.accepted
        self.accepted = 0
        self.note([Issue(line, "", code, ERROR, "", message)])

    def leave_out(self, message: str) -> None:
        """Note that the file holds no data and was passed over."""
        self.note([Issue(1, "", "left_out", INFO, "", message)])

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        imported = imported_on(self.as_of)
        return {
            "file": visible(self.file),
            "source": self.source,
            "as_of": stated_date(self.as_of),
            **({"imported_at": imported} if imported else {}),
            "sha256": self.sha256,
            "rows_read": self.rows_read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            **({"elsewhere": self.elsewhere} if self.elsewhere else {}),
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "issues": [issue.as_dict() for issue in self.issues],
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Outcome of one import of several files.

    Attributes
    ----------
    files : tuple of FileReport
        In the order they were imported.
    dataset_version : str
        After the import; for a dry run the version that stays.
    """

    files: tuple[FileReport, ...]
    dataset_version: str

    @property
    def refused(self) -> bool:
        """True when at least one file was not taken (the command line then exits with 3)."""
        return any(report.refused for report in self.files)

    def as_dict(self) -> dict[str, Any]:
        """Return the ``import --json`` document."""
        return {
            "files": [report.as_dict() for report in self.files],
            "dataset_version": self.dataset_version,
        }


def _dump(issues: list[Issue]) -> bytes:
    return marshal.dumps(list(map(_values, issues)))


def _load(octets: bytes) -> list[Issue]:
    return [Issue(*values) for values in marshal.loads(octets)]  # noqa: S302 - made here
