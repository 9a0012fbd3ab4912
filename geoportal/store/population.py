"""Population in the database: half meshes of the census, and the resident register by age.

Suppressed figures are stored as published (null), with the cell they were merged into;
`geoportal.coverage.demand` distributes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from geoportal.store.batches import insert_rows
from geoportal.store.columns import edition_columns, integers, texts
from geoportal.store.documents import digest
from geoportal.store.schema import metadata

mesh_cells = sa.Table(
    "mesh_cells",
    metadata,
    *integers("code", primary_key=True, autoincrement=False),
    *texts("first_mesh", index=True),
    *integers("pop", nullable=False),
    *integers("pop65", "pop75", "pop85", "alone", "merged_into"),
    comment="people by half mesh (census, T001101); null: suppressed, merged into another cell",
)

mesh_sets = sa.Table(
    "mesh_sets",
    metadata,
    *texts("first_mesh", primary_key=True),
    *texts("source"),
    *edition_columns(),
    comment="which edition the cells of a first-level mesh are from; they are replaced together",
)

age_population = sa.Table(
    "age_population",
    metadata,
    *texts("municipality_code", primary_key=True),
    *texts("source", "as_of"),
    *integers("pop", "pop65", "pop75", "pop85", nullable=False),
    comment="residents by age group (住民基本台帳), both sexes",
)


@dataclass(frozen=True, slots=True)
class MeshCell:
    """One half mesh as published.

    Attributes
    ----------
    code : int
        Nine digits.
    pop : int
        All residents; published for every populated cell.
    pop65, pop75, pop85, alone : int or None
        Residents of 65, 75, 85 and over; households of one person of 65 and over. None:
        suppressed (``*``). In a cell that others were merged into, these include the others.
    merged_into : int or None
        HTKSAKI: the cell that holds the suppressed figures.
    """

    code: int
    pop: int
    pop65: int | None
    pop75: int | None
    pop85: int | None
    alone: int | None
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class MeshSet:
    """The edition that the cells of one first-level mesh (第1次地域区画) are from."""

    first_mesh: str
    source: str
    as_of: str
    row_count: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class AgePopulation:
    """Residents of one municipality or ward by age group."""

    municipality_code: str
    source: str
    as_of: str
    pop: int
    pop65: int
    pop75: int
    pop85: int


def first_mesh(code: int) -> str:
    """Return the first-level mesh a half mesh lies in."""
    return f"{code:09d}"[:4]


def content_hash(cells: Iterable[MeshCell]) -> str:
    """Return a digest of cells that does not depend on their order."""
    return digest("\n".join(sorted(repr(cell) for cell in cells)))


def read_mesh_sets(connection: sa.Connection) -> list[MeshSet]:
    """Return the stored edition of every first-level mesh, ordered by code."""
    query = sa.select(mesh_sets).order_by(mesh_sets.c.first_mesh)
    return [MeshSet(*row) for row in connection.execute(query)]


def read_mesh_cells(connection: sa.Connection, first: str = "") -> list[MeshCell]:
    """Return the stored cells, ordered by code; of one first-level mesh, or all."""
    columns = [mesh_cells.c[name] for name in MeshCell.__dataclass_fields__]
    query = sa.select(*columns).order_by(mesh_cells.c.code)
    if first:
        query = query.where(mesh_cells.c.first_mesh == first)
    return [MeshCell(*row) for row in connection.execute(query)]


def replace_mesh(connection: sa.Connection, edition: MeshSet, cells: Sequence[MeshCell]) -> None:
    """Replace the cells of one first-level mesh."""
    first = edition.first_mesh
    for table in (mesh_cells, mesh_sets):
        connection.execute(sa.delete(table).where(table.c.first_mesh == first))
    connection.execute(sa.insert(mesh_sets).values(asdict(edition)))
    insert_rows(connection, mesh_cells, [{"first_mesh": first} | asdict(cell) for cell in cells])


def read_age_population(connection: sa.Connection) -> dict[str, AgePopulation]:
    """Return residents by age, by municipality code."""
    query = sa.select(age_population).order_by(age_population.c.municipality_code)
    return {row.municipality_code: AgePopulation(*row) for row in connection.execute(query)}


def write_age_population(connection: sa.Connection, populations: Iterable[AgePopulation]) -> None:
    """Insert or replace residents by age."""
    for population in populations:
        code = population.municipality_code
        connection.execute(
            sa.delete(age_population).where(age_population.c.municipality_code == code)
        )
        connection.execute(sa.insert(age_population).values(asdict(population)))
