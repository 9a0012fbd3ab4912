"""Population taken into the database: the newest edition wins; the sample's gives way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from geoportal.ingest.files.edition import Edition
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.revise.records import Revision
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
from geoportal.store.town_population import (
    TownPeople,
    TownSet,
    read_town_sets,
    read_towns,
    remove_towns,
    replace_towns,
)
from geoportal.store.town_population import content_hash as town_hash

SAMPLE = "sample"
_WHOLE_CITY = 0.8
"""Share of the towns held that a file must have at least to replace a city's towns by others."""


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


def revise_towns(
    connection: sa.Connection, towns: Mapping[str, Sequence[TownPeople]], edition: Edition
) -> Revision:
    """Take people by town over, municipality by municipality.

    The newest edition of a municipality wins; among equally new ones the one with more towns. The
    invented people of the sample city give way to real ones. Towns of a city whose ward is not
    said and towns of its wards are held together only when one file has both: otherwise the same
    people would be counted twice, and the better edition of the two takes the whole city.
    """
    held = {item.municipality_code: item for item in read_town_sets(connection)}
    revision = Revision()
    kept = 0
    for code, items in sorted(towns.items()):
        fresh = TownSet(code, edition.source, edition.as_of, len(items), town_hash(items))
        before = held.get(code)
        rivals = [
            item for item in _rivals(code, held, edition) if item.municipality_code not in towns
        ]
        family = [towns[one] for one in _family(code, towns, edition)]
        weaker = bool(rivals) and not _better(_age(fresh), family, rivals)
        if weaker or (before is not None and _town_rank(fresh) <= _town_rank(before)):
            revision.unchanged += len(items)
            if weaker:
                revision.issues.append(_overlap(code, rivals))
            elif before is not None:
                kept += fresh.content_hash != before.content_hash
            continue
        for item in rivals:
            revision.removed += item.row_count
            remove_towns(connection, item.municipality_code)
            del held[item.municipality_code]
        old = {town.people.name: town.people for town in read_towns(connection, [code])}
        new = {town.name: town for town in items}
        revision.created += len(new.keys() - old.keys())
        revision.removed += len(old.keys() - new.keys())
        same = sum(old[name] == new[name] for name in old.keys() & new.keys())
        revision.unchanged += same
        revision.updated += len(old.keys() & new.keys()) - same
        replace_towns(connection, fresh, items)
    if kept:
        revision.issues.append(_kept(kept, "municipalities"))
    return revision


def _family(code: str, codes: Iterable[str], edition: Edition) -> list[str]:
    """Return which of the codes are of the same city as a code: the city itself, or its wards."""
    city_of = edition.municipalities.city_of
    whole = city_of(code)[0] or code
    return [one for one in codes if whole in (one, city_of(one)[0])]


def _rivals(code: str, held: Mapping[str, TownSet], edition: Edition) -> list[TownSet]:
    """Return what is held of the same people otherwise: of the city of a ward, or of its wards."""
    family = _family(code, held, edition)
    city = [one for one in family if not edition.municipalities.city_of(one)[0]]
    is_ward = bool(edition.municipalities.city_of(code)[0])
    return [held[one] for one in family if one != code and (one in city) == is_ward]


def _better(
    age: tuple[bool, str], fresh: Sequence[Sequence[TownPeople]], rivals: Sequence[TownSet]
) -> bool:
    """Say whether a file's towns of a city are to replace others that name its wards otherwise.

    The newer, then the one with more towns, then the one that says more wards; but never a part of
    a city in place of all of it.
    """
    ours, theirs = sum(map(len, fresh)), sum(item.row_count for item in rivals)
    rank = (age, ours, len(fresh))
    return ours >= _WHOLE_CITY * theirs and rank > (max(map(_age, rivals)), theirs, len(rivals))


def _overlap(code: str, rivals: Sequence[TownSet]) -> Issue:
    listed = "、".join(item.municipality_code for item in rivals)
    message = (
        f"towns of {listed} are held from a newer or fuller file that names wards otherwise: with "
        "both, people would be counted twice; nothing of this municipality was taken. Import a "
        "file of the whole city"
    )
    return Issue(1, "", "overlapping_edition", WARNING, code, message)


def _age(item: TownSet) -> tuple[bool, str]:
    return (item.source != SAMPLE, item.as_of)


def _town_rank(item: TownSet) -> tuple[bool, str, int, str]:
    return (*_age(item), item.row_count, item.content_hash)


def _rank(item: MeshSet) -> tuple[bool, str, int, str]:
    return (item.source != SAMPLE, item.as_of, item.row_count, item.content_hash)


def _age_rank(item: AgePopulation) -> tuple[bool, str, int, int, int]:
    return (item.source != SAMPLE, item.as_of, item.pop, item.pop75, item.pop85)


def _kept(count: int, what: str) -> Issue:
    message = f"{count} {what} are held from a newer or fuller file and stay as they are"
    return Issue(1, "", "older_edition", INFO, str(count), message)
