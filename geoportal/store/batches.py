"""Statements in batches: databases limit the number of parameters of one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

BATCH = 500
"""Values in one ``IN (…)``."""
ROW_BATCH = 5_000
"""Rows in one ``INSERT``."""
_FEW = 20
"""Values that SQLite gets as parameters of their own: it may then choose another index."""

T = TypeVar("T")


def batches(values: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield consecutive parts of a sequence, none longer than ``size``."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def among(
    connection: sa.Connection, column: sa.Column[str], values: Sequence[str]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column has one of some values, at most `BATCH` of them.

    SQLite gets many values as one JSON text: five hundred parameters take longer to pass than the
    rows to find.
    """
    if connection.dialect.name != "sqlite" or len(values) <= _FEW:
        return column.in_(values)
    each = sa.func.json_each(
        sa.bindparam("among", orjson.dumps(list(values)).decode(), unique=True)
    )
    return column.in_(sa.select(each.table_valued("value").c.value))


def select_in(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.Column[str],
    values: Iterable[str],
) -> Iterator[sa.Row[Any]]:
    """Yield the rows of a query whose column has one of some values, however many these are."""
    for batch in batches(list(values)):
        yield from connection.execute(query.where(among(connection, column, batch))).all()


def insert_rows(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, each a mapping of the same columns to values; does nothing without any."""
    if rows:
        names = list(rows[0])
        insert_values(connection, table, names, [tuple([row[n] for n in names]) for row in rows])


def insert_values(
    connection: sa.Connection,
    table: sa.Table,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Insert rows of values in the order of some columns; does nothing without any.

    On SQLite the driver gets the values as they are: what is stored is text, numbers and bytes.
    """
    if not rows:
        return
    text, places = _insert(connection.dialect, table, tuple(names))
    if connection.dialect.name != "sqlite" or set(places) != set(names):
        for batch in batches(rows, ROW_BATCH):
            values = [dict(zip(names, row, strict=True)) for row in batch]
            connection.execute(sa.insert(table), values)
        return
    if list(places) != list(names):
        in_order = itemgetter(*map(list(names).index, places))
        rows = list(map(in_order, rows))
    for batch in batches(rows, ROW_BATCH):
        connection.exec_driver_sql(text, list(batch))


@lru_cache(maxsize=64)
def _insert(
    dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]
) -> tuple[str, Sequence[str]]:
    """Return the statement that inserts values of some columns, and the order it has them in."""
    compiled = sa.insert(table).compile(dialect=dialect, column_keys=list(names))
    return compiled.string, compiled.positiontup or ()
