"""Conditions of capacity (days, area, needs); feeds of the calendar for professionals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import texts

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for column in texts("terms", server_default=""):
        op.add_column("desk_ledger", column)
    op.create_table(
        "desk_feeds",
        *texts("id", "account_id", "created_at"),
        *texts("revoked_at", server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_feeds")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["desk_accounts.id"], name=op.f("fk_desk_feeds_account_id")
        ),
        comment="links to the calendar for professionals; the signed token is not kept",
    )
    op.create_index(op.f("ix_desk_feeds_account_id"), "desk_feeds", ["account_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("desk_feeds")
    op.drop_column("desk_ledger", "terms")
