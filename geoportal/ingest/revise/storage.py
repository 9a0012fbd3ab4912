"""How each kind of extract is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract, FacilityExtract
from geoportal.ingest.reading.stream_extract import PlaceStream, PositionStream
from geoportal.ingest.revise.centres import update_centres
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
from geoportal.ingest.revise.stations import update_stations
from geoportal.ingest.sources.age_population import AgeExtract
from geoportal.ingest.sources.boundary import OutlineExtract
from geoportal.ingest.sources.centres import CentreExtract
from geoportal.ingest.sources.medical_areas import AreaExtract
from geoportal.ingest.sources.mesh_population import MeshExtract
from geoportal.ingest.sources.postcodes import PostcodeExtract
from geoportal.ingest.sources.stations import StationExtract
from geoportal.ingest.sources.town_population import TownExtract
from geoportal.ingest.sources.towns import PlaceExtract


def store(connection: sa.Connection, extract: Extract, edition: Edition) -> Revision:
    """Store what a file says.

    A streamed table is read only now: its counts and issues are complete afterwards.
    """
    return _UPDATES[type(extract)](connection, extract, edition)


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
            # medical care areas are shipped with the program: compared only
            AreaExtract: lambda _c, extract, _e: Revision(unchanged=extract.agreeing),
        }
    )
)
