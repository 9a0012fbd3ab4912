"""Cases may name the town (町丁目) of the home."""

from __future__ import annotations

from alembic import op

from geoportal.store.columns import texts

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for column in texts("town", server_default=""):
        op.add_column("desk_cases", column)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("desk_cases") as table:
        table.drop_column("town")
