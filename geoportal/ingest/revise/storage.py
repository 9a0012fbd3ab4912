"""How each kind of extract is stored; consultation centres and stations are compared here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from geoportal.domain.centre import Centre
from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract, FacilityExtract
from geoportal.ingest.reading.stream_extract import PlaceStream, PositionStream
from geoportal.ingest.revise.outlines import update_outlines
from geoportal.ingest.revise.places import (
    update_place_stream,
    update_places,
    update_position_stream,
    update_postcodes,
)
from geoportal.ingest.revise.population import update_ages, update_mesh, update_towns
from geoportal.ingest.revise.records import update_records
from geoportal.ingest.revise.revision import Revision, precedence, prevails
from geoportal.ingest.revise.roads import update_roads
from geoportal.ingest.sources.age_population import AgeExtract
from geoportal.ingest.sources.boundary import OutlineExtract
from geoportal.ingest.sources.centres import CentreExtract
from geoportal.ingest.sources.medical_areas import AreaExtract
from geoportal.ingest.sources.mesh_population import MeshExtract
from geoportal.ingest.sources.postcodes import PostcodeExtract
from geoportal.ingest.sources.roads import RoadExtract
from geoportal.ingest.sources.stations import StationExtract
from geoportal.ingest.sources.town_population import TownExtract
from geoportal.ingest.sources.towns import PlaceExtract
from geoportal.store import documents
from geoportal.store.centres import read_centres, remove_centres, write_centres
from geoportal.store.facilities import read_records
from geoportal.store.stations import StationSet, read_stations, replace_stations


def store(connection: sa.Connection, extract: Extract, edition: Edition) -> Revision:
    """Store what a file says.

    A streamed table is read only now: its counts and issues are complete afterwards.
    """
    return _UPDATES[type(extract)](connection, extract, edition)


def update_centres(connection: sa.Connection, extract: CentreExtract, edition: Edition) -> Revision:
    """Store the records, then the centres: of each the newest wins, the closed ones go."""
    held = {record.record.record_id for record in read_records(connection, source=edition.source)}
    revision = update_records(connection, extract, edition)
    stored = {centre.id: centre for centre in read_centres(connection)}
    closed = (held | extract.centres.keys()) - {
        record.record.record_id
        for record in read_records(connection, source=edition.source)
        if not record.closed_on
    }
    fresh = [
        centre
        for centre in extract.centres.values()
        if centre.id not in closed
        and (
            centre.id not in stored
            or prevails(_rank(centre), _rank(stored[centre.id]), outdoes=bool(edition.outdoes))
        )
    ]
    gone = sorted(closed & stored.keys())
    write_centres(connection, fresh)
    remove_centres(connection, gone)
    revision.centres_changed = bool(fresh or gone)
    return revision


def _rank(centre: Centre) -> tuple[bool, str, str]:
    return (*precedence("centres", centre.as_of), documents.dump(centre))


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
    revision = Revision(outdoes=bool(edition.outdoes))
    if revision.supersedes(fresh, before):
        replace_stations(connection, edition.source, edition.as_of, stations)
        revision.count(
            {station.id: station for station in stored},
            {station.id: station for station in stations},
        )
        return revision
    if before is not None and revision.older:
        message = (
            f"{before.row_count} stations are held from a newer or fuller edition, "
            "and stay as they are (give --as-of if the date of this file is wrong)"
        )
        revision.issues.append(Issue(1, "", "older_edition", INFO, edition.named, message))
    return revision


_UPDATES: Final[Mapping[type[Extract], Callable[[sa.Connection, Any, Edition], Revision]]] = (
    MappingProxyType(
        {
            FacilityExtract: update_records,
            CentreExtract: update_centres,
            OutlineExtract: update_outlines,
            StationExtract: update_stations,
            PlaceExtract: update_places,
            PlaceStream: update_place_stream,
            PositionStream: update_position_stream,
            PostcodeExtract: update_postcodes,
            MeshExtract: update_mesh,
            AgeExtract: update_ages,
            TownExtract: update_towns,
            RoadExtract: update_roads,
            # medical care areas are shipped with the program: compared only
            AreaExtract: lambda _c, extract, _e: Revision(unchanged=extract.agreeing),
        }
    )
)
