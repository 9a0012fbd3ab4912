"""People by town (町丁目)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import degrees, edition_columns, integers, texts

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "town_people",
        *texts("municipality_code", "name"),
        *integers("pop", "pop65", "pop75", "pop85"),
        *degrees(),
        *texts("level", server_default=""),
        sa.Column("uncertainty_m", sa.Float(53)),
        *texts("found_in", "reason", server_default=""),
        sa.PrimaryKeyConstraint("municipality_code", "name", name=op.f("pk_town_people")),
        comment="people by town (町丁目); null: not published, never 0; reason: why it has no place",
    )
    op.create_table(
        "town_sets",
        *texts("municipality_code", "source"),
        *edition_columns(),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_town_sets")),
        comment="which edition the towns of a municipality are from; they are replaced together",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("town_sets")
    op.drop_table("town_people")
