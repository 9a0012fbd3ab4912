"""Outlines, towns and centres taken into the database: the newest and fullest wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from geoportal.domain.centre import Centre
from geoportal.domain.place import Place
from geoportal.geo.polygons import vertex_count
from geoportal.ingest.files.edition import Edition
from geoportal.ingest.files.report import ERROR, INFO, Issue
from geoportal.ingest.revise.records import Revision
from geoportal.ingest.sources.towns import count_by_change
from geoportal.store import documents
from geoportal.store.centres import remove_centres, write_centres
from geoportal.store.facilities import read_records
from geoportal.store.outlines import StoredOutline, read_outlines, write_outlines
from geoportal.store.places import (
    PlaceSet,
    content_hash,
    read_place_sets,
    read_places,
    remove_place_set,
    replace_places,
)
from geoportal.store.reference import read_centres

SAMPLE = "sample"


def revise_outlines(connection: sa.Connection, items: Sequence[StoredOutline]) -> Revision:
    """Take outlines over.

    For each district the newest edition wins; among equally new ones the most detailed. The
    schematic outlines of the sample city give way to any real one.
    """
    held = {item.district.code: item for item in read_outlines(connection)}
    revision = Revision()
    fresh = []
    for item in items:
        before = held.get(item.district.code)
        if before is None:
            revision.created += 1
            fresh.append(item)
        elif _other_set(before, item):
            revision.unchanged += 1
            revision.issues.append(_code_taken(before, item))
        elif _outline_rank(item) > _outline_rank(before):
            same = item.content_hash == before.content_hash
            revision.updated += not same
            revision.unchanged += same
            fresh.append(item)
        else:
            revision.unchanged += 1
    kept = len(items) - len(fresh)
    if kept and kept > sum(item == held.get(item.district.code) for item in items):
        revision.issues.append(_kept(kept, "outlines", "newer or more detailed"))
    write_outlines(connection, fresh)
    return revision


def _other_set(before: StoredOutline, item: StoredOutline) -> bool:
    """Say whether a code is held by a district of another set, one of them local."""
    local = before.district.is_local or item.district.is_local
    return local and before.district.level != item.district.level


def _code_taken(before: StoredOutline, item: StoredOutline) -> Issue:
    held = before.district
    message = (
        f"the code is that of {held.full_name or held.name} ({held.level}) here; "
        f"{item.district.name} is left out: give it a code of its own"
    )
    return Issue(1, "code", "code_taken", ERROR, item.district.code, message)


def revise_places(
    connection: sa.Connection, places: Mapping[str, list[Place]], edition: Edition
) -> Revision:
    """Take towns over, municipality by municipality.

    The newest edition of a municipality wins; among equally new ones the one with more towns. The
    invented towns of the sample city give way to real ones.
    """
    held = {
        item.municipality_code: item
        for item in read_place_sets(connection)
        if item.source in (edition.source, SAMPLE)
    }
    revision = Revision()
    kept = 0
    for code, items in places.items():
        fresh = PlaceSet(edition.source, code, edition.as_of, len(items), content_hash(items))
        before = held.get(code)
        if before is not None and _place_rank(fresh) <= _place_rank(before):
            revision.unchanged += len(items)
            kept += fresh.content_hash != before.content_hash
            continue
        _replace(connection, before, fresh, items, revision)
    if kept:
        revision.issues.append(_kept(kept, "municipalities", "newer or fuller"))
    return revision


def revise_centres(connection: sa.Connection, centres: Iterable[Centre], source: str) -> bool:
    """Take centres over after their records: the newest wins, the closed ones go.

    Returns
    -------
    bool
        True when anything changed.
    """
    held = {centre.id: centre for centre in read_centres(connection)}
    closed = {
        item.record.record_id for item in read_records(connection, source=source) if item.closed_on
    }
    fresh = [
        centre
        for centre in centres
        if centre.id not in closed
        and (centre.id not in held or _centre_rank(centre) > _centre_rank(held[centre.id]))
    ]
    gone = sorted(closed & held.keys())
    write_centres(connection, fresh)
    remove_centres(connection, gone)
    return bool(fresh or gone)


def _replace(
    connection: sa.Connection,
    before: PlaceSet | None,
    fresh: PlaceSet,
    items: list[Place],
    revision: Revision,
) -> None:
    if before is None:
        revision.created += len(items)
    else:
        old = list(
            read_places(
                connection, source=before.source, municipality_code=before.municipality_code
            )
        )
        created, updated, unchanged, removed = count_by_change(old, items)
        revision.created += created
        revision.updated += updated
        revision.unchanged += unchanged
        revision.removed += removed
        remove_place_set(connection, before)
    replace_places(connection, fresh, items)


def _outline_rank(item: StoredOutline) -> tuple[bool, str, int, str]:
    return (item.source != SAMPLE, item.as_of, vertex_count(item.geometry), item.content_hash)


def _place_rank(item: PlaceSet) -> tuple[bool, str, int, str]:
    return (item.source != SAMPLE, item.as_of, item.row_count, item.content_hash)


def _centre_rank(item: Centre) -> tuple[str, str]:
    return item.as_of, documents.dump(item)


def _kept(count: int, what: str, why: str) -> Issue:
    message = f"{count} {what} are held from a {why} file and stay as they are"
    return Issue(1, "", "older_edition", INFO, str(count), message)
