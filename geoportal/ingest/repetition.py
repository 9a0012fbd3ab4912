"""Imports that are the last one again: the same files into the same data are not read once more.

What an import said is kept in a file beside the database, under the dataset version it ended with,
the bytes of its files, its options, the program and its lists. With any of these another, the files
are read. Answers of surveys are never kept so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from geoportal.domain.dating import stated_date
from geoportal.ingest.files.archives import may_be_taken, parts_of
from geoportal.ingest.files.report import INFO, FileReport, ImportReport, Issue
from geoportal.ingest.plan import ImportFile
from geoportal.mapped.program import program_digest
from geoportal.mapped.whole_file import whole_file
from geoportal.store.reference import Reference

if TYPE_CHECKING:
    from geoportal.ingest.run import ImportOptions

_PREFIX: Final = "import-"
_KEPT: Final = 64
"""Imports that are remembered of one dataset version."""
_COUNTS: Final = ("rows_read", "accepted", "rejected", "created", "updated", "unchanged", "removed")
_SAID: Final = (
    "these files were imported before, and nothing has changed since: they were not read again; "
    "the issues are those of that import"
)


class KeptReports:
    """What imports of these files with these options said, by the dataset version they ended with.

    ``derived`` is where files computed from the database are kept. Files that are not there, are
    none, or are larger than any that is taken need no look: `comparable`.
    """

    def __init__(
        self,
        derived: Path,
        reference: Reference,
        options: ImportOptions,
        files: Sequence[ImportFile],
    ) -> None:
        self._derived = derived
        self._sources = reference.sources
        self._key = _key(reference, options, files)

    def recall(self, version: str) -> ImportReport | None:
        """Return the report of an import that would change nothing, None where one must look."""
        try:
            with self._path(version).open("rb") as lines:
                count = orjson.loads(next(lines, b""))
                files = tuple(_unchanged(orjson.loads(line)) for line in lines)
        except (OSError, orjson.JSONDecodeError):
            return None
        return ImportReport(files, version) if len(files) == count else None

    def keep(self, report: ImportReport, today: str) -> None:
        """Keep what an import said, if it would be said on any later day and may be read."""
        if report.refused or not all(self._is_lasting(one, today) for one in report.files):
            return
        with suppress(OSError):  # a read-only or full disk: it is read again the next time
            self._derived.mkdir(parents=True, exist_ok=True)
            with whole_file(self._path(report.dataset_version)) as file:
                file.write(orjson.dumps(len(report.files), option=orjson.OPT_APPEND_NEWLINE))
                for one in report.files:  # as JSON, one a line: a nation's issues fill memory
                    line = orjson.dumps(one.as_dict(), option=orjson.OPT_APPEND_NEWLINE)
                    file.write(line)
            self._forget(report.dataset_version)

    def _is_lasting(self, report: FileReport, today: str) -> bool:
        """Say whether a file would be read as the same edition on any later day."""
        if not report.source:  # holds no data
            return True
        stated = stated_date(report.as_of)
        is_survey = self._sources[report.source].evidence == "survey"
        return stated is not None and stated <= today and not is_survey

    def _path(self, version: str) -> Path:
        return self._derived / f"{_PREFIX}{version}-{self._key}.json"

    def _forget(self, version: str) -> None:
        held = sorted(self._derived.glob(f"{_PREFIX}*.json"), key=lambda one: one.stat().st_mtime)
        for number, path in enumerate(reversed(held)):
            if number >= _KEPT or not path.name.startswith(f"{_PREFIX}{version}-"):
                path.unlink(missing_ok=True)


def comparable(files: Iterable[ImportFile]) -> bool:
    """Say whether files can be compared with those of an earlier import, byte by byte."""
    return all(may_be_taken(one.path) for one in files)


def _unchanged(said: dict[str, Any]) -> FileReport:
    """Return what is said of a file whose records are all as they were."""
    report = FileReport(
        **{name: said[name] for name in ("file", "source", "sha256", *_COUNTS)},
        as_of=said["as_of"] or "",
        elsewhere=said.get("elsewhere", 0),
        issues=[Issue(**issue) for issue in said["issues"]],
    )
    if report.source:
        report.note([Issue(1, "", "not_read_again", INFO, "", _SAID)])
    held = report.created + report.updated + report.unchanged
    said_again = replace(report, created=0, updated=0, unchanged=held, removed=0)
    said_again.close()
    return said_again


def _key(reference: Reference, options: ImportOptions, files: Iterable[ImportFile]) -> str:
    digest = hashlib.sha256(program_digest((".",), *reference.directories).encode())
    digest.update(repr(replace(options, dry_run=False, processes=1)).encode())
    for one in sorted(files, key=lambda file: str(file.path)):
        for path in parts_of(one.path):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"\n{path.name!a} {one.gathered} {content}".encode())
    return digest.hexdigest()[:16]
