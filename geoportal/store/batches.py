"""Statements in batches: databases limit the number of parameters of one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

BATCH = 500
"""Values in one ``IN (…)``."""
ROW_BATCH = 5_000
"""Rows in one ``INSERT``."""

T = TypeVar("T")


def batches(values: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield consecutive parts of a sequence, none longer than ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def select_in(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.Column[str],
    values: Iterable[str],
) -> Iterator[sa.Row[Any]]:
    """Yield the rows of a query whose column has one of some values, however many these are."""
    for batch in batches(list(values)):
        yield from connection.execute(query.where(column.in_(batch)))


def insert_rows(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, each a mapping of the same columns to values; does nothing without any.

    On SQLite the driver gets the values as they are: what is stored is text, numbers and bytes.
    """
    if not rows:
        return
    names = list(rows[0])
    compiled = sa.insert(table).compile(dialect=connection.dialect, column_keys=names)
    is_plain = connection.dialect.name == "sqlite" and compiled.positiontup == names
    for batch in batches(rows, ROW_BATCH):
        if is_plain:
            values = [tuple([row[name] for name in names]) for row in batch]
            connection.exec_driver_sql(compiled.string, values)
        else:
            connection.execute(sa.insert(table), batch)
