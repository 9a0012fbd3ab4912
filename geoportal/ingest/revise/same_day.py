"""Files of one source and day that say different things: which counts, and what is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.unstated import without
from geoportal.store.facilities import HeldRecord, StoredRecord
from geoportal.store.history import drop_listings, last_listings


def take_back(
    connection: sa.Connection,
    held: Mapping[str, HeldRecord],
    listed: Collection[str],
    complete: Collection[str],
    edition: Edition,
) -> dict[str, str]:
    """Take back what only another file of the same day lists, where this one counts over it.

    Returned is for each of these records when it was last seen in the editions before; empty for
    one that no other edition lists. A file that has little in common with this one is another list,
    no correction, and keeps its records.
    """
    if not edition.outdoes:
        return {}
    drop_listings(connection, edition.source, edition.as_of, (), listed)  # written anew
    extra = [
        key
        for key, record in held.items()
        if key not in listed and record.scope in complete and record.last_seen == edition.as_of
    ]
    if not any(rows >= len(extra) + len(listed) / 2 for rows in edition.outdoes):
        return {}
    drop_listings(connection, edition.source, edition.as_of, (), extra)
    before = last_listings(connection, edition.source, edition.as_of)
    return {key: before[key].as_of if key in before else "" for key in extra}


class SameDay:
    """Tells what of another file of the same source and day stays; records come by portions.

    ``named`` is what the edition is called.
    """

    def __init__(self, named: str) -> None:
        self._named = named
        self._kept = 0
        self._first: tuple[int, str] | None = None
        """Line and name of the first of them."""

    def add(
        self,
        before: Mapping[str, StoredRecord],
        after: Mapping[str, StoredRecord],
        listings: Iterable[ListedRecord],
        unstated: Collection[str],
        as_of: str,
    ) -> None:
        """Compare what was held and what is stored by now with what the file of a day lists.

        ``unstated`` is what it has no column for.
        """
        if not before:
            return
        for listing in listings:
            stored = before.get(listing.record.record_id)
            if (
                stored is not None
                and stored.as_of == as_of
                and after[listing.record.record_id].record == stored.record
                and _stated(stored.record, unstated) != _stated(listing.record, unstated)
            ):
                self._kept += 1
                self._first = self._first or (listing.line, listing.record.name)

    def merge(self, other: SameDay) -> None:
        """Add what was found in the portion that follows."""
        self._kept += other._kept
        self._first = self._first or other._first

    def issues(self, taken_back: int) -> list[Issue]:
        """Say what of another file of the same day stays, and how much was taken back."""
        issues = []
        named = self._named
        if self._first:
            message = (
                f"{self._kept} rows differ from another file of {named}, which says more and "
                "stays; if this file is the right one, import it once more, by itself"
            )
            line, value = self._first
            issues.append(Issue(line, "", "same_day_kept", WARNING, value, message))
        if taken_back:
            message = (
                f"this file was imported again: {taken_back} records that only another file of "
                f"{named} lists were taken back; if both are right, import them together"
            )
            issues.append(Issue(1, "", "same_day_taken_back", WARNING, str(taken_back), message))
        return issues


def _stated(record: FacilityRecord, unstated: Iterable[str]) -> FacilityRecord:
    """Return a record without what its file has no column for."""
    for attribute in unstated:
        record = without(record, attribute)
    return record
