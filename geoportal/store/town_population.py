"""Population by 町丁目 in the database, as published, with the position found for each 町丁目."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from geoportal.store.batches import ROW_BATCH, batches, insert_rows
from geoportal.store.columns import degrees, edition_columns, integers, texts
from geoportal.store.documents import digest
from geoportal.store.schema import metadata

town_people = sa.Table(
    "town_people",
    metadata,
    *texts("municipality_code", "name", primary_key=True),
    *integers("pop", "pop65", "pop75", "pop85"),
    *degrees(),
    *texts("level", server_default=""),
    sa.Column("uncertainty_m", sa.Float(53)),
    *texts("found_in", "reason", server_default=""),
    comment="people by town (町丁目); null: not published, never 0; reason: why it has no place",
)

town_sets = sa.Table(
    "town_sets",
    metadata,
    *texts("municipality_code", primary_key=True),
    *texts("source"),
    *edition_columns(),
    comment="which edition the towns of a municipality are from; they are replaced together",
)


@dataclass(frozen=True, slots=True)
class TownPeople:
    """The people of one 町丁目 as published.

    Attributes
    ----------
    municipality_code : str
        Five digits: the municipality or ward; the designated city where no ward is said.
    name : str
        As published, without the municipality; unique within it.
    pop, pop65, pop75, pop85 : int or None
        All residents, those of 65, 75, 85 and over. None: not published (``X``, ``-``, blank).
    """

    municipality_code: str
    name: str
    pop: int | None
    pop65: int | None
    pop75: int | None
    pop85: int | None

    @property
    def key(self) -> str:
        """Name of the cell in every file of a pack: ``40106/城内``."""
        return f"{self.municipality_code}/{self.name}"


@dataclass(frozen=True, slots=True)
class TownPlace:
    """Where a 町丁目 was found to be; worked out again whenever towns or outlines change.

    Attributes
    ----------
    lon, lat : float or None
        Degrees, WGS 84; None when it could not be placed.
    level : str
        How fine the point is: ``"town"`` or ``"chome"``.
    uncertainty_m : float or None
        Metres; the people's true centre lies within it in 95 of 100 cases.
    found_in : str
        Five-digit code of the municipality or ward it was found in.
    reason : str
        Why it was not placed: a code of `geoportal.ingest.resolve.town_places.REASONS`.
    """

    lon: float | None = None
    lat: float | None = None
    level: str = ""
    uncertainty_m: float | None = None
    found_in: str = ""
    reason: str = "not_looked_for"


UNPLACED = TownPlace()


@dataclass(frozen=True, slots=True)
class HeldTown:
    """A stored 町丁目: its people and its place."""

    people: TownPeople
    place: TownPlace


@dataclass(frozen=True, slots=True)
class TownSet:
    """The edition that the 町丁目 of one municipality (or city without wards) are from."""

    municipality_code: str
    source: str
    as_of: str
    row_count: int
    content_hash: str


_PEOPLE = tuple(TownPeople.__dataclass_fields__)
_PLACE = tuple(TownPlace.__dataclass_fields__)


def content_hash(towns: Iterable[TownPeople]) -> str:
    """Return a digest of towns' people that does not depend on their order."""
    return digest("\n".join(sorted(repr(town) for town in towns)))


def read_town_sets(connection: sa.Connection) -> list[TownSet]:
    """Return the stored edition of every municipality, ordered by code."""
    query = sa.select(town_sets).order_by(town_sets.c.municipality_code)
    return [TownSet(*row) for row in connection.execute(query)]


def read_towns(connection: sa.Connection, codes: Sequence[str] | None = None) -> list[HeldTown]:
    """Return towns ordered by municipality and name; of some municipalities, or all."""
    columns = [town_people.c[name] for name in (*_PEOPLE, *_PLACE)]
    query = sa.select(*columns)
    if codes is not None:
        query = query.where(town_people.c.municipality_code.in_(codes))
    towns = [
        HeldTown(TownPeople(*row[: len(_PEOPLE)]), TownPlace(*row[len(_PEOPLE) :]))
        for row in connection.execute(query)
    ]
    return sorted(towns, key=lambda town: (town.people.municipality_code, town.people.name))


def replace_towns(connection: sa.Connection, edition: TownSet, towns: Sequence[TownPeople]) -> None:
    """Replace the towns of one municipality; they have no place until `write_town_places`."""
    remove_towns(connection, edition.municipality_code)
    connection.execute(sa.insert(town_sets).values(asdict(edition)))
    rows = [asdict(town) | asdict(UNPLACED) for town in towns]
    insert_rows(connection, town_people, rows)


def remove_towns(connection: sa.Connection, municipality_code: str) -> None:
    """Remove the towns of one municipality and their edition."""
    for table in (town_people, town_sets):
        connection.execute(sa.delete(table).where(table.c.municipality_code == municipality_code))


def write_town_places(connection: sa.Connection, towns: Sequence[HeldTown]) -> None:
    """Write the positions of towns."""
    change = (
        sa.update(town_people)
        .where(town_people.c.municipality_code == sa.bindparam("of_municipality"))
        .where(town_people.c.name == sa.bindparam("of_name"))
        .values({name: sa.bindparam(f"new_{name}") for name in _PLACE})
    )
    rows = [
        {"of_municipality": town.people.municipality_code, "of_name": town.people.name}
        | {f"new_{name}": getattr(town.place, name) for name in _PLACE}
        for town in towns
    ]
    for batch in batches(rows, ROW_BATCH):
        connection.execute(change, batch)
