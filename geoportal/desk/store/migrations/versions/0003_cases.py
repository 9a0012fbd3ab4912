"""Cases of the inquiry board, their candidates, and the counts they are erased to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import integers, texts

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "desk_cases",
        *texts("id", "code", "centre_id", "ward", "kind", "needs", "age_band", "urgency"),
        *texts("topic", "asker", "office", "wished", "note", "state", "created_at", "changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_cases")),
        comment="what is looked for, never for whom; erased to counts after a time",
    )
    for column in ("code", "changed_at"):
        op.create_index(op.f(f"ix_desk_cases_{column}"), "desk_cases", [column])
    op.create_table(
        "desk_enquiries",
        *texts("case_id", "facility_id", "state", "reason", "way", "condition", "centre_id"),
        *texts("changed_at"),
        *integers("asked_count", nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "facility_id", name=op.f("pk_desk_enquiries")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["desk_cases.id"], name=op.f("fk_desk_enquiries_case_id")
        ),
        comment="candidates of a case and what they said",
    )
    op.create_index(op.f("ix_desk_enquiries_facility_id"), "desk_enquiries", ["facility_id"])
    keys = ("month", "centre_id", "ward", "kind", "topic", "asker", "result")
    op.create_table(
        "desk_case_counts",
        *texts(*keys),
        *integers("cases", "calls", "days", nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_desk_case_counts")),
        comment="what is left of erased cases; days from the case to its end, added up",
    )
    facility_keys = ("month", "facility_id", "result", "reason")
    op.create_table(
        "desk_enquiry_counts",
        *texts(*facility_keys),
        *integers("count", nullable=False),
        sa.PrimaryKeyConstraint(*facility_keys, name=op.f("pk_desk_enquiry_counts")),
        comment="how often each facility was asked in erased cases, and what it said",
    )


def downgrade() -> None:
    """Take back."""
    for table in ("enquiry_counts", "case_counts", "enquiries", "cases"):
        op.drop_table(f"desk_{table}")
