"""A recognised file taken into the database, whatever its source; positions follow later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import sqlalchemy as sa

from geoportal.ingest.content import Content
from geoportal.ingest.files.edition import Edition, Progress
from geoportal.ingest.files.layouts import RecognisedTable
from geoportal.ingest.files.report import Issue
from geoportal.ingest.files.rows import FacilityExtract, Listed
from geoportal.ingest.files.streams import StreamedTable
from geoportal.ingest.revise.geography import revise_centres, revise_outlines, revise_places
from geoportal.ingest.revise.population import revise_ages, revise_mesh, revise_towns
from geoportal.ingest.revise.records import Revision, revise_records
from geoportal.ingest.revise.stations import revise_stations
from geoportal.ingest.revise.streams import revise_stream
from geoportal.ingest.sources import (
    age_population,
    boundary,
    bureau,
    bureau_codes,
    centres,
    kaigo,
    medical_areas,
    mesh_population,
    municipal_care,
    municipal_medical,
    navii,
    navii_hours,
    sample,
    stations,
    survey,
    town_population,
    towns,
)
from geoportal.ingest.sources.town_population import ListedTown

_Extractor = Callable[[RecognisedTable, Edition], FacilityExtract]
_EXTRACTORS: Final[Mapping[str, _Extractor]] = {
    kaigo.SOURCE: kaigo.extract,
    navii.SOURCE: navii.extract,
    navii_hours.SOURCE: navii_hours.extract,
    bureau.SOURCE: bureau.extract,
    bureau_codes.SOURCE: bureau_codes.extract,
    municipal_medical.SOURCE: municipal_medical.extract,
    municipal_care.SOURCE: municipal_care.extract,
    survey.SOURCE: survey.extract,
}
"""How the records of a facility table are read, by source."""


@dataclass(slots=True)
class Intake:
    """What a file brought.

    Attributes
    ----------
    rows_read, rejected, created, updated, unchanged, removed : int
    issues : list of Issue
    listed : list of Listed
        Facility records of the file.
    facility_ids : set of str
        Facilities to resolve again.
    listed_towns : list of ListedTown
        Towns with people of the file, to be placed.
    geography_changed : bool
        True when every position has to be checked again.
    changed : bool
        True when records, outlines, places or centres changed.
    """

    rows_read: int = 0
    rejected: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    issues: list[Issue] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    facility_ids: set[str] = field(default_factory=set)
    listed_towns: list[ListedTown] = field(default_factory=list)
    geography_changed: bool = False
    changed: bool = False


def take(
    connection: sa.Connection, content: Content, edition: Edition, progress: Progress
) -> Intake:
    """Extract a file's content and revise the database with it.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Within a transaction.
    content : Content
    edition : Edition
    progress : Progress
    """
    if content.document is not None:
        return _take_records(connection, sample.extract(content.document, edition), edition)
    if content.stream is not None:
        return _take_stream(connection, content.stream, edition, progress)
    if content.source == stations.SOURCE:
        return _take_stations(connection, content, edition)
    if content.table is None:
        return _take_outlines(connection, content, edition)
    if content.layout is towns.LAYOUT:
        return _take_towns(connection, content.table, edition, progress)
    if content.layout in (centres.LAYOUT, centres.POINT_LAYOUT):
        return _take_centres(connection, content.table, edition)
    if content.layout in (mesh_population.LAYOUT, age_population.LAYOUT):
        return _take_population(connection, content.table, edition, progress)
    if content.layout is town_population.LAYOUT:
        return _take_town_population(connection, content.table, edition)
    if content.layout is medical_areas.LAYOUT:
        return _compare_areas(content.table, edition)
    extract = _EXTRACTORS[content.table.layout.source]
    found = _with_malformed(extract(content.table, edition), content.table)
    return _take_records(connection, found, edition)


def _with_malformed(extract: FacilityExtract, table: RecognisedTable) -> FacilityExtract:
    """Count the rows that have not as many cells as the header; their issues are known."""
    count = len(table.malformed)
    return replace(
        extract,
        rows_read=extract.rows_read + count,
        rejected=extract.rejected + count,
        incomplete=extract.incomplete or count > 0,
    )


def _take_records(connection: sa.Connection, extract: FacilityExtract, edition: Edition) -> Intake:
    revision = revise_records(connection, extract, edition)
    intake = _intake(extract.rows_read, extract.rejected, extract.issues, revision)
    intake.listed = extract.listed
    intake.facility_ids = revision.facility_ids
    intake.changed = bool(revision.facility_ids)
    return intake


def _take_outlines(connection: sa.Connection, content: Content, edition: Edition) -> Intake:
    extract = boundary.extract(content.features, edition)
    revision = revise_outlines(connection, extract.outlines)
    intake = _intake(extract.rows_read, extract.rejected, extract.issues, revision)
    intake.geography_changed = intake.changed = bool(revision.created or revision.updated)
    return intake


def _take_stations(connection: sa.Connection, content: Content, edition: Edition) -> Intake:
    found = stations.extract(content.features)
    revision = revise_stations(connection, found.stations, edition)
    intake = _intake(found.rows_read, found.rejected, found.issues, revision)
    intake.changed = bool(revision.created or revision.updated or revision.removed)
    return intake


def _take_towns(
    connection: sa.Connection, table: RecognisedTable, edition: Edition, progress: Progress
) -> Intake:
    extract = towns.extract(table, edition, progress)
    revision = revise_places(connection, extract.places, edition)
    count = len(table.malformed)
    intake = _intake(extract.rows_read + count, extract.rejected + count, extract.issues, revision)
    moved = revision.created or revision.updated or revision.removed
    intake.geography_changed = intake.changed = bool(moved)
    return intake


def _take_stream(
    connection: sa.Connection, table: StreamedTable, edition: Edition, progress: Progress
) -> Intake:
    found = revise_stream(connection, table, edition, progress)
    revision = found.revision
    intake = _intake(found.count.rows_read, found.count.rejected, found.issues, revision)
    moved = revision.created or revision.updated or revision.removed
    intake.geography_changed = intake.changed = bool(moved)
    return intake


def _take_population(
    connection: sa.Connection, table: RecognisedTable, edition: Edition, progress: Progress
) -> Intake:
    found: mesh_population.MeshExtract | age_population.AgeExtract
    if table.layout is mesh_population.LAYOUT:
        found = mesh_population.extract(table, edition, progress)
        revision = revise_mesh(connection, found.cells, edition)
    else:
        found = age_population.extract(table, edition)
        revision = revise_ages(connection, found.items)
    count = len(table.malformed)
    intake = _intake(found.rows_read + count, found.rejected + count, found.issues, revision)
    intake.changed = bool(revision.created or revision.updated or revision.removed)
    return intake


def _take_town_population(
    connection: sa.Connection, table: RecognisedTable, edition: Edition
) -> Intake:
    found = town_population.extract(table, edition)
    people = {code: [town.people for town in towns] for code, towns in found.towns.items()}
    revision = revise_towns(connection, people, edition)
    count = len(table.malformed)
    intake = _intake(found.rows_read + count, found.rejected + count, found.issues, revision)
    intake.listed_towns = [town for towns in found.towns.values() for town in towns]
    intake.changed = bool(revision.created or revision.updated or revision.removed)
    return intake


def _compare_areas(table: RecognisedTable, edition: Edition) -> Intake:
    found = medical_areas.extract(table, edition)
    count = len(table.malformed)
    return _intake(
        found.rows_read + count,
        found.rejected + count,
        found.issues,
        Revision(unchanged=found.agreeing),
    )


def _take_centres(connection: sa.Connection, table: RecognisedTable, edition: Edition) -> Intake:
    extract = centres.extract(table, edition)
    found = _with_malformed(extract.facilities, table)
    intake = _take_records(connection, found, edition)
    moved = revise_centres(connection, extract.centres.values(), edition.source)
    intake.changed = intake.changed or moved
    return intake


def _intake(rows_read: int, rejected: int, issues: Sequence[Issue], revision: Revision) -> Intake:
    return Intake(
        rows_read=rows_read,
        rejected=rejected,
        created=revision.created,
        updated=revision.updated,
        unchanged=revision.unchanged,
        removed=revision.removed,
        issues=[*issues, *revision.issues],
    )
