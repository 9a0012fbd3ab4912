"""Imported files: what the data are from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One imported file: an edition of a source, or a part of one."""

    source: str
    file_name: str
    as_of: str
    imported_at: str
    rows_read: int
    accepted: int
    rejected: int
    issue_count: int
    id: int = 0
