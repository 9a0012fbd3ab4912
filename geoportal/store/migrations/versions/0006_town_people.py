"""People by town (町丁目)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "town_people",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pop", sa.Integer(), nullable=True),
        sa.Column("pop65", sa.Integer(), nullable=True),
        sa.Column("pop75", sa.Integer(), nullable=True),
        sa.Column("pop85", sa.Integer(), nullable=True),
        sa.Column("lon", sa.Float(53), nullable=True),
        sa.Column("lat", sa.Float(53), nullable=True),
        sa.Column("level", sa.Text(), server_default="", nullable=False),
        sa.Column("uncertainty_m", sa.Float(53), nullable=True),
        sa.Column("found_in", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "name", name=op.f("pk_town_people")),
        comment="people by town (町丁目); null: not published, never 0; reason: why it has no place",
    )
    op.create_table(
        "town_sets",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_town_sets")),
        comment="which edition the towns of a municipality are from; they are replaced together",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("town_sets")
    op.drop_table("town_people")
