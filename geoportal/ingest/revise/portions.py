"""A portion of an edition compared with what is held of it: everything that needs no database.

Worker processes do this (`geoportal.ingest.revise.records`): what comes of it is ready to be
written, and what is said of all records is gathered by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geoportal.ingest.linking.units import link_block
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import FacilityExtract
from geoportal.ingest.reading.listed_bytes import ListedRecord
from geoportal.ingest.reading.unstated import fields_of
from geoportal.ingest.revise.affected import AffectedBlocks
from geoportal.ingest.revise.merged import closed_record, fresh_record, merged_record, undated
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.same_day import SameDay
from geoportal.ingest.revise.scopes import ScopeDays
from geoportal.ingest.revise.shuffled import Shuffled
from geoportal.store.facilities import (
    RecordRow,
    RecordValues,
    StoredRecord,
    record_values,
    stored_record,
)
from geoportal.store.history import Line, history_lines
from geoportal.store.links import BlockRow, block_record

_ByKey = Mapping[str, StoredRecord]


@dataclass(frozen=True, slots=True)
class Portion:
    """Some records of an edition, or some that are held and not in it.

    Attributes
    ----------
    listed : range or None
        Their places in the list; None for records that are not in it.
    before : list of RecordRow
        What is held of them.
    beside : list of BlockRow
        Records of other sources with the own ids of those that may have nothing to compare.
    """

    listed: range | None
    before: list[RecordRow]
    beside: list[BlockRow]


@dataclass(frozen=True, slots=True)
class Compared:
    """What becomes of a portion.

    Attributes
    ----------
    size : int
        Records that were compared.
    changed : list of RecordValues
        Records to be written.
    replaced, unlisted : list of str
        Record ids of those held that these take the place of, and of those that go.
    lines : list of Line
        What the edition says of its records.
    renamed : list of (str, str)
        Own ids before and now, where they differ.
    superseded : int
        Records that are held from a newer edition.
    revision : Revision
        Counts, and the facilities to resolve again.
    affected : AffectedBlocks
    same_day : SameDay
    shuffled : Shuffled
    opened, closed : set of int
        Places of records that are new, and of those that are closed; empty where none may be.
    """

    size: int
    changed: list[RecordValues]
    replaced: list[str]
    unlisted: list[str]
    lines: list[Line]
    renamed: list[tuple[str, str]]
    superseded: int
    revision: Revision
    affected: AffectedBlocks
    same_day: SameDay
    shuffled: Shuffled
    opened: set[int]
    closed: set[int]


@dataclass(frozen=True)
class Comparison:
    """Compares portions of an edition with what is held.

    Attributes
    ----------
    extract, edition : FacilityExtract, Edition
    days : ScopeDays
        The editions that answer for scopes, this one among them.
    first_seen : dict of str to str
        Of records that were first seen in this edition while it had no date.
    taken_back : dict of str to str
        See `geoportal.ingest.revise.same_day.take_back`.
    closes : bool
        Whether records may be closed: only then places are kept to tell whether they are new.
    """

    extract: FacilityExtract
    edition: Edition
    days: ScopeDays
    first_seen: Mapping[str, str]
    taken_back: Mapping[str, str]
    closes: bool
    _silent: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Find the fields of which the edition says nothing."""
        silent = frozenset(name for one in self.extract.unstated for name in fields_of(one))
        object.__setattr__(self, "_silent", silent)

    def of(self, portion: Portion) -> Compared:
        """Compare a portion."""
        held = [stored_record(row) for row in portion.before]
        before = {one.record.record_id: one for one in held}
        if portion.listed is None:
            return self._compared(before, self._unlisted(before), [], ())
        listings = self.extract.listed[portion.listed.start : portion.listed.stop]
        return self._compared(before, self._merged(before, listings), listings, portion.beside)

    def _merged(self, before: _ByKey, listings: Iterable[ListedRecord]) -> dict[str, StoredRecord]:
        merged = {
            one.record.record_id: merged_record(
                self._dated(before.get(one.record.record_id)),
                fresh_record(one, self.extract.unstated, self.edition.as_of),
                outdoes=bool(self.edition.outdoes),
            )
            for one in listings
        }
        return {key: self._closed(stored) for key, stored in merged.items()}

    def _unlisted(self, before: _ByKey) -> dict[str, StoredRecord]:
        seen = {
            key: replace(stored, last_seen=self.taken_back.get(key, stored.last_seen))
            for key, stored in before.items()
        }
        return {key: self._closed(stored) for key, stored in seen.items() if stored.last_seen}

    def _closed(self, stored: StoredRecord) -> StoredRecord:
        return closed_record(stored, self.days.closed_on(stored.scope, stored.last_seen))

    def _dated(self, stored: StoredRecord | None) -> StoredRecord | None:
        if stored is None or stored.record.record_id not in self.first_seen:
            return stored
        return replace(stored, first_seen=self.first_seen[stored.record.record_id])

    def _compared(
        self,
        before: _ByKey,
        after: _ByKey,
        listings: Sequence[ListedRecord],
        beside: Iterable[BlockRow],
    ) -> Compared:
        changed = [stored for key, stored in after.items() if stored != before.get(key)]
        blocks = {stored.key: link_block(stored.record) for stored in changed}
        unlisted = [before[key] for key in before.keys() - after.keys()]
        pairs = [
            (before[stored.record.record_id], stored)
            for stored in changed
            if stored.record.record_id in before
        ]
        former = [*unlisted, *(one for one, _ in pairs)]
        affected = AffectedBlocks(self.edition.source)
        affected.add(changed, former, blocks, map(block_record, beside))
        revision = Revision(facility_ids={one.facility_id for one in (*changed, *former)})
        _count(revision, before, after, {one.record.record_id for one in listings})
        newer = sum(one.as_of > self.edition.as_of for one in before.values())
        shuffled, same_day = Shuffled(), SameDay(self.edition.named)
        shuffled.add(before, listings)
        same_day.add(before, after, listings, self.extract.unstated, self.edition.as_of)
        opened, closed = _places(before, after) if self.closes else (set(), set())
        return Compared(
            size=len(listings) or len(before),
            changed=[record_values(stored, blocks[stored.key]) for stored in changed],
            replaced=[one.record.record_id for one, _ in pairs],
            unlisted=[one.record.record_id for one in unlisted],
            lines=history_lines(((one.scope, one.record) for one in listings), self._silent),
            renamed=[(a.own_id, b.own_id) for a, b in pairs if a.own_id != b.own_id],
            superseded=newer if listings else 0,
            revision=revision,
            affected=affected,
            same_day=same_day,
            shuffled=shuffled,
            opened=opened,
            closed=closed,
        )


def _places(before: _ByKey, after: _ByKey) -> tuple[set[int], set[int]]:
    """Return kind, name and address, as hashes, of records that are new, and that are closed."""
    opened = (one.record for key, one in after.items() if key not in before)
    closed = (
        one.record
        for key, one in after.items()
        if one.closed_on and key in before and not before[key].closed_on
    )
    first, second = (
        {hash((one.kind, one.name, one.address)) for one in records if one.name and one.address}
        for records in (opened, closed)
    )
    return first, second


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
