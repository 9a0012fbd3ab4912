"""Facility records stored so that the order of import does not matter.

What is stored of a record is a function of the set of editions that were imported: its content is
that of the newest edition; among equally new ones, the fullest; what that has no column for is as
the newest that has one says. It is closed on the first later
edition that lists its scope without it. First and last seen are the oldest and newest edition.

Records are read, compared (`geoportal.ingest.revise.portions`, in worker processes) and written by
portions: of a list of all Japan a few thousand are in memory at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import sqlalchemy as sa

from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listings import ListedRow
from geoportal.ingest.revise.affected import AffectedBlocks
from geoportal.ingest.revise.portions import Compared, Comparison, Portion
from geoportal.ingest.revise.relink import relink
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.same_day import SameDay, take_back
from geoportal.ingest.revise.scopes import ScopeDays, answered_scopes, larger_scopes, scopes_within
from geoportal.ingest.revise.shuffled import Shuffled
from geoportal.packed import Packed
from geoportal.store.batches import batches
from geoportal.store.editions import add_scope_editions, read_scope_editions
from geoportal.store.facilities import (
    HeldRecord,
    RecordRow,
    held_records,
    read_rows_by_id,
    record_scopes,
    remove_records,
    write_record_values,
)
from geoportal.store.history import drop_listings, first_listings, write_lines
from geoportal.store.links import facility_of, rows_beside, write_redirects
from geoportal.workers import working

_MANY_REMOVED_SHARE = 0.2
_MANY_REMOVED_LEAST = 10
_PORTION = 1_000
"""Records that are compared at once."""
_FEWEST_IN_WORKERS = 4_000
"""Records; fewer are compared before a worker would have begun."""


def update_records(
    connection: sa.Connection, extract: FacilityExtract, edition: Edition
) -> Revision:
    """Store the records of an edition, within a transaction."""
    finder = edition.municipalities
    listed, scopes = set(), set()
    for row in extract.listed.rows:
        listed.add(row.record_id)
        scopes.add(row.scope)
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
    records = _Records(connection, edition)
    beside = [
        key for key in held if key not in listed and _moves(held[key], taken_back.get(key), days)
    ]
    comparison = Comparison(extract, edition, days, first_seen, taken_back, closes=bool(beside))
    many = max(len(extract.listed), len(beside)) >= _FEWEST_IN_WORKERS
    done, total = 0, len(extract.listed) + len(beside)
    with working(comparison.of, edition.processes if many else 1) as in_workers:
        for compared in in_workers(records.portions(extract.listed.rows, held, beside)):
            edition.progress("records", done, total)
            records.put(compared)
            done += compared.size
    if total:
        edition.progress("records", total, total)
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

    def __init__(self, connection: sa.Connection, edition: Edition) -> None:
        self.superseded = 0
        self.same_day = SameDay(edition.named)
        self.shuffled = Shuffled()
        self._connection = connection
        self._edition = edition
        self._revision = Revision()
        self._affected = AffectedBlocks(edition.source)
        self._renamed: list[tuple[str, str]] = []
        self._opened: set[int] = set()
        self._closed: set[int] = set()

    def portions(
        self, listed: Packed[ListedRow], held: Collection[str], beside: Sequence[str]
    ) -> Iterator[Portion]:
        """Yield what is to be compared; nothing of a portion is written by those before it."""
        for start in range(0, len(listed), _PORTION):
            rows = listed[start : start + _PORTION]
            ids = [row.own_id for row in rows if row.record_id not in held and _may_be_bare(row)]
            yield Portion(
                range(start, start + len(rows)),
                self._read([row.record_id for row in rows if row.record_id in held]),
                rows_beside(self._connection, self._edition.source, sorted(set(ids))),
            )
        for part in batches(beside, _PORTION):
            yield Portion(None, self._read(part), [])

    def _read(self, keys: Sequence[str]) -> list[RecordRow]:
        return read_rows_by_id(self._connection, self._edition.source, keys) if keys else []

    def put(self, compared: Compared) -> None:
        """Write a portion."""
        connection, source = self._connection, self._edition.source
        remove_records(connection, source, [*compared.replaced, *compared.unlisted])
        write_record_values(connection, compared.changed)
        write_lines(connection, source, self._edition.as_of, compared.lines)
        self._renamed += compared.renamed
        self._affected.merge(compared.affected)
        self._revision.add(compared.revision)
        self.superseded += compared.superseded
        self.same_day.merge(compared.same_day)
        self.shuffled.merge(compared.shuffled)
        self._opened |= compared.opened
        self._closed |= compared.closed

    def link(self) -> Revision:
        """Link what has changed with the other sources; return what the edition has changed."""
        blocks = self._affected.blocks(self._connection)
        redirects = {
            old: new for old, new in self._renamed if not facility_of(self._connection, old)
        }
        write_redirects(self._connection, redirects, ())
        relinked = relink(self._connection, blocks, self._edition.processes)
        self._revision.facility_ids |= relinked
        self._revision.renumbered = len(self._opened & self._closed)
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


def _may_be_bare(row: ListedRow) -> bool:
    """Say whether a record may have nothing to compare, as far as its row tells."""
    return not row.address and not row.municipality_code and row.lon is None


def _moves(held: HeldRecord, last_seen: str | None, days: ScopeDays) -> bool:
    """Say whether a record that is not listed changes: taken back, closed or opened again."""
    return last_seen is not None or days.closed_on(held.scope, held.last_seen) != held.closed_on


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
