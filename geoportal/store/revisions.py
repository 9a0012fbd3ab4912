"""Revisions of a schema, told without Alembic: opening a database needs no more of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa


@cache
def newest_revision(migrations: Path) -> str:
    """Return the newest revision of a folder of migrations, whose files begin with theirs."""
    return max(path.stem.split("_")[0] for path in (migrations / "versions").glob("[0-9]*_*.py"))


def revision_of(connection: sa.Connection, table: str = "alembic_version") -> str:
    """Return the revision of the schema that Alembic keeps in a table, empty when there is none."""
    if not sa.inspect(connection).has_table(table):
        return ""
    kept = sa.table(table, sa.column("version_num"))
    return connection.scalar(sa.select(kept.c.version_num)) or ""
