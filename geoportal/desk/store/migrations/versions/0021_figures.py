"""Counts of needs, issues, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import integers, texts

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    keys = ("month", "ward", "need", "result", "reason")
    op.create_table(
        "desk_need_counts",
        *texts(*keys),
        *integers("count", nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_desk_need_counts")),
        comment="what is left of the needs of erased cases, and of why offices declined",
    )
    op.create_table(
        "desk_issues",
        *texts("id", "title", "topic", "stage", "note", "centre_id", "created_at", "changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_issues")),
        comment="issues (地域課題) on their way from cases to a guide",
    )
    marks = ("issue_id", "month", "centre_id")
    op.create_table(
        "desk_issue_marks",
        *texts(*marks),
        *integers("count", nullable=False),
        sa.PrimaryKeyConstraint(*marks, name=op.f("pk_desk_issue_marks")),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["desk_issues.id"], name=op.f("fk_desk_issue_marks_issue_id")
        ),
        comment="how often cases showed an issue; no case is named",
    )
    op.create_table(
        "desk_events",
        *texts("id", "title", "sort", "audience", "starts_at", "ends_at", "place"),
        *texts("organiser", "url", "note", "changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_events")),
        comment="training, meetings, lectures (研修会・会議・講演会)",
    )
    op.create_index(op.f("ix_desk_events_starts_at"), "desk_events", ["starts_at"])


def downgrade() -> None:
    """Take back."""
    for table in ("events", "issue_marks", "issues", "need_counts"):
        op.drop_table(f"desk_{table}")
