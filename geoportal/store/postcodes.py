"""Postal codes (郵便番号) in the database; those of a municipality are replaced together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from geoportal.domain.place import Postcode
from geoportal.store.batches import ROW_BATCH, insert_rows
from geoportal.store.documents import digest
from geoportal.store.schema import postcode_sets, postcodes


@dataclass(frozen=True, slots=True)
class PostcodeSet:
    """The edition that the postal codes of one municipality are from."""

    municipality_code: str
    as_of: str
    row_count: int
    content_hash: str

    @property
    def source(self) -> str:
        """The only source of postal codes."""
        return "postcodes"

    @classmethod
    def of(cls, code: str, as_of: str, listed: Sequence[Postcode]) -> PostcodeSet:
        """Return the edition that lists these postal codes."""
        lines = ("\t".join((p.postal_code, p.town, p.kana, p.chome)) for p in listed)
        return cls(code, as_of, len(listed), digest("\n".join(sorted(lines))))


def read_postcode_sets(connection: sa.Connection) -> list[PostcodeSet]:
    """Return the edition of every municipality's postal codes, ordered by code."""
    query = sa.select(postcode_sets).order_by(postcode_sets.c.municipality_code)
    return [PostcodeSet(*row) for row in connection.execute(query)]


def read_postcodes(connection: sa.Connection, municipality_code: str = "") -> Iterator[Postcode]:
    """Yield postal codes, ordered by municipality and as they were written."""
    columns = [postcodes.c[name] for name in Postcode.__dataclass_fields__]
    query = sa.select(*columns).order_by(postcodes.c.municipality_code, postcodes.c.id)
    if municipality_code:
        query = query.where(postcodes.c.municipality_code == municipality_code)
    for row in connection.execute(query.execution_options(yield_per=ROW_BATCH)):
        yield Postcode(*row)


def replace_postcodes(
    connection: sa.Connection, edition: PostcodeSet, new: Sequence[Postcode]
) -> None:
    """Replace the postal codes of one municipality."""
    code = edition.municipality_code
    for table in (postcodes, postcode_sets):
        connection.execute(sa.delete(table).where(table.c.municipality_code == code))
    connection.execute(sa.insert(postcode_sets).values(asdict(edition)))
    insert_rows(connection, postcodes, [asdict(postcode) for postcode in new])
