"""Stations taken into the database: one edition at a time, the newest and fullest wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from geoportal.domain.station import Station
from geoportal.ingest.files.edition import Edition
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.revise.records import Revision
from geoportal.store.stations import StationSet, read_stations, replace_stations

SAMPLE: Final = "sample"


def revise_stations(
    connection: sa.Connection, items: Sequence[Station], edition: Edition
) -> Revision:
    """Take stations over.

    An edition holds all of Japan, so it replaces the one before completely. The newest wins; among
    equally new ones the one with more stations, so that the order of import does not matter. The
    invented stations of the sample city give way to real ones.
    """
    fresh = StationSet.of(edition.source, edition.as_of, items)
    before, held = read_stations(connection)
    if before is not None and _rank(fresh) <= _rank(before):
        return _kept(fresh, before)
    old, new = {one.id: one for one in held}, {one.id: one for one in items}
    same = sum(old[key] == new[key] for key in old.keys() & new.keys())
    replace_stations(connection, edition.source, edition.as_of, items)
    return Revision(
        created=len(new.keys() - old.keys()),
        updated=len(old.keys() & new.keys()) - same,
        unchanged=same,
        removed=len(old.keys() - new.keys()),
    )


def _kept(fresh: StationSet, before: StationSet) -> Revision:
    revision = Revision(unchanged=fresh.row_count)
    if fresh.content_hash != before.content_hash:
        message = (
            f"{before.row_count} stations are held from {before.as_of}, a newer or fuller edition, "
            "and stay as they are (give --as-of if the date of this file is wrong)"
        )
        revision.issues.append(Issue(1, "", "older_edition", INFO, fresh.as_of, message))
    return revision


def _rank(item: StationSet) -> tuple[bool, str, int, str]:
    return (item.source != SAMPLE, item.as_of, item.row_count, item.content_hash)
