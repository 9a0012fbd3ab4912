"""Facilities resolved again from their records, many of them in worker processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from geoportal.ingest.resolve.facility import resolve_facility
from geoportal.ingest.resolve.geography import Geography
from geoportal.ingest.revise.position_issues import Found
from geoportal.progress import Progress
from geoportal.store.batches import batches
from geoportal.store.facilities import (
    FacilityRow,
    RecordRow,
    differs,
    facility_documents,
    facility_row,
    read_record_rows,
    remove_facilities,
    stored_record,
    write_facility_rows,
)
from geoportal.workers import working

_BATCH = 500
_FEWEST_IN_WORKERS = 4_000
"""Facilities; fewer are resolved before a worker would have begun."""

_Resolved = tuple[FacilityRow, list[str], Found]
"""A facility as it is stored, the own ids of its records, how its position was found."""


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
            changed = [row for row, _, _ in resolved if differs(row, before)]
            if found is not None:
                found.update((id_, how) for _, own, how in resolved for id_ in own if id_ in found)
            write_facility_rows(connection, changed, before)
            remove_facilities(connection, gone)
            count += len(changed) + len(gone)
            done += len(part)
    if ids:
        progress("positions", len(ids), len(ids))
    return count
