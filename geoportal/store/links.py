"""Links between records in the database: pairs compared, people's decisions, redirects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.link import LinkDecision
from geoportal.domain.made_quickly import made_quickly
from geoportal.store.batches import among, batches, insert_rows, select_in
from geoportal.store.documents import load_compared
from geoportal.store.facilities import StoredRecord, read_records
from geoportal.store.schema import claims, link_decisions, link_pairs, records, redirects


@made_quickly
@dataclass(frozen=True, slots=True)
class StoredPair:
    """A pair of ids that linking has judged.

    Attributes
    ----------
    first, second : str
        Ids the sources give, the smaller first.
    outcome, reason : str
        ``linked``, ``review`` or ``separate``, and why.
    score : float
        Bits.
    parts : tuple of dict
        The score's parts: field, level, bits.
    """

    first: str
    second: str
    outcome: str
    reason: str
    score: float
    parts: tuple[Mapping[str, Any], ...]


BlockRow = tuple[str, ...]
"""Source, record id, content, facility id, day of closing and own id of a record, as stored."""


@made_quickly
@dataclass(frozen=True, slots=True)
class BlockRecord:
    """A record as far as linking compares it.

    Attributes
    ----------
    record : FacilityRecord
        Without hours, claims and details of filings.
    facility_id, closed_on, own_id : str
        As of `geoportal.store.facilities.StoredRecord`.
    """

    record: FacilityRecord
    facility_id: str
    closed_on: str
    own_id: str

    @property
    def key(self) -> tuple[str, str]:
        """Source and record id."""
        return self.record.source, self.record.record_id


def block_record(row: BlockRow) -> BlockRecord:
    """Rebuild a record from its row."""
    return BlockRecord(load_compared(row[2]), *row[3:])


def all_blocks(connection: sa.Connection) -> list[str]:
    """Return every block of records, in order."""
    query = sa.select(records.c.link_block).distinct().order_by(records.c.link_block)
    return [block for block in connection.scalars(query) if block]


def blocks_of(connection: sa.Connection, own_ids: Sequence[str]) -> set[str]:
    """Return the blocks that records with these own ids lie in."""
    query = sa.select(records.c.link_block).distinct()
    return {row[0] for row in select_in(connection, query, records.c.own_id, own_ids)} - {""}


def mixed_blocks(connection: sa.Connection, blocks: Iterable[str]) -> dict[str, int]:
    """Return those of some blocks that hold several sources or a linked record, in order.

    With how many records each holds.
    """
    c = records.c
    query = (
        sa.select(c.link_block, sa.func.count().label("size"))
        .group_by(c.link_block)
        .having(
            (sa.func.min(c.source) != sa.func.max(c.source))
            | (sa.func.max(sa.case((c.own_id != c.facility_id, 1), else_=0)) == 1)
        )
    )
    rows = select_in(connection, query, c.link_block, blocks)
    return {row.link_block: row.size for row in sorted(rows, key=lambda row: row.link_block)}


def read_block(connection: sa.Connection, block: str) -> list[BlockRow]:
    """Return the records of a block, and those elsewhere that share an own id with them.

    Ordered by key.
    """
    c = records.c
    inside = sa.select(c.own_id).where(c.link_block == block)
    columns = (c.source, c.record_id, c.content, c.facility_id, c.closed_on, c.own_id)
    query = sa.select(*columns).where(c.own_id.in_(inside)).order_by(c.source, c.record_id)
    return [tuple(row) for row in connection.execute(query)]


def rows_beside(connection: sa.Connection, source: str, own_ids: Sequence[str]) -> list[BlockRow]:
    """Return the records with these own ids of all sources but one."""
    c = records.c
    columns = (c.source, c.record_id, c.content, c.facility_id, c.closed_on, c.own_id)
    query = sa.select(*columns).where(c.source != source)
    return [tuple(row) for row in select_in(connection, query, c.own_id, own_ids)]


def lack_source(connection: sa.Connection, block: str, source: str, other: str) -> bool:
    """Say whether an own id in a block has a record of a source and none of another."""
    theirs = records.alias()
    inside = sa.select(records.c.own_id).where(records.c.link_block == block)
    found = sa.select(theirs.c.own_id).where(theirs.c.source == other)
    query = sa.select(records.c.own_id).where(
        records.c.source == source,
        records.c.own_id.in_(inside),
        ~found.where(theirs.c.own_id == records.c.own_id).exists(),
    )
    return connection.scalar(query.limit(1)) is not None


def read_own_records(connection: sa.Connection, own_ids: Iterable[str]) -> list[StoredRecord]:
    """Return the records with these own ids, ordered by key."""
    stored: list[StoredRecord] = []
    for batch in batches(sorted(set(own_ids))):
        wanted = sa.select(records.c.own_id).where(records.c.own_id.in_(batch))
        stored += read_records(connection, own_ids=wanted)
    return sorted(stored, key=lambda record: record.key)


def read_own_ids(connection: sa.Connection, facility_id: str) -> list[str]:
    """Return the ids that a facility's records have of their own, in order."""
    query = (
        sa.select(records.c.own_id)
        .where(records.c.facility_id == facility_id)
        .distinct()
        .order_by(records.c.own_id)
    )
    return list(connection.scalars(query))


def facility_of(connection: sa.Connection, own_id: str) -> str:
    """Return the facility that an own id is part of, empty when there is none."""
    query = sa.select(records.c.facility_id).where(records.c.own_id == own_id).limit(1)
    return connection.scalar(query) or ""


def current_facility_ids(connection: sa.Connection, own_ids: Sequence[str]) -> dict[str, str]:
    """Return for own ids the facilities they are part of; unknown ids are absent."""
    query = sa.select(records.c.own_id, records.c.facility_id)
    rows = select_in(connection, query, records.c.own_id, own_ids)
    return {row.own_id: row.facility_id for row in rows}


def move_records(connection: sa.Connection, moves: Mapping[str, str]) -> None:
    """Make records part of other facilities, by own id."""
    query = sa.select(records.c.own_id, records.c.source, records.c.record_id)
    moved = list(select_in(connection, query, records.c.own_id, moves))
    if not moved:
        return
    connection.execute(
        sa.update(records)
        .where(records.c.own_id == sa.bindparam("moved"))
        .values(facility_id=sa.bindparam("target")),
        [{"moved": own_id, "target": target} for own_id, target in moves.items()],
    )
    connection.execute(
        sa.update(claims)
        .where(
            claims.c.source == sa.bindparam("of_source"), claims.c.record_id == sa.bindparam("of")
        )
        .values(facility_id=sa.bindparam("target")),
        [
            {"of_source": row.source, "of": row.record_id, "target": moves[row.own_id]}
            for row in moved
        ],
    )


def write_redirects(
    connection: sa.Connection, targets: Mapping[str, str], gone: Iterable[str]
) -> None:
    """Write redirects (old id to current id), and remove those of ids that lead nowhere else."""
    for batch in batches(sorted({*targets, *gone})):
        connection.execute(sa.delete(redirects).where(among(connection, redirects.c.old_id, batch)))
    rows = [{"old_id": old, "new_id": new} for old, new in sorted(targets.items())]
    insert_rows(connection, redirects, rows)


def write_pairs(connection: sa.Connection, block: str, pairs: Iterable[StoredPair]) -> None:
    """Replace the judged pairs of a block."""
    connection.execute(sa.delete(link_pairs).where(link_pairs.c.block == block))
    rows = [
        asdict(pair) | {"block": block, "parts": orjson.dumps(pair.parts).decode()}
        for pair in pairs
    ]
    for batch in batches([(row["first"], row["second"]) for row in rows]):
        connection.execute(
            sa.delete(link_pairs).where(
                sa.tuple_(link_pairs.c.first, link_pairs.c.second).in_(batch)
            )
        )
    insert_rows(connection, link_pairs, rows)


def read_pairs(
    connection: sa.Connection, *, outcome: str = "", ids: Sequence[str] = ()
) -> list[StoredPair]:
    """Return judged pairs of an outcome and with one of some ids, the highest score first.

    Where none are given, of all outcomes and ids.
    """
    query = sa.select(link_pairs)
    if outcome:
        query = query.where(link_pairs.c.outcome == outcome)
    if ids:
        query = query.where(link_pairs.c.first.in_(ids) | link_pairs.c.second.in_(ids))
    query = query.order_by(link_pairs.c.score.desc(), link_pairs.c.first, link_pairs.c.second)
    return [
        StoredPair(
            row.first,
            row.second,
            row.outcome,
            row.reason,
            row.score,
            tuple(orjson.loads(row.parts)),
        )
        for row in connection.execute(query)
    ]


def read_undecided(connection: sa.Connection, outcome: str) -> list[tuple[str, str]]:
    """Return the ids of the pairs with an outcome, in order."""
    columns = (link_pairs.c.first, link_pairs.c.second)
    query = sa.select(*columns).where(link_pairs.c.outcome == outcome).order_by(*columns)
    return [(first, second) for first, second in connection.execute(query)]


def read_decisions(connection: sa.Connection) -> list[LinkDecision]:
    """Return every decision in the order in which they were made."""
    query = sa.select(link_decisions).order_by(link_decisions.c.id)
    return [
        LinkDecision(row.first, row.second, row.verdict, row.decided_by, row.decided_on, row.note)
        for row in connection.execute(query)
    ]


def add_decision(connection: sa.Connection, decision: LinkDecision) -> None:
    """Store a decision; earlier ones on the pair stay as history."""
    connection.execute(sa.insert(link_decisions).values(asdict(decision)))
