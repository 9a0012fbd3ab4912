"""How each kind of extract is stored; stations are compared here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from geoportal.ingest.files.report import INFO, Issue
from geoportal.ingest.reading.centre_towns import CentreExtract, TownListExtract
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract, FacilityExtract
from geoportal.ingest.reading.stream_extract import PlaceStream, PositionStream
from geoportal.ingest.revise.centres import update_centres, update_town_lists
from geoportal.ingest.revise.outlines import update_outlines
from geoportal.ingest.revise.places import (
    update_place_stream,
    update_places,
    update_position_stream,
    update_postcodes,
)
from geoportal.ingest.revise.population import update_ages, update_mesh, update_towns
from geoportal.ingest.revise.records import update_records
from geoportal.ingest.revise.revision import Revision
from geoportal.ingest.revise.roads import update_roads
from geoportal.ingest.sources.age_population import AgeExtract
from geoportal.ingest.sources.boundary import OutlineExtract
from geoportal.ingest.sources.medical_areas import AreaExtract
from geoportal.ingest.sources.mesh_population import MeshExtract
from geoportal.ingest.sources.postcodes import PostcodeExtract
from geoportal.ingest.sources.roads import RoadExtract
from geoportal.ingest.sources.stations import StationExtract
from geoportal.ingest.sources.town_population import TownExtract
from geoportal.ingest.sources.towns import PlaceExtract
from geoportal.store.stations import StationSet, read_stations, replace_stations


def store(connection: sa.Connection, extract: Extract, edition: Edition) -> Revision:
    """Store what a file says.

    A streamed table is read only now: its counts and issues are complete afterwards.
    """
    return _UPDATES[type(extract)](connection, extract, edition)


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
            TownListExtract: update_town_lists,
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
