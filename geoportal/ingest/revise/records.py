"""Facility records stored so that the order of import does not matter.

What is stored of a record is a function of the set of editions that were imported: its content is
that of the newest edition; among equally new ones, the fullest; what that has no column for is as
the newest that has one says. It is closed on the first later
edition that lists its scope without it. First and last seen are the oldest and newest edition.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, replace

import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.hours import EMPTY_HOURS
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.linking.units import link_block
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract, ListedRecord
from geoportal.ingest.reading.unstated import fields_of, is_silent, with_value, without
from geoportal.ingest.resolve.facility import resolve_facility
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.revise.affected import affected_blocks
from geoportal.ingest.revise.position_issues import Found
from geoportal.ingest.revise.relink import relink
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.same_day import same_day_issues, take_back
from geoportal.ingest.revise.scopes import ScopeDays, answered_scopes, larger_scopes, scopes_within
from geoportal.ingest.revise.shuffled import shuffled_issues
from geoportal.progress import Progress
from geoportal.store import documents
from geoportal.store.batches import batches
from geoportal.store.editions import add_scope_editions, read_scope_editions
from geoportal.store.facilities import (
    FacilityRow,
    RecordRow,
    StoredRecord,
    facility_documents,
    facility_row,
    read_record_rows,
    read_records,
    record_scopes,
    remove_facilities,
    remove_records,
    stored_record,
    write_facility_rows,
    write_records,
)
from geoportal.store.history import drop_listings, first_listings, write_history
from geoportal.store.links import facility_of, write_redirects
from geoportal.workers import working

_MANY_REMOVED_SHARE = 0.2
_MANY_REMOVED_LEAST = 10
_BATCH = 500
_FEWEST_IN_WORKERS = 4_000
"""Facilities; fewer are resolved before a worker would have begun."""


_Resolved = tuple[FacilityRow, list[str], Found]
"""A facility as it is stored, the own ids of its records, how its position was found."""


def update_records(
    connection: sa.Connection, extract: FacilityExtract, edition: Edition
) -> Revision:
    """Store the records of an edition, within a transaction."""
    finder = edition.municipalities
    listed = {listing.record.record_id: listing for listing in extract.listed}
    scopes = {listing.scope for listing in extract.listed}
    complete = set() if extract.incomplete else scopes - extract.incomplete_scopes
    reached = complete if extract.incomplete else complete | extract.scopes_elsewhere
    answered = scopes_within(
        answered_scopes(reached, scopes - complete, finder), edition.prefectures
    )
    for day in edition.formerly:
        drop_listings(connection, edition.source, day, scopes | answered, listed)
    add_scope_editions(connection, edition.source, complete | answered, edition.as_of)
    concerned = scopes | {
        scope
        for scope in record_scopes(connection, edition.source)
        if answered.intersection(larger_scopes(scope, finder))
    }
    before = _stored_records(connection, edition.source, concerned, listed)
    taken_back = take_back(connection, before, listed, complete, edition)
    dated = _dated(connection, {**before, **taken_back}, listed, edition)
    merged = {
        key: _merge(
            dated.get(key),
            _fresh(listing, extract.unstated, edition.as_of),
            outdoes=bool(edition.outdoes),
        )
        for key, listing in listed.items()
    }
    days = ScopeDays(read_scope_editions(connection, edition.source), finder)
    after = {
        key: _closed(stored, days.closed_on(stored.scope, stored.last_seen))
        for key, stored in {**before, **taken_back, **merged}.items()
        if stored.last_seen
    }
    changed = [stored for key, stored in after.items() if stored != before.get(key)]
    blocks = {stored.key: link_block(stored.record) for stored in changed}
    write_records(connection, changed, blocks, {stored.key for stored in before.values()})
    unlisted = [before[key] for key in before.keys() - after.keys()]
    remove_records(connection, [stored.key for stored in unlisted])
    listings = ((listing.scope, listing.record) for listing in extract.listed)
    silent = {name for attribute in extract.unstated for name in fields_of(attribute)}
    write_history(connection, edition.source, edition.as_of, listings, silent)
    relinked = _link(connection, edition, changed, before, unlisted)
    revision = _count(before, after, listed)
    revision.facility_ids = {stored.facility_id for stored in changed} | relinked
    superseded = sum(key in before and before[key].as_of > edition.as_of for key in listed)
    revision.issues = [
        *_edition_issues(superseded, extract, complete != scopes, edition),
        *same_day_issues(before, after, extract, taken_back, edition),
        *shuffled_issues(before, listed),
        *_removal_issues(revision, sum(not stored.closed_on for stored in before.values())),
    ]
    return revision


def refresh_facilities(
    connection: sa.Connection,
    ids: Sequence[str],
    geography: Geography,
    strengths: Mapping[str, str],
    progress: Progress,
    processes: int = 1,
    found: dict[str, Found | None] | None = None,
) -> int:
    """Resolve facilities again from their records and write those that come out differently.

    All of them after boundaries or towns have changed. Strengths are evidence classes by source.
    Many are resolved in so many worker processes. Returned is how many facilities changed.
    ``found`` has own ids of which it is to be told how their positions were found.
    """

    def resolve(groups: Sequence[Sequence[RecordRow]]) -> list[_Resolved]:
        resolved = []
        for rows in groups:
            stored = [stored_record(row) for row in rows]
            facility = resolve_facility(stored, geography, strengths)
            how = facility.location.known, facility.location.warnings
            own_ids = [] if found is None else [one.own_id for one in stored]
            resolved.append((facility_row(facility), own_ids, how))
        return resolved

    if len(ids) < _FEWEST_IN_WORKERS:
        processes = 1
    elif processes > 1:
        geography.read_towns()
    parts = list(batches(ids, _BATCH))
    read: deque[tuple[dict[str, str], list[str]]] = deque()

    def tasks() -> Iterator[Sequence[Sequence[RecordRow]]]:
        for part in parts:
            rows, before = read_record_rows(connection, part), facility_documents(connection, part)
            read.append((before, [id_ for id_ in before if id_ not in rows]))
            yield list(rows.values())

    count = done = 0
    with working(resolve, processes) as resolved_in_workers:
        for part, resolved in zip(parts, resolved_in_workers(tasks()), strict=True):
            progress("positions", done, len(ids))
            before, gone = read.popleft()
            changed = [
                row for row, _, _ in resolved if row[0]["document"] != before.get(row[0]["id"])
            ]
            if found is not None:
                found.update((id_, how) for _, own, how in resolved for id_ in own if id_ in found)
            write_facility_rows(connection, changed, before)
            remove_facilities(connection, gone)
            count += len(changed) + len(gone)
            done += len(part)
    if ids:
        progress("positions", len(ids), len(ids))
    return count


def _fullness(record: FacilityRecord) -> tuple[int, int, str]:
    """Return what decides between two contents of the same date.

    The number of filled attributes first, then of entries in lists, then the digest of the text.
    """
    filled = sum(getattr(record, field.name) not in ("", None, (), {}) for field in fields(record))
    hours = record.hours
    detail = len(hours.sessions) + len(hours.closed_days) + len(hours.open_days)
    detail += len(record.filings) + len(record.departments)
    return filled, detail, documents.digest(documents.dump(record))


def _undated(record: FacilityRecord) -> FacilityRecord:
    """Return a record without the dates of its edition, to see whether its content changed."""
    hours = replace(record.hours, as_of="") if record.hours.known else EMPTY_HOURS
    claims = tuple(replace(claim, as_of="") for claim in record.claims)
    return replace(record, hours=hours, claims=claims)


def _stored_records(
    connection: sa.Connection, source: str, scopes: Collection[str], listed: Collection[str]
) -> dict[str, StoredRecord]:
    """Return stored records of these scopes, and those listed that were in another scope."""
    stored = read_records(connection, source=source, scopes=sorted(scopes)) if scopes else ()
    by_key = {record.record.record_id: record for record in stored}
    missing = [key for key in listed if key not in by_key]
    if missing:
        moved = read_records(connection, source=source, record_ids=missing)
        by_key.update({record.record.record_id: record for record in moved})
    return by_key


def _dated(
    connection: sa.Connection,
    stored: Mapping[str, StoredRecord],
    listed: Collection[str],
    edition: Edition,
) -> dict[str, StoredRecord]:
    """Return records, those that were first seen in this edition while it had no date dated."""
    concerned = [
        key for key in listed if key in stored and stored[key].first_seen in edition.formerly
    ]
    first = first_listings(connection, edition.source, concerned)
    return {
        **stored,
        **{
            key: replace(stored[key], first_seen=min(first.get(key, edition.as_of), edition.as_of))
            for key in concerned
        },
    }


def _fresh(listed: ListedRecord, unstated: Collection[str], as_of: str) -> StoredRecord:
    origins: dict[str, tuple[str | int, ...]] = {
        attribute: () for attribute in unstated if is_silent(listed.record, attribute)
    }
    id_, days = listed.own_id, (as_of, as_of, as_of)
    return StoredRecord(listed.record, id_, listed.scope, *days, "", id_, origins)


def _closed(stored: StoredRecord, day: str) -> StoredRecord:
    """Return a record as closed on a day, empty for one that is listed."""
    return stored if stored.closed_on == day else replace(stored, closed_on=day)


def _merge(
    before: StoredRecord | None, fresh: StoredRecord, *, outdoes: bool = False
) -> StoredRecord:
    """Return what is stored of a record after another edition that lists it.

    The newest edition counts; what it has no column for is as the newest that has one says. With
    ``outdoes`` the fresh one counts over another of the same day.
    """
    if before is None:
        return fresh
    if before.own_id == fresh.own_id:
        fresh = replace(fresh, facility_id=before.facility_id)
    wins = _rank(fresh) > _rank(before) or (outdoes and fresh.as_of == before.as_of)
    winner, loser = (fresh, before) if wins else (before, fresh)
    record, origins = winner.record, dict(winner.origins)
    for attribute, origin in winner.origins.items():
        other = loser.origins.get(attribute, _rank(loser))
        if other > origin:
            record = with_value(record, attribute, loser.record)
            origins[attribute] = other
    return replace(
        winner,
        record=record,
        origins=origins,
        first_seen=min(before.first_seen, fresh.first_seen),
        last_seen=max(before.last_seen, fresh.last_seen),
    )


def _rank(stored: StoredRecord) -> tuple[str | int, ...]:
    """Return what decides between two editions: the day, then what they say by themselves."""
    own = stored.record
    for attribute in stored.origins:
        own = without(own, attribute)
    return (stored.as_of, *_fullness(own))


def _link(
    connection: sa.Connection,
    edition: Edition,
    changed: Sequence[StoredRecord],
    stored: Mapping[str, StoredRecord],
    unlisted: Sequence[StoredRecord],
) -> set[str]:
    """Link what has changed with the other sources; return the facilities that are concerned.

    ``unlisted`` are records that are gone.
    """
    pairs = [
        (stored[after.record.record_id], after)
        for after in changed
        if after.record.record_id in stored
    ]
    former = [*unlisted, *(before for before, _ in pairs)]
    blocks = affected_blocks(connection, edition.source, changed, former)
    redirects = {
        before.own_id: after.own_id
        for before, after in pairs
        if before.own_id != after.own_id and not facility_of(connection, before.own_id)
    }
    write_redirects(connection, redirects, ())
    return relink(connection, blocks, edition.processes) | {before.facility_id for before in former}


def _count(
    stored: Mapping[str, StoredRecord],
    merged: Mapping[str, StoredRecord],
    listed: Collection[str],
) -> Revision:
    revision = Revision(removed=len(stored.keys() - merged.keys()))
    for key, after in merged.items():
        before = stored.get(key)
        if before is None:
            revision.created += 1
        elif after.closed_on and not before.closed_on:
            revision.removed += 1
        elif key not in listed:
            continue
        elif _undated(after.record) != _undated(before.record) or (
            before.closed_on and not after.closed_on
        ):
            revision.updated += 1
        else:
            revision.unchanged += 1
    return revision


def _edition_issues(
    superseded: int, extract: FacilityExtract, incomplete: bool, edition: Edition
) -> list[Issue]:
    issues = []
    if superseded:
        message = (
            f"{superseded} rows are held from a newer edition than that of {edition.named}; the "
            "newer content stays (give --as-of if this date is wrong)"
        )
        issues.append(Issue(1, "", "older_edition", INFO, edition.named, message))
    if incomplete and extract.listed:
        message = (
            "rows were rejected, so what is missing from this file is not taken as closed; mend "
            "them and import again"
        )
        issues.append(Issue(1, "", "closing_skipped", INFO, "", message))
    return issues


def _removal_issues(revision: Revision, open_before: int) -> list[Issue]:
    many = max(_MANY_REMOVED_LEAST, _MANY_REMOVED_SHARE * open_before)
    if revision.removed <= many:
        return []
    message = (
        f"{revision.removed} of {open_before} held records are missing from this edition and were "
        "closed; if the file is incomplete, import the whole one"
    )
    return [Issue(1, "", "many_closed", WARNING, str(revision.removed), message)]
