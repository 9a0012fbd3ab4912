"""What an edition changed in the database, and which of two editions takes precedence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from geoportal.ingest.catalogue import is_fictional
from geoportal.ingest.files.report import INFO, Issue

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(slots=True)
class Revision:
    """What an edition changed.

    Attributes
    ----------
    created, updated, unchanged, removed : int
        Records, outlines, places … by what happened to them.
    facility_ids : set of str
        Facilities to resolve again.
    issues : list of Issue
        About the edition as a whole.
    centres_changed : bool
        True when consultation centres were written or removed.
    older : int
        Parts (municipalities, meshes) that stay as a newer or fuller edition has them.
    renumbered : int
        Records that are closed, of which name and address are those of new ones.
    outdoes : bool
        True when the file counts over others of the same day, see `Edition.outdoes`.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    facility_ids: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)
    centres_changed: bool = False
    older: int = 0
    renumbered: int = 0
    outdoes: bool = False

    @property
    def changed(self) -> bool:
        """True when anything was written that the next snapshot has to show."""
        counts = self.created or self.updated or self.removed
        return bool(counts or self.facility_ids or self.centres_changed)

    def count(self, before: Mapping[_Key, _Value], after: Mapping[_Key, _Value]) -> None:
        """Count what is new, different, equal and gone between two states."""
        common = before.keys() & after.keys()
        equal = sum(before[key] == after[key] for key in common)
        self.created += len(after) - len(common)
        self.updated += len(common) - equal
        self.unchanged += equal
        self.removed += len(before) - len(common)

    def add(self, other: Revision) -> None:
        """Add the counts and facilities of a part of the edition."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.removed += other.removed
        self.facility_ids |= other.facility_ids

    def supersedes(self, fresh: RankedEdition, before: RankedEdition | None) -> bool:
        """Return whether a part of an edition takes the place of the one stored, if any.

        When it does not, its rows are counted as unchanged, and the part as older if it differs.
        """
        if before is None or prevails(
            edition_rank(fresh), edition_rank(before), outdoes=self.outdoes
        ):
            return True
        self.unchanged += fresh.row_count
        self.older += fresh.content_hash != before.content_hash
        return False

    def note_older(self, parts: str) -> None:
        """Add the issue that some parts, named in the plural, were not stored, if there are any."""
        if self.older:
            self.issues.append(older_edition(self.older, parts))


def precedence(source: str, as_of: str) -> tuple[bool, str]:
    """Return what decides first between two editions: real before fictional, then the newer."""
    return not is_fictional(source), as_of


def prevails(fresh: tuple[object, ...], before: tuple[object, ...], *, outdoes: bool) -> bool:
    """Return whether a rank, which begins with `precedence`, is the higher of two.

    With ``outdoes`` another one of the same precedence is enough, see `Edition.outdoes`.
    """
    return fresh > before or (outdoes and fresh[:2] == before[:2] and fresh != before)


class RankedEdition(Protocol):
    """A stored part of an edition."""

    @property
    def source(self) -> str:
        """Its source."""

    @property
    def as_of(self) -> str:
        """ISO date of the edition."""

    @property
    def row_count(self) -> int:
        """How many rows it has."""

    @property
    def content_hash(self) -> str:
        """Digest of its rows."""


def edition_rank(stored: RankedEdition) -> tuple[bool, str, int, str]:
    """Return what decides between two editions: real, newer, fuller, then the digest."""
    return (*precedence(stored.source, stored.as_of), stored.row_count, stored.content_hash)


def older_edition(count: int, what: str, why: str = "newer or fuller") -> Issue:
    """Return the issue of a file of which a part was not stored."""
    message = f"{count} {what} are held from a {why} file and stay as they are"
    return Issue(1, "", "older_edition", INFO, str(count), message)
