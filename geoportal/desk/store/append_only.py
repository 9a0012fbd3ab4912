"""Tables that are only added to: triggers refuse to change, remove or empty them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_NO_REPLACE: Final = (
    "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
    "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
)
"""INSERT OR REPLACE removes a row without asking the triggers of DELETE."""


def statements(table: str, dialect: str) -> Iterator[str]:
    """Yield the statements that protect a table, whose key is ``id``, for a migration.

    Who owns the database can take a trigger away; no program of ours does.
    """
    refusal = f"{table} is only added to"
    if dialect == "sqlite":
        for event in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        yield _NO_REPLACE.format(table=table, refusal=refusal)
        return
    yield (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    yield (
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    yield (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
