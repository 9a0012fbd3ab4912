"""Population taken into the database: the newest edition wins; the sample's gives way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from geoportal.ingest.edition import Edition
from geoportal.ingest.report import INFO, Issue
from geoportal.ingest.revise import Revision
from geoportal.store.population import (
    AgePopulation,
    MeshCell,
    MeshSet,
    content_hash,
    read_age_population,
    read_mesh_cells,
    read_mesh_sets,
    replace_mesh,
    write_age_population,
)

SAMPLE = "sample"


def revise_mesh(
    connection: sa.Connection, cells: Mapping[str, Sequence[MeshCell]], edition: Edition
) -> Revision:
    """Take cells over, one first-level mesh at a time.

    The newest edition of a mesh wins; among equally new ones the one with more cells. The
    invented people of the sample city give way to any real edition.
    """
    held = {item.first_mesh: item for item in read_mesh_sets(connection)}
    revision = Revision()
    kept = 0
    for first, items in sorted(cells.items()):
        fresh = MeshSet(first, edition.source, edition.as_of, len(items), content_hash(items))
        before = held.get(first)
        if before is not None and _rank(fresh) <= _rank(before):
            revision.unchanged += len(items)
            kept += fresh.content_hash != before.content_hash
            continue
        old = {cell.code: cell for cell in read_mesh_cells(connection, first)}
        new = {cell.code: cell for cell in items}
        revision.created += len(new.keys() - old.keys())
        revision.removed += len(old.keys() - new.keys())
        same = sum(old[code] == new[code] for code in old.keys() & new.keys())
        revision.unchanged += same
        revision.updated += len(old.keys() & new.keys()) - same
        replace_mesh(connection, fresh, items)
    if kept:
        revision.issues.append(_kept(kept, "first-level meshes"))
    return revision


def revise_ages(connection: sa.Connection, items: Sequence[AgePopulation]) -> Revision:
    """Take residents by age over; for each area the newest edition wins."""
    held = read_age_population(connection)
    revision = Revision()
    fresh = []
    for item in items:
        before = held.get(item.municipality_code)
        if before is not None and _age_rank(item) <= _age_rank(before):
            revision.unchanged += 1
            continue
        revision.created += before is None
        revision.updated += before is not None
        fresh.append(item)
    write_age_population(connection, fresh)
    return revision


def _rank(item: MeshSet) -> tuple[bool, str, int, str]:
    return (item.source != SAMPLE, item.as_of, item.row_count, item.content_hash)


def _age_rank(item: AgePopulation) -> tuple[bool, str, int, int, int]:
    return (item.source != SAMPLE, item.as_of, item.pop, item.pop75, item.pop85)


def _kept(count: int, what: str) -> Issue:
    message = f"{count} {what} are held from a newer or fuller file and stay as they are"
    return Issue(1, "", "older_edition", INFO, str(count), message)
