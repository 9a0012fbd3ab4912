"""Postal codes; readings and registry ids of places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import edition_columns, integers, texts

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "postcodes",
        *integers("id", autoincrement=True, nullable=False),
        *texts("municipality_code", "postal_code"),
        *texts("town", "kana", "chome", server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postcodes")),
        comment="postal codes and the areas they serve; without a town: the rest of the city",
    )
    index = op.f("ix_postcodes_municipality_code")
    op.create_index(index, "postcodes", ["municipality_code"], unique=False)
    op.create_table(
        "postcode_sets",
        *texts("municipality_code"),
        *edition_columns(),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_postcode_sets")),
        comment="which edition the postal codes of a municipality are from; replaced together",
    )
    for column in texts("kana", "registry_id", server_default=""):
        op.add_column("places", column)


def downgrade() -> None:
    """Take back."""
    for name in ("registry_id", "kana"):
        op.drop_column("places", name)
    op.drop_table("postcode_sets")
    op.drop_table("postcodes")
