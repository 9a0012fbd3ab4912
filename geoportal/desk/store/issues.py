"""Issues and how often cases showed them."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.desk.domain.issue import Issue, Stage
from geoportal.desk.store.schema import issue_marks, issues


def put_issue(connection: sa.Connection, issue: Issue) -> None:
    """Add an issue, or replace what is held of it."""
    values = {
        name: getattr(issue, name)
        for name in ("id", "title", "topic", "note", "centre_id", "changed_at")
    } | {"stage": issue.stage.value}
    own = issues.c.id == issue.id
    if not connection.execute(sa.update(issues).where(own).values(values)).rowcount:
        values["created_at"] = issue.changed_at
        connection.execute(sa.insert(issues).values(values))


def read_issues(connection: sa.Connection) -> list[Issue]:
    """Return all issues, those marked most first."""
    marks = (
        sa.select(issue_marks.c.issue_id, sa.func.sum(issue_marks.c["count"]).label("marks"))
        .group_by(issue_marks.c.issue_id)
        .subquery()
    )
    query = sa.select(issues, sa.func.coalesce(marks.c.marks, 0).label("marks")).select_from(
        issues.outerjoin(marks, marks.c.issue_id == issues.c.id)
    )
    found = [
        Issue(
            row.id, row.title, row.topic, Stage(row.stage), row.note, row.centre_id,
            row.changed_at, int(row.marks),
        )
        for row in connection.execute(query)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.stage is Stage.CLOSED, -one.marks, one.title))


def mark_issue(connection: sa.Connection, issue_id: str, month: str, centre_id: str) -> None:
    """Count once more that a case showed an issue."""
    table = issue_marks.c
    own = (table.issue_id == issue_id) & (table.month == month) & (table.centre_id == centre_id)
    more = {"count": table["count"] + 1}
    if not connection.execute(sa.update(issue_marks).where(own).values(more)).rowcount:
        values = {"issue_id": issue_id, "month": month, "centre_id": centre_id, "count": 1}
        connection.execute(sa.insert(issue_marks).values(values))
