"""Railway stations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import texts

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "stations",
        *texts("id", "source", "as_of", "name"),
        sa.Column("lon", sa.Float(53), nullable=False),
        sa.Column("lat", sa.Float(53), nullable=False),
        sa.Column("extent_m", sa.Integer(), nullable=False),
        *texts("lines"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations")),
        comment="railway stations, all of one edition; lines = [operator, line] pairs as JSON",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("stations")
