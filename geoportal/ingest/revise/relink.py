"""Record linkage in the database: blocks are read, clustered and written back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from geoportal.domain.link import LinkDecision
from geoportal.ingest.linking.clustering import PairOutcome, link_units
from geoportal.ingest.linking.decisions import current_decisions
from geoportal.ingest.linking.units import make_units
from geoportal.store.links import (
    BlockRecord,
    BlockRow,
    StoredPair,
    all_blocks,
    block_record,
    mixed_blocks,
    move_records,
    read_block,
    read_decisions,
    write_pairs,
    write_redirects,
)
from geoportal.workers import working

_FEWEST_IN_WORKERS = 4_000
"""Records; fewer are linked before a worker would have begun."""


@dataclass(frozen=True, slots=True)
class _Linked:
    """What becomes of a block.

    Attributes
    ----------
    moves : dict of str to str
        Facilities of the own ids that are part of another than before.
    changed : set of str
        Facilities that have gained or lost records.
    own_ids : list of str
        Of the units of the block.
    redirects : dict of str to str
        Own ids that are not their facility's id, and this.
    pairs : list of StoredPair
    """

    moves: dict[str, str]
    changed: set[str]
    own_ids: list[str]
    redirects: dict[str, str]
    pairs: list[StoredPair]


def relink(
    connection: sa.Connection, blocks: Iterable[str] | None = None, processes: int = 1
) -> set[str]:
    """Link the records of blocks again.

    All blocks when none are given. Returned are the facilities that have gained or lost records:
    to be resolved again. Many records are compared in so many worker processes.

    Notes
    -----
    What comes out depends on the records held and on people's decisions only, so files may be
    imported in any order. An own id that is not its facility's id redirects to it; when a link is
    undone it is a facility's id again and the redirect goes.
    """
    decisions = current_decisions(read_decisions(connection))
    sizes = mixed_blocks(
        connection, all_blocks(connection) if blocks is None else set(blocks) - {""}
    )
    if len(sizes) == 1 or sum(sizes.values()) < _FEWEST_IN_WORKERS:
        processes = 1
    read: deque[str] = deque()

    def link(task: tuple[str, list[BlockRow]]) -> _Linked:
        return _link_block(*task, decisions)

    def tasks() -> Iterator[tuple[str, list[BlockRow]]]:
        for block in sizes:
            read.append(block)
            yield block, read_block(connection, block)

    changed: set[str] = set()
    with working(link, processes) as in_workers:
        for linked in in_workers(tasks()):
            move_records(connection, linked.moves)
            write_redirects(connection, linked.redirects, linked.own_ids)
            write_pairs(connection, read.popleft(), linked.pairs)
            changed |= linked.changed
    return changed


def _link_block(
    block: str, rows: Sequence[BlockRow], decisions: dict[tuple[str, str], LinkDecision]
) -> _Linked:
    stored = list(map(block_record, rows))
    linkage = link_units([unit for unit in make_units(stored) if unit.block == block], decisions)
    moves, changed = _moves(stored, linkage.facility_of)
    return _Linked(
        moves,
        changed,
        list(linkage.facility_of),
        {own: id_ for own, id_ in linkage.facility_of.items() if own != id_},
        [_stored_pair(pair) for pair in linkage.pairs],
    )


def _moves(
    stored: Sequence[BlockRecord], facility_of: dict[str, str]
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
