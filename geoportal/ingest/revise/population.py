"""Storing population: the newest edition wins, a real one over the sample's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from geoportal.ingest.files.report import WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.revise.revision import Revision, precedence, prevails
from geoportal.ingest.sources.age_population import AgeExtract
from geoportal.ingest.sources.mesh_population import MeshExtract
from geoportal.ingest.sources.town_population import TownExtract
from geoportal.store.population import (
    AgePopulation,
    MeshSet,
    content_hash,
    read_age_population,
    read_mesh_cells,
    read_mesh_sets,
    replace_mesh,
    write_age_population,
)
from geoportal.store.town_population import (
    TownPeople,
    TownSet,
    read_town_sets,
    read_towns,
    remove_towns,
    replace_towns,
)
from geoportal.store.town_population import content_hash as town_hash

_WHOLE_CITY = 0.8
"""Share of the towns held that a file must have at least to replace a city's towns by others."""


def update_mesh(connection: sa.Connection, extract: MeshExtract, edition: Edition) -> Revision:
    """Store cells, one first-level mesh at a time.

    The newest edition of a mesh wins; among equally new ones the one with more cells. The
    invented people of the sample city give way to any real edition.
    """
    stored = {mesh_set.first_mesh: mesh_set for mesh_set in read_mesh_sets(connection)}
    revision = Revision(outdoes=bool(edition.outdoes))
    for first, cells in sorted(extract.cells.items()):
        fresh = MeshSet(first, edition.source, edition.as_of, len(cells), content_hash(cells))
        if not revision.supersedes(fresh, stored.get(first)):
            continue
        revision.count(
            {cell.code: cell for cell in read_mesh_cells(connection, first)},
            {cell.code: cell for cell in cells},
        )
        replace_mesh(connection, fresh, cells)
    revision.note_older("first-level meshes")
    return revision


def update_ages(connection: sa.Connection, extract: AgeExtract, edition: Edition) -> Revision:
    """Store residents by age; for each area the newest edition wins."""
    stored = read_age_population(connection)
    revision = Revision()
    fresh = []
    for area in extract.areas:
        before = stored.get(area.municipality_code)
        if before is not None and not prevails(
            _age_rank(area), _age_rank(before), outdoes=bool(edition.outdoes)
        ):
            revision.unchanged += 1
            continue
        revision.created += before is None
        revision.updated += before is not None
        fresh.append(area)
    write_age_population(connection, fresh)
    return revision


def update_towns(connection: sa.Connection, extract: TownExtract, edition: Edition) -> Revision:
    """Store people by town, municipality by municipality.

    The newest edition of a municipality wins; among equally new ones the one with more towns. The
    invented people of the sample city give way to real ones. Towns of a city whose ward is not
    said and towns of its wards are stored together only when one file has both: otherwise the same
    people would be counted twice, and the better edition of the two takes the whole city.
    """
    listed = {code: [town.people for town in towns] for code, towns in extract.towns.items()}
    stored = {town_set.municipality_code: town_set for town_set in read_town_sets(connection)}
    revision = Revision(outdoes=bool(edition.outdoes))
    for code, towns in sorted(listed.items()):
        fresh = TownSet(code, edition.source, edition.as_of, len(towns), town_hash(towns))
        rivals = [
            rival
            for rival in _rivals(code, stored, edition)
            if rival.municipality_code not in listed
        ]
        family = [listed[member] for member in _family(code, listed, edition)]
        age = precedence(fresh.source, fresh.as_of)
        if rivals and not _is_better(age, family, rivals):
            revision.unchanged += len(towns)
            revision.issues.append(_overlap(code, rivals))
            continue
        if not revision.supersedes(fresh, stored.get(code)):
            continue
        for rival in rivals:
            revision.removed += rival.row_count
            remove_towns(connection, rival.municipality_code)
            del stored[rival.municipality_code]
        revision.count(
            {town.people.name: town.people for town in read_towns(connection, [code])},
            {town.name: town for town in towns},
        )
        replace_towns(connection, fresh, towns)
    revision.note_older("municipalities")
    return revision


def _family(code: str, codes: Iterable[str], edition: Edition) -> list[str]:
    """Return which of the codes are of the same city as a code: the city itself, or its wards."""
    city_of = edition.municipalities.city_of
    whole = city_of(code) or code
    return [member for member in codes if whole in (member, city_of(member))]


def _rivals(code: str, stored: Mapping[str, TownSet], edition: Edition) -> list[TownSet]:
    """Return other sets about the same people: of the city of a ward, or of a city's wards."""
    city_of = edition.municipalities.city_of
    return [
        stored[member]
        for member in _family(code, stored, edition)
        if member != code and bool(city_of(member)) != bool(city_of(code))
    ]


def _is_better(
    age: tuple[bool, str], fresh: Sequence[Sequence[TownPeople]], rivals: Sequence[TownSet]
) -> bool:
    """Return whether a file's towns of a city are to replace others that name its wards otherwise.

    The newer, then the one with more towns, then the one that says more wards; but never a part of
    a city in place of all of it.
    """
    ours, theirs = sum(map(len, fresh)), sum(rival.row_count for rival in rivals)
    rank = (age, ours, len(fresh))
    return ours >= _WHOLE_CITY * theirs and rank > (
        max(precedence(rival.source, rival.as_of) for rival in rivals),
        theirs,
        len(rivals),
    )


def _overlap(code: str, rivals: Sequence[TownSet]) -> Issue:
    listed = "、".join(rival.municipality_code for rival in rivals)
    message = (
        f"towns of {listed} are held from a newer or fuller file that names wards otherwise: with "
        "both, people would be counted twice; nothing of this municipality was taken. Import a "
        "file of the whole city"
    )
    return Issue(1, "", "overlapping_edition", WARNING, code, message)


def _age_rank(area: AgePopulation) -> tuple[bool, str, int, int, int]:
    return (*precedence(area.source, area.as_of), area.pop, area.pop75, area.pop85)
