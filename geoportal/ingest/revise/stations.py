"""Stations stored: one edition at a time, the newest and fullest wins."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.revise.revision import Revision, edition_rank
from geoportal.ingest.sources.stations import StationExtract
from geoportal.store.stations import StationSet, read_stations, replace_stations


def update_stations(
    connection: sa.Connection, extract: StationExtract, edition: Edition
) -> Revision:
    """Store stations.

    An edition holds all of Japan, so it replaces the one before completely. The newest wins; among
    equally new ones the one with more stations, so that the order of import does not matter. The
    invented stations of the sample city give way to real ones.
    """
    stations = extract.stations
    fresh = StationSet.of(edition.source, edition.as_of, stations)
    before, stored = read_stations(connection)
    revision = Revision()
    if before is None or edition_rank(fresh) > edition_rank(before):
        replace_stations(connection, edition.source, edition.as_of, stations)
        revision.count(
            {station.id: station for station in stored},
            {station.id: station for station in stations},
        )
        return revision
    revision.unchanged = fresh.row_count
    if fresh.content_hash != before.content_hash:
        message = (
            f"{before.row_count} stations are held from {before.as_of}, a newer or fuller edition, "
            "and stay as they are (give --as-of if the date of this file is wrong)"
        )
        revision.issues.append(Issue(1, "", "older_edition", INFO, fresh.as_of, message))
    return revision
