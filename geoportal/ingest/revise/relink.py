"""Record linkage in the database: blocks are read, clustered and written back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from geoportal.domain.link import LinkDecision
from geoportal.ingest.linking.clustering import PairOutcome, link_units
from geoportal.ingest.linking.decisions import current_decisions
from geoportal.ingest.linking.units import make_units
from geoportal.store.facilities import StoredRecord
from geoportal.store.links import (
    StoredPair,
    all_blocks,
    block_sources,
    has_linked,
    move_records,
    read_block,
    read_decisions,
    write_pairs,
    write_redirects,
)


def relink(connection: sa.Connection, blocks: Iterable[str] | None = None) -> set[str]:
    """Link the records of blocks again.

    All blocks when none are given. Returned are the facilities that have gained or lost records:
    to be resolved again.

    Notes
    -----
    What comes out depends on the records held and on people's decisions only, so files may be
    imported in any order. An own id that is not its facility's id redirects to it; when a link is
    undone it is a facility's id again and the redirect goes.
    """
    decisions = current_decisions(read_decisions(connection))
    changed: set[str] = set()
    for block in sorted(all_blocks(connection) if blocks is None else set(blocks) - {""}):
        if len(block_sources(connection, block)) > 1 or has_linked(connection, block):
            changed |= _relink_block(connection, block, decisions)
    return changed


def _relink_block(
    connection: sa.Connection, block: str, decisions: dict[tuple[str, str], LinkDecision]
) -> set[str]:
    stored = read_block(connection, block)
    units = [unit for unit in make_units(stored) if unit.block == block]
    linkage = link_units(units, decisions)
    moves, changed = _moves(stored, linkage.facility_of)
    move_records(connection, moves)
    redirects = {own: id_ for own, id_ in linkage.facility_of.items() if own != id_}
    write_redirects(connection, redirects, linkage.facility_of)
    write_pairs(connection, block, [_stored_pair(pair) for pair in linkage.pairs])
    return changed


def _moves(
    stored: Sequence[StoredRecord], facility_of: dict[str, str]
) -> tuple[dict[str, str], set[str]]:
    moves, changed = {}, set()
    for stored_record in stored:
        target = facility_of.get(stored_record.own_id, stored_record.facility_id)
        if target != stored_record.facility_id:
            moves[stored_record.own_id] = target
            changed |= {stored_record.facility_id, target}
    return moves, changed


def _stored_pair(pair: PairOutcome) -> StoredPair:
    return StoredPair(
        pair.first,
        pair.second,
        pair.outcome,
        pair.reason,
        pair.evidence.score,
        tuple(
            {"field": part.field, "level": part.level, "bits": part.bits}
            for part in pair.evidence.parts
        ),
    )
