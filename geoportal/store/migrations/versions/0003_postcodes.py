"""Postal codes; readings and registry ids of places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "postcodes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("town", sa.Text(), server_default="", nullable=False),
        sa.Column("kana", sa.Text(), server_default="", nullable=False),
        sa.Column("chome", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postcodes")),
        comment="postal codes and the areas they serve; without a town: the rest of the city",
    )
    with op.batch_alter_table("postcodes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_postcodes_municipality_code"), ["municipality_code"], unique=False
        )
    op.create_table(
        "postcode_sets",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_postcode_sets")),
        comment="which edition the postal codes of a municipality are from; replaced together",
    )
    for name in ("kana", "registry_id"):
        op.add_column("places", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take back."""
    for name in ("registry_id", "kana"):
        op.drop_column("places", name)
    op.drop_table("postcode_sets")
    with op.batch_alter_table("postcodes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_postcodes_municipality_code"))
    op.drop_table("postcodes")
