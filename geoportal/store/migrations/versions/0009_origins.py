"""Where attributes of a record are from that its newest edition has no column for."""

from __future__ import annotations

from alembic import op

from geoportal.store.columns import texts

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    (column,) = texts("origins", server_default="")
    op.add_column("records", column)


def downgrade() -> None:
    """Take back."""
    op.drop_column("records", "origins")
