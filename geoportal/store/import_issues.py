"""Issues of imported files in the database: what a person should know about a file, by line."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from geoportal.store.batches import insert_rows
from geoportal.store.schema import import_issues

KEPT: Final = 500
"""Issues of one file that are kept, the gravest; the edition has their whole number."""
SEVERITIES: Final = ("error", "warning", "info")
"""Gravest first."""


Graded = TypeVar("Graded")


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """An issue as it was reported; ``line`` 1 may stand for the whole file."""

    line: int
    field: str
    code: str
    severity: str
    value: str
    message: str


def gravest(issues: Iterable[Graded], severity: Callable[[Graded], str]) -> list[Graded]:
    """Return the issues that are kept of one file: the gravest first, else in the order given."""
    return heapq.nsmallest(KEPT, issues, key=lambda one: SEVERITIES.index(severity(one)))


def write_issues(
    connection: sa.Connection, edition: int, issues: Iterable[Mapping[str, Any]]
) -> None:
    """Store the gravest issues of an edition; mappings have the names of `StoredIssue`.

    The sheet of a workbook, where it is named, stands before the field.
    """
    rows = [
        {"edition": edition, "ordinal": number}
        | {name: issue[name] for name in StoredIssue.__dataclass_fields__}
        | {"field": " ".join(filter(None, (issue.get("sheet", ""), issue["field"])))}
        for number, issue in enumerate(gravest(issues, itemgetter("severity")))
    ]
    insert_rows(connection, import_issues, rows)


def read_issues(connection: sa.Connection, edition: int) -> list[StoredIssue]:
    """Return the stored issues of an edition, gravest first, then in the order of lines."""
    columns = [import_issues.c[name] for name in StoredIssue.__dataclass_fields__]
    query = sa.select(*columns).where(import_issues.c.edition == edition)
    return [
        StoredIssue(*row) for row in connection.execute(query.order_by(import_issues.c.ordinal))
    ]
