"""Postal codes (郵便番号) in the database, by municipality, replaced together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from geoportal.domain.place import Postcode
from geoportal.store.documents import digest
from geoportal.store.schema import postcode_sets, postcodes

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class PostcodeSet:
    """The edition that the postal codes of one municipality are from."""

    municipality_code: str
    as_of: str
    row_count: int
    content_hash: str

    @classmethod
    def of(cls, code: str, as_of: str, items: Sequence[Postcode]) -> PostcodeSet:
        """Return the set that these postal codes make up."""
        return cls(code, as_of, len(items), _digest(items))


def _digest(items: Iterable[Postcode]) -> str:
    lines = ("\t".join((i.postal_code, i.town, i.kana, i.chome)) for i in items)
    return digest("\n".join(sorted(lines)))


def read_postcode_sets(connection: sa.Connection) -> list[PostcodeSet]:
    """Return the edition of every municipality's postal codes, ordered by code."""
    query = sa.select(postcode_sets).order_by(postcode_sets.c.municipality_code)
    return [PostcodeSet(*row) for row in connection.execute(query)]


def read_postcodes(connection: sa.Connection, municipality_code: str = "") -> Iterator[Postcode]:
    """Yield postal codes, ordered by municipality and as they were written."""
    query = sa.select(
        postcodes.c.postal_code,
        postcodes.c.municipality_code,
        postcodes.c.town,
        postcodes.c.kana,
        postcodes.c.chome,
    ).order_by(postcodes.c.municipality_code, postcodes.c.id)
    if municipality_code:
        query = query.where(postcodes.c.municipality_code == municipality_code)
    for row in connection.execute(query.execution_options(yield_per=_BATCH)):
        yield Postcode(*row)


def replace_postcodes(
    connection: sa.Connection, fresh: PostcodeSet, items: Sequence[Postcode]
) -> None:
    """Replace the postal codes of one municipality."""
    code = fresh.municipality_code
    for table in (postcodes, postcode_sets):
        connection.execute(sa.delete(table).where(table.c.municipality_code == code))
    connection.execute(
        sa.insert(postcode_sets).values(
            municipality_code=code,
            as_of=fresh.as_of,
            row_count=fresh.row_count,
            content_hash=fresh.content_hash,
        )
    )
    for start in range(0, len(items), _BATCH):
        connection.execute(
            sa.insert(postcodes),
            [
                {
                    "municipality_code": item.municipality_code,
                    "postal_code": item.postal_code,
                    "town": item.town,
                    "kana": item.kana,
                    "chome": item.chome,
                }
                for item in items[start : start + _BATCH]
            ],
        )
