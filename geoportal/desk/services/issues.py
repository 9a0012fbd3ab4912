"""Issues that cases show, and where they are on their way to a guide."""

from __future__ import annotations

from dataclasses import replace

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.case import TOPICS
from geoportal.desk.domain.issue import Issue
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.issues import mark_issue, put_issue, read_issues
from geoportal.errors import NotFoundError


def change_issue(desk: Desk, actor: Actor, issue: Issue, *, is_new: bool) -> None:
    """Add an issue, or say where it is now.

    Raises
    ------
    UsageError
        When a field cannot be taken.
    NotFoundError
        When it is not new and not there.
    """
    issue.require_plain(TOPICS)
    with desk.database.writing() as connection:
        held = {one.id: one for one in read_issues(connection)}
        if not is_new and issue.id not in held:
            raise NotFoundError("there is no such issue")
        before = held.get(issue.id)
        centre = before.centre_id if before else actor.centre_id
        put_issue(connection, replace(issue, centre_id=centre, changed_at=desk.now_at))
        record(
            connection,
            desk.clock(),
            actor,
            "issue.put",
            ("issue", issue.id),
            before={"stage": before.stage.value} if before else None,
            after={"stage": issue.stage.value},
        )


def mark(desk: Desk, actor: Actor, issue_id: str) -> None:
    """Count that a case showed an issue, in the present month, for the actor's centre.

    Raises
    ------
    NotFoundError
        When there is no such issue.
    """
    with desk.database.writing() as connection:
        if issue_id not in {one.id for one in read_issues(connection)}:
            raise NotFoundError("there is no such issue")
        mark_issue(connection, issue_id, desk.now_at[:7], actor.centre_id)
        record(connection, desk.clock(), actor, "issue.mark", ("issue", issue_id))
