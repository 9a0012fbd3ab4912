"""What the editions of a source said of one record, one after the other."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa

from geoportal.store.schema import record_contents, record_history


def past_of(
    connection: sa.Connection, source: str, record_id: str
) -> list[tuple[str, dict[str, Any]]]:
    """Return date and content of every edition that lists a record, oldest first.

    Returns
    -------
    list of (str, dict)
        ISO date, and the attributes of `geoportal.store.history.COMPARED`; empty when no edition
        of this source was kept.
    """
    query = (
        sa.select(record_history.c.as_of, record_contents.c.content)
        .join(record_contents, record_contents.c.content_hash == record_history.c.content_hash)
        .where(record_history.c.source == source, record_history.c.record_id == record_id)
        .order_by(record_history.c.as_of)
    )
    return [(as_of, orjson.loads(content)) for as_of, content in connection.execute(query)]
