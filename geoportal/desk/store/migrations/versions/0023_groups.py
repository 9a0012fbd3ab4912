"""Groups of offices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import integers, texts

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "desk_groups",
        *texts("id", "sort", "name", "audience", "lead", "note", "last_day", "changed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_groups")),
        comment="groups of offices that stand in for one another",
    )
    op.create_table(
        "desk_group_members",
        *texts("group_id", "facility_id"),
        *integers("place", nullable=False),
        sa.PrimaryKeyConstraint("group_id", "facility_id", name=op.f("pk_desk_group_members")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["desk_groups.id"], name=op.f("fk_desk_group_members_group_id")
        ),
        comment="facilities of a group, in order",
    )
    op.create_index(
        op.f("ix_desk_group_members_facility_id"), "desk_group_members", ["facility_id"]
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("desk_group_members")
    op.drop_table("desk_groups")
