"""An edition's records taken into the database, so that the order of import does not matter.

What is stored of a record is a function of the set of editions that were imported: its content is
that of the newest edition; among equally new ones, the fullest. It is closed on the first later
edition that lists its scope without it. First and last seen are the oldest and newest edition.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

import sqlalchemy as sa

from geoportal.domain.facility import Facility, FacilityRecord
from geoportal.domain.hours import EMPTY_HOURS
from geoportal.ingest.files.edition import Edition, Progress
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.files.rows import FacilityExtract, Listed
from geoportal.ingest.linking.units import link_block
from geoportal.ingest.resolve.facility import resolve_facility
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.revise.relink import relink
from geoportal.ingest.revise.scopes import answered_scopes, dates_of, larger_scopes
from geoportal.store import documents
from geoportal.store.editions import add_scope_editions, read_scope_editions
from geoportal.store.facilities import (
    StoredRecord,
    facility_documents,
    read_records,
    record_scopes,
    remove_facilities,
    write_claims,
    write_facilities,
    write_records,
)
from geoportal.store.history import write_history
from geoportal.store.links import blocks_of, facility_of, write_redirects

_MANY_REMOVED_SHARE = 0.2
_MANY_REMOVED_LEAST = 10
_BATCH = 1_000


@dataclass(slots=True)
class Revision:
    """What an edition changed.

    Attributes
    ----------
    created, updated, unchanged, removed : int
        Records by what happened to them.
    facility_ids : set of str
        Facilities to resolve again.
    issues : list of Issue
        About the edition as a whole.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    facility_ids: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)


def revise_records(
    connection: sa.Connection, extract: FacilityExtract, edition: Edition
) -> Revision:
    """Take the records of an edition into the database.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within a transaction.
    extract : FacilityExtract
        The file's records.
    edition : Edition
        Source and date.
    """
    scopes = {listed.scope for listed in extract.listed}
    complete = set() if extract.incomplete else scopes - extract.incomplete_scopes
    finder = edition.municipalities
    answered = answered_scopes(complete, scopes - complete, finder)
    add_scope_editions(connection, edition.source, complete | answered, edition.as_of)
    concerned = scopes | {
        scope
        for scope in record_scopes(connection, edition.source)
        if answered.intersection(larger_scopes(scope, finder))
    }
    held = _held(connection, extract, edition.source, concerned)
    after = dict(held)
    superseded = 0
    for listed in extract.listed:
        before = held.get(listed.record.record_id)
        merged = _merge(before, listed, edition.as_of)
        superseded += before is not None and before.as_of > edition.as_of
        after[listed.record.record_id] = merged
    dates = read_scope_editions(connection, edition.source)
    after = {key: _closed(item, dates_of(item.scope, dates, finder)) for key, item in after.items()}
    changed = [item for key, item in after.items() if item != held.get(key)]
    write_records(connection, changed, {item.key: link_block(item.record) for item in changed})
    write_claims(connection, changed)
    listings = [(listed.scope, listed.record) for listed in extract.listed]
    write_history(connection, edition.source, edition.as_of, listings)
    relinked = _link(connection, changed, held)
    revision = _count(held, after, {listed.record.record_id for listed in extract.listed})
    revision.facility_ids = {item.facility_id for item in changed} | relinked
    revision.issues = [
        *_edition_issues(superseded, extract, complete != scopes, edition),
        *_removal_issues(revision, sum(not item.closed_on for item in held.values())),
    ]
    return revision


def refresh_facilities(
    connection: sa.Connection,
    ids: Sequence[str],
    geography: Geography,
    strengths: Mapping[str, str],
    progress: Progress,
) -> int:
    """Resolve facilities again from their records and write those that come out differently.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within a transaction.
    ids : sequence of str
        Which; all of them after boundaries or towns have changed.
    geography : Geography
    strengths : Mapping of str to str
        Evidence class by source name.
    progress : Progress

    Returns
    -------
    int
        How many facilities changed.
    """
    count = 0
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        progress("positions", start, len(ids))
        groups: dict[str, list[StoredRecord]] = {}
        for item in read_records(connection, facility_ids=batch):
            groups.setdefault(item.facility_id, []).append(item)
        before = facility_documents(connection, batch)
        resolved = [resolve_facility(group, geography, strengths) for group in groups.values()]
        changed = [item for item in resolved if documents.dump(item) != before.get(item.id)]
        gone = [id_ for id_ in before if id_ not in groups]
        write_facilities(connection, changed)
        remove_facilities(connection, gone)
        count += len(changed) + len(gone)
    if ids:
        progress("positions", len(ids), len(ids))
    return count


def resolved_facilities(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Facility]:
    """Return facilities as stored, by id."""
    found = facility_documents(connection, ids)
    return {id_: documents.load_facility(text) for id_, text in found.items()}


def fullness(record: FacilityRecord) -> tuple[int, str]:
    """Return what decides between two contents of the same date: the fuller, then the text."""
    filled = sum(getattr(record, item.name) not in ("", None, (), {}) for item in fields(record))
    hours = record.hours
    detail = len(hours.sessions) + len(hours.closed_days) + len(hours.open_days)
    detail += len(record.filings) + len(record.departments)
    return filled * 1000 + detail, documents.dump(record)


def undated(record: FacilityRecord) -> FacilityRecord:
    """Return a record without the dates of its edition, to see whether its content changed."""
    hours = replace(record.hours, as_of="") if record.hours.known else EMPTY_HOURS
    claims = tuple(replace(claim, as_of="") for claim in record.claims)
    return replace(record, hours=hours, claims=claims)


def _held(
    connection: sa.Connection, extract: FacilityExtract, source: str, scopes: set[str]
) -> dict[str, StoredRecord]:
    """Return stored records of the file's scopes, and of its ids that were in another scope."""
    held: dict[str, StoredRecord] = {}
    if scopes:
        found = read_records(connection, source=source, scopes=sorted(scopes))
        held = {item.record.record_id: item for item in found}
    missing = [
        listed.record.record_id for listed in extract.listed if listed.record.record_id not in held
    ]
    if missing:
        found = read_records(connection, source=source, record_ids=missing)
        held.update({item.record.record_id: item for item in found})
    return held


def _merge(before: StoredRecord | None, listed: Listed, as_of: str) -> StoredRecord:
    own_id = listed.facility_id
    fresh = StoredRecord(listed.record, own_id, listed.scope, as_of, as_of, as_of, "", own_id)
    if before is None:
        return fresh
    if before.own_id == own_id:
        fresh = replace(fresh, facility_id=before.facility_id)
    newer = (as_of, *fullness(fresh.record)) > (before.as_of, *fullness(before.record))
    return replace(
        fresh if newer else before,
        first_seen=min(before.first_seen, as_of),
        last_seen=max(before.last_seen, as_of),
    )


def _link(
    connection: sa.Connection,
    changed: Sequence[StoredRecord],
    held: Mapping[str, StoredRecord],
) -> set[str]:
    """Link what has changed with the other sources; return the facilities that are concerned."""
    before = [held[item.record.record_id] for item in changed if item.record.record_id in held]
    blocks = {link_block(item.record) for item in (*changed, *before)}
    blocks |= blocks_of(connection, sorted({item.own_id for item in changed}))
    renamed = {
        held[item.record.record_id].own_id: item.own_id
        for item in changed
        if item.record.record_id in held and held[item.record.record_id].own_id != item.own_id
    }
    write_redirects(
        connection,
        {old: new for old, new in renamed.items() if not facility_of(connection, old)},
        (),
    )
    return relink(connection, blocks) | {item.facility_id for item in before}


def _closed(item: StoredRecord, dates: Sequence[str]) -> StoredRecord:
    """Close a record on the first edition of its scope after the last that lists it."""
    position = bisect_right(dates, item.last_seen)
    return replace(item, closed_on=dates[position] if position < len(dates) else "")


def _count(
    held: Mapping[str, StoredRecord], after: Mapping[str, StoredRecord], listed: set[str]
) -> Revision:
    revision = Revision()
    for key, item in after.items():
        before = held.get(key)
        if before is None:
            revision.created += 1
        elif item.closed_on and not before.closed_on:
            revision.removed += 1
        elif key not in listed:
            continue
        elif undated(item.record) != undated(before.record) or _reopened(before, item):
            revision.updated += 1
        else:
            revision.unchanged += 1
    return revision


def _reopened(before: StoredRecord, item: StoredRecord) -> bool:
    return bool(before.closed_on) and not item.closed_on


def _edition_issues(
    superseded: int, extract: FacilityExtract, incomplete: bool, edition: Edition
) -> list[Issue]:
    issues = []
    if superseded:
        message = (
            f"{superseded} rows are held from a newer edition than {edition.as_of}; the newer "
            "content stays (give --as-of if this date is wrong)"
        )
        issues.append(Issue(1, "", "older_edition", INFO, edition.as_of, message))
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
