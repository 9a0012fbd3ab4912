"""Consultation centres in the database."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from geoportal.domain.centre import Centre
from geoportal.store import documents
from geoportal.store.schema import centres


def read_centres(connection: sa.Connection) -> list[Centre]:
    """Return the consultation centres, ordered by id."""
    query = sa.select(centres.c.document).order_by(centres.c.id)
    return [documents.load_centre(text) for text in connection.scalars(query)]


def write_centres(connection: sa.Connection, listed: Iterable[Centre]) -> None:
    """Insert or replace centres by id."""
    for centre in listed:
        document = documents.dump(centre)
        connection.execute(sa.delete(centres).where(centres.c.id == centre.id))
        connection.execute(
            sa.insert(centres).values(
                id=centre.id,
                as_of=centre.as_of,
                content_hash=documents.digest(document),
                document=document,
            )
        )


def remove_centres(connection: sa.Connection, ids: Iterable[str]) -> None:
    """Remove centres that are no longer listed."""
    connection.execute(sa.delete(centres).where(centres.c.id.in_(list(ids))))
