"""Files of one source and day that say different things: which counts, and what is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.unstated import without
from geoportal.store.facilities import StoredRecord
from geoportal.store.history import drop_listings, last_listings


def take_back(
    connection: sa.Connection,
    stored: Mapping[str, StoredRecord],
    listed: Collection[str],
    complete: Collection[str],
    edition: Edition,
) -> dict[str, StoredRecord]:
    """Take back what only another file of the same day lists, where this one counts over it.

    Returned are these records, last seen in the edition before; one that no other edition lists is
    last seen never (empty). A file that has little in common with this one is another list, no
    correction, and keeps its records.
    """
    if not edition.outdoes:
        return {}
    drop_listings(connection, edition.source, edition.as_of, (), listed)  # written anew
    extra = [
        key
        for key, record in stored.items()
        if key not in listed and record.scope in complete and record.last_seen == edition.as_of
    ]
    if not any(rows >= len(extra) + len(listed) / 2 for rows in edition.outdoes):
        return {}
    drop_listings(connection, edition.source, edition.as_of, (), extra)
    before = last_listings(connection, edition.source, edition.as_of)
    return {
        key: replace(stored[key], last_seen=before[key].as_of if key in before else "")
        for key in extra
    }


def same_day_issues(
    before: Mapping[str, StoredRecord],
    after: Mapping[str, StoredRecord],
    extract: FacilityExtract,
    taken_back: Collection[str],
    edition: Edition,
) -> list[Issue]:
    """Say what of another file of the same day stays, and what was taken back."""
    issues = []
    kept = [
        listing
        for listing in extract.listed
        if (stored := before.get(listing.record.record_id)) is not None
        and stored.as_of == edition.as_of
        and after[listing.record.record_id].record == stored.record
        and _stated(stored.record, extract.unstated) != _stated(listing.record, extract.unstated)
    ]
    if kept:
        message = (
            f"{len(kept)} rows differ from another file of {edition.named}, which says more and "
            "stays; if this file is the right one, import it once more, by itself"
        )
        value = kept[0].record.name
        issues.append(Issue(kept[0].line, "", "same_day_kept", WARNING, value, message))
    if taken_back:
        message = (
            f"this file was imported again: {len(taken_back)} records that only another file of "
            f"{edition.named} lists were taken back; if both are right, import them together"
        )
        value = str(len(taken_back))
        issues.append(Issue(1, "", "same_day_taken_back", WARNING, value, message))
    return issues


def _stated(record: FacilityRecord, unstated: Iterable[str]) -> FacilityRecord:
    """Return a record without what its file has no column for."""
    for attribute in unstated:
        record = without(record, attribute)
    return record
