"""Storing people's decisions about links, and explaining why records are linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from geoportal.domain.link import LinkDecision
from geoportal.errors import NotFoundError, UsageError
from geoportal.ingest.linking.comparison import conflict_of
from geoportal.ingest.linking.decisions import SAME, WITHDRAWN, current_decisions
from geoportal.ingest.linking.units import make_units
from geoportal.ingest.revise.gazetteer import load_geography
from geoportal.ingest.revise.refresh import refresh_facilities
from geoportal.ingest.revise.relink import relink
from geoportal.progress import Progress, no_progress
from geoportal.store.database import (
    Database,
    advance_dataset_version,
    dataset_version,
    import_lock,
)
from geoportal.store.facilities import StoredRecord, find_by_number, read_records, redirect_of
from geoportal.store.links import (
    StoredPair,
    add_decision,
    blocks_of,
    facility_of,
    read_decisions,
    read_own_ids,
    read_own_records,
    read_pairs,
)
from geoportal.store.reference import Reference

_CONFLICTS = {
    "kind": "they are of different kinds",
    "service": "they are offices of different services",
    "source": "one source lists both",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the records of a facility are one place.

    Attributes
    ----------
    facility_id : str
    records : tuple of StoredRecord
    pairs : tuple of StoredPair
        Every pair that was judged with one of its ids, linked or not.
    decisions : tuple of LinkDecision
        What people have said of its ids and still holds.
    """

    facility_id: str
    records: tuple[StoredRecord, ...]
    pairs: tuple[StoredPair, ...]
    decisions: tuple[LinkDecision, ...]


def own_id_of(connection: sa.Connection, text: str) -> str:
    """Return the own id that an id or official number means.

    Raises
    ------
    NotFoundError
        When nothing has it.
    UsageError
        When a number belongs to several facilities.
    """
    if facility_of(connection, text):
        return text
    target = redirect_of(connection, text)
    if target and facility_of(connection, target):
        return target
    own_ids = find_by_number(connection, text)
    if len(own_ids) > 1:
        raise UsageError(f"{text} is the number of several: {', '.join(own_ids)}; give an id")
    if not own_ids:
        raise NotFoundError(f"no record has the id or number {text[:40]!r}")
    return own_ids[0]


def explain(connection: sa.Connection, text: str) -> Explanation:
    """Return why each record of a facility belongs to it.

    The text is any id of it, old ones too, or an official number.

    Raises
    ------
    NotFoundError
        When there is no such facility.
    """
    facility_id = facility_of(connection, own_id_of(connection, text))
    ids = read_own_ids(connection, facility_id)
    decisions = current_decisions(read_decisions(connection)).values()
    return Explanation(
        facility_id,
        tuple(read_records(connection, facility_ids=[facility_id])),
        tuple(read_pairs(connection, ids=ids)),
        tuple(
            decision for decision in decisions if decision.first in ids or decision.second in ids
        ),
    )


def decide(
    database: Database,
    reference: Reference,
    decision: LinkDecision,
    progress: Progress = no_progress,
) -> str:
    """Store a verdict and link again what it concerns.

    ``first`` and ``second`` of the decision are any ids or official numbers, in either order.
    Returned is the dataset version afterwards.

    Raises
    ------
    NotFoundError
        When an id is not known, or nothing is to be withdrawn.
    UsageError
        When both are the same id, or can never be one place.
    BusyError
        When an import is running.
    """
    with import_lock(database), database.engine.begin() as connection:
        first, second = sorted(
            own_id_of(connection, text) for text in (decision.first, decision.second)
        )
        if first == second:
            raise UsageError("both ids mean the same record; `links explain` lists the ids apart")
        _check(connection, first, second, decision.verdict)
        add_decision(connection, replace(decision, first=first, second=second))
        _relink(database, connection, reference, [first, second], progress)
        cause = f"link {first} {second} {decision.verdict} {decision.decided_on}"
        return advance_dataset_version(connection, cause)


def relink_all(
    database: Database, reference: Reference, progress: Progress = no_progress
) -> tuple[int, str]:
    """Link everything again; return how many facilities changed and the dataset version.

    Raises
    ------
    BusyError
        When an import is running.
    """
    with import_lock(database), database.engine.begin() as connection:
        changed = _relink(database, connection, reference, None, progress)
        version = (
            advance_dataset_version(connection, "relink")
            if changed
            else dataset_version(connection)
        )
        return changed, version


def _relink(
    database: Database,
    connection: sa.Connection,
    reference: Reference,
    own_ids: Sequence[str] | None,
    progress: Progress,
) -> int:
    blocks = None if own_ids is None else blocks_of(connection, own_ids)
    changed = sorted(relink(connection, blocks))
    if not changed:
        return 0
    geography = load_geography(database, connection, reference)
    strengths = {name: info.evidence for name, info in reference.sources.items()}
    return refresh_facilities(connection, changed, geography, strengths, progress)


def _check(connection: sa.Connection, first: str, second: str, verdict: str) -> None:
    if verdict == WITHDRAWN:
        if (first, second) not in current_decisions(read_decisions(connection)):
            raise NotFoundError(
                "there is no decision on this pair; to part what was linked by its score use: "
                f"geoportal links decide {first} {second} different --by NAME"
            )
        return
    if verdict != SAME:
        return
    mine, theirs = make_units(read_own_records(connection, [first, second]))
    conflict = conflict_of(mine, theirs)
    if not conflict and mine.block != theirs.block:
        conflict = "kind"
    if conflict:
        numbers = f"their official numbers differ ({conflict.partition(':')[2]})"
        reason = _CONFLICTS.get(conflict, numbers)
        raise UsageError(f"{first} and {second} cannot be one place: {reason}")
