"""Blocks of records that have to be linked again after some of their records have changed.

Tables of hours and departments come after the list of the institutions: they add records without
name or address to ids whose places are known. Nothing comes of linking these once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.ingest.catalogue import lists_facilities
from geoportal.ingest.linking.numbers import derived_number, official_numbers
from geoportal.ingest.linking.units import kind_is_sure, link_block
from geoportal.store.facilities import StoredRecord
from geoportal.store.links import BlockRecord, blocks_of, lack_source

_COMPARED = (
    *("name", "kana", "address", "postal_code", "phone", "fax", "municipality_code"),
    *("services", "lon", "lat"),
)
"""Attributes by which places are compared, besides kind and numbers."""


class AffectedBlocks:
    """The blocks in which places may come out otherwise than before.

    ``source`` is that of all records, which come by portions once they are stored.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._blocks: set[str] = set()
        self._own_ids: set[str] = set()
        self._silent: dict[str, list[frozenset[str]]] = {}

    def add(
        self,
        changed: Sequence[StoredRecord],
        former: Sequence[StoredRecord],
        blocks: Mapping[tuple[str, str], str],
        others: Iterable[BlockRecord],
    ) -> None:
        """Add records as they are to be stored, and what stands in the place of some or goes.

        ``blocks``: by key, where each of those changed lies. ``others``: the records of other
        sources with the own ids of the new ones, as far as these have nothing to compare.
        """
        known = {record.key for record in former}
        fresh = [one for one in changed if one.key not in known and _is_bare(one)]
        beside: dict[str, list[BlockRecord]] = {}
        for record in others:
            beside.setdefault(record.own_id, []).append(record)
        telling = {one.key for one in fresh if adds_nothing(one, beside.get(one.own_id, ()))}
        compared = [one for one in changed if one.key not in telling]
        self._blocks |= {blocks[one.key] for one in compared}
        self._blocks |= {link_block(one.record) for one in former}
        self._own_ids |= {one.own_id for one in compared}
        for one in fresh:
            if one.key in telling:
                sources = {record.record.source for record in beside[one.own_id]}
                listing = frozenset(filter(lists_facilities, sources))
                self._silent.setdefault(blocks[one.key], []).append(listing)

    def merge(self, other: AffectedBlocks) -> None:
        """Add the blocks of another portion."""
        self._blocks |= other._blocks
        self._own_ids |= other._own_ids
        for block, listing in other._silent.items():
            self._silent.setdefault(block, []).extend(listing)

    def blocks(self, connection: sa.Connection) -> set[str]:
        """Return the blocks, when all records are stored."""
        found = self._blocks | blocks_of(connection, sorted(self._own_ids))
        if lists_facilities(self._source):
            silent = {block: all_ for block, all_ in self._silent.items() if block not in found}
            found |= _with_new_sources(connection, self._source, silent)
        return found - {""}


def adds_nothing(fresh: StoredRecord, beside: Sequence[BlockRecord]) -> bool:
    """Say whether a new record leaves a place as comparable as those of its id that are held.

    Then the unit of all of them (`geoportal.ingest.linking.units.make_unit`) is that of ``beside``
    but for its sources, and the record is part of the facility that they are.
    """
    record = fresh.record
    listed = [one.record for one in beside if not one.closed_on]
    return bool(
        listed
        and _is_bare(fresh)
        and all(one.facility_id == fresh.facility_id for one in beside)
        and all(link_block(one.record) == link_block(record) for one in beside)
        and any(_states_kind(one, record) for one in listed)
        and {*official_numbers(record)}
        <= {n for one in beside for n in official_numbers(one.record)}
        and derived_number(record) in {"", *map(derived_number, listed)}
    )


def _is_bare(stored: StoredRecord) -> bool:
    """Say whether a record is listed and has neither name nor anything else to compare."""
    values = (getattr(stored.record, name) for name in _COMPARED)
    return not stored.closed_on and all(value in ("", None, ()) for value in values)


def _states_kind(held: FacilityRecord, fresh: FacilityRecord) -> bool:
    return held.kind == fresh.kind and (kind_is_sure(held) or not kind_is_sure(fresh))


def _with_new_sources(
    connection: sa.Connection, source: str, blocks: Mapping[str, Iterable[Collection[str]]]
) -> set[str]:
    """Return blocks in which a source comes to list two ids that had no source in common.

    ``blocks`` has the other sources of each of the ids. Ids of one source are never compared: where
    another source has all ids of this one, they were not before either.
    """
    return {
        block
        for block, listing in blocks.items()
        if all(
            lack_source(connection, block, source, other)
            for other in sorted(set.intersection(*map(set, listing)))
        )
    }
