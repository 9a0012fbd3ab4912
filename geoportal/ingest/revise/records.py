"""Facility records stored so that the order of import does not matter.

What is stored of a record is a function of the set of editions that were imported: its content is
that of the newest edition; among equally new ones, the fullest; what that has no column for is as
the newest that has one says. It is closed on the first later
edition that lists its scope without it. First and last seen are the oldest and newest edition.

Records are read, compared and written by portions: of a list of all Japan a few thousand are in
memory at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.linking.units import link_block
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.unstated import fields_of
from geoportal.ingest.revise.affected import AffectedBlocks
from geoportal.ingest.revise.merged import closed_record, fresh_record, merged_record, undated
from geoportal.ingest.revise.relink import relink
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.same_day import SameDay, take_back
from geoportal.ingest.revise.scopes import ScopeDays, answered_scopes, larger_scopes, scopes_within
from geoportal.ingest.revise.shuffled import Shuffled
from geoportal.store.batches import batches
from geoportal.store.editions import add_scope_editions, read_scope_editions
from geoportal.store.facilities import (
    HeldRecord,
    StoredRecord,
    held_records,
    read_records,
    record_scopes,
    remove_records,
    write_records,
)
from geoportal.store.history import drop_listings, first_listings, write_history
from geoportal.store.links import facility_of, write_redirects

_MANY_REMOVED_SHARE = 0.2
_MANY_REMOVED_LEAST = 10
_PORTION = 2_000
"""Records that are compared at once."""

_ByKey = Mapping[str, StoredRecord]


def update_records(
    connection: sa.Connection, extract: FacilityExtract, edition: Edition
) -> Revision:
    """Store the records of an edition, within a transaction."""
    finder = edition.municipalities
    listed = {row.record_id for row in extract.listed.rows}
    scopes = {row.scope for row in extract.listed.rows}
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
    held = held_records(connection, edition.source, sorted(concerned), sorted(listed))
    taken_back = take_back(connection, held, listed, complete, edition)
    first_seen = _first_seen(connection, held, listed, edition)
    days = ScopeDays(read_scope_editions(connection, edition.source), finder)
    records = _Records(connection, extract, edition)
    for listings in batches(extract.listed, _PORTION):
        keys = [one.record.record_id for one in listings]
        before = records.read(key for key in keys if key in held)
        merged = {
            one.record.record_id: merged_record(
                _dated(before.get(one.record.record_id), first_seen),
                fresh_record(one, extract.unstated, edition.as_of),
                outdoes=bool(edition.outdoes),
            )
            for one in listings
        }
        after = {
            key: closed_record(stored, days.closed_on(stored.scope, stored.last_seen))
            for key, stored in merged.items()
        }
        records.put(before, after, listings)
    beside = [key for key in held if key not in listed]
    for part in batches(
        [key for key in beside if _moves(held[key], taken_back.get(key), days)], _PORTION
    ):
        before = records.read(part)
        seen = {
            key: replace(stored, last_seen=taken_back.get(key, stored.last_seen))
            for key, stored in before.items()
        }
        after = {
            key: closed_record(stored, days.closed_on(stored.scope, stored.last_seen))
            for key, stored in seen.items()
            if stored.last_seen
        }
        records.put(before, after, ())
    revision = records.link()
    revision.issues = [
        *_edition_issues(records.superseded, extract, complete != scopes, edition),
        *records.same_day.issues(len(taken_back)),
        *records.shuffled.issues(),
        *_removal_issues(revision, sum(not one.closed_on for one in held.values())),
    ]
    return revision


class _Records:
    """Stores the records of an edition by portions, and gathers what is said of all of them.

    Attributes
    ----------
    superseded : int
        Records that are held from a newer edition.
    same_day : SameDay
    shuffled : Shuffled
    """

    def __init__(
        self, connection: sa.Connection, extract: FacilityExtract, edition: Edition
    ) -> None:
        self.superseded = 0
        self.same_day = SameDay(extract.unstated, edition)
        self.shuffled = Shuffled()
        self._connection = connection
        self._edition = edition
        self._silent = {name for one in extract.unstated for name in fields_of(one)}
        self._revision = Revision()
        self._affected = AffectedBlocks(edition.source)
        self._renamed: list[tuple[str, str]] = []

    def read(self, keys: Iterable[str]) -> dict[str, StoredRecord]:
        """Return records as they are stored, by record id."""
        ids = list(keys)
        if not ids:
            return {}
        stored = read_records(self._connection, source=self._edition.source, record_ids=ids)
        return {one.record.record_id: one for one in stored}

    def put(self, before: _ByKey, after: _ByKey, listings: Sequence[ListedRecord]) -> None:
        """Write a portion: what was held of it, what is to be, what the edition lists of it."""
        connection, edition = self._connection, self._edition
        changed = [stored for key, stored in after.items() if stored != before.get(key)]
        blocks = {stored.key: link_block(stored.record) for stored in changed}
        write_records(connection, changed, blocks, {stored.key for stored in before.values()})
        unlisted = [before[key] for key in before.keys() - after.keys()]
        remove_records(connection, [stored.key for stored in unlisted])
        lines = ((listing.scope, listing.record) for listing in listings)
        write_history(connection, edition.source, edition.as_of, lines, self._silent)
        pairs = [
            (before[stored.record.record_id], stored)
            for stored in changed
            if stored.record.record_id in before
        ]
        former = [*unlisted, *(one for one, _ in pairs)]
        self._renamed += [(a.own_id, b.own_id) for a, b in pairs if a.own_id != b.own_id]
        self._affected.add(connection, changed, former, blocks)
        _count(self._revision, before, after, {one.record.record_id for one in listings})
        self._revision.facility_ids |= {one.facility_id for one in (*changed, *former)}
        if listings:
            self.superseded += sum(one.as_of > edition.as_of for one in before.values())
        self.same_day.add(before, after, listings)
        self.shuffled.add(before, listings)

    def link(self) -> Revision:
        """Link what has changed with the other sources; return what the edition has changed."""
        blocks = self._affected.blocks(self._connection)
        redirects = {
            old: new for old, new in self._renamed if not facility_of(self._connection, old)
        }
        write_redirects(self._connection, redirects, ())
        relinked = relink(self._connection, blocks, self._edition.processes)
        self._revision.facility_ids |= relinked
        return self._revision


def _first_seen(
    connection: sa.Connection,
    held: Mapping[str, HeldRecord],
    listed: Collection[str],
    edition: Edition,
) -> dict[str, str]:
    """Return when records were first seen that were so in this edition while it had no date."""
    concerned = [key for key in listed if key in held and held[key].first_seen in edition.formerly]
    first = first_listings(connection, edition.source, concerned)
    return {key: min(first.get(key, edition.as_of), edition.as_of) for key in concerned}


def _dated(stored: StoredRecord | None, first_seen: Mapping[str, str]) -> StoredRecord | None:
    if stored is None or stored.record.record_id not in first_seen:
        return stored
    return replace(stored, first_seen=first_seen[stored.record.record_id])


def _moves(held: HeldRecord, last_seen: str | None, days: ScopeDays) -> bool:
    """Say whether a record that is not listed changes: taken back, closed or opened again."""
    return last_seen is not None or days.closed_on(held.scope, held.last_seen) != held.closed_on


def _count(revision: Revision, before: _ByKey, after: _ByKey, listed: Collection[str]) -> None:
    """Count what has become of records, into a revision."""
    revision.removed += len(before.keys() - after.keys())
    for key, now in after.items():
        then = before.get(key)
        if then is None:
            revision.created += 1
        elif now.closed_on and not then.closed_on:
            revision.removed += 1
        elif key not in listed:
            continue
        elif undated(now.record) != undated(then.record) or (then.closed_on and not now.closed_on):
            revision.updated += 1
        else:
            revision.unchanged += 1


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
