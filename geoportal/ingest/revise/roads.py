"""Storing roads: a file takes the place of those held for the same area."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.sources.roads import RoadExtract
from geoportal.roads.topology import to_bytes
from geoportal.store.documents import digest
from geoportal.store.roads import RoadSet, read_road_sets, remove_road_set, write_road_set

_SAME_AREA: Final = 0.5
"""Share of the smaller box that two files have in common, from which on they are of one area."""


def update_roads(connection: sa.Connection, extract: RoadExtract, edition: Edition) -> Revision:
    """Store roads.

    Of files of one area the newest wins, of those of one day the one with more edges. Files of
    areas side by side are all kept: their roads are joined when they are compiled.
    """
    revision = Revision(outdoes=bool(edition.outdoes))
    if not extract.edges:
        return revision
    packed = to_bytes(extract.edges)
    edges = int(extract.edges["start"].size)
    west, south, east, north = extract.bounds
    name = digest(b"".join(extract.edges[key].tobytes() for key in sorted(extract.edges)))
    fresh = RoadSet(name, edition.source, edition.as_of, edges, west, south, east, north, packed)
    held = [
        one
        for one in read_road_sets(connection, whole=False)
        if one.shared_with(fresh) >= _SAME_AREA
    ]
    if any(one.content_hash == name and one.as_of == fresh.as_of for one in held):
        revision.unchanged += edges
        return revision
    if not all(revision.supersedes(fresh, one) for one in held):
        revision.unchanged = edges
        revision.note_older("road maps of this area")
        return revision
    for one in held:
        remove_road_set(connection, one.content_hash)
    write_road_set(connection, fresh)
    if held:
        revision.updated += edges
    else:
        revision.created += edges
    return revision
