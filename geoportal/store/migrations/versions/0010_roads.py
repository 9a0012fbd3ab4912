"""Roads to drive on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import integers, texts

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "road_sets",
        *texts("content_hash", "source", "as_of"),
        *integers("edges", nullable=False),
        *(
            sa.Column(name, sa.Float(53), nullable=False)
            for name in ("west", "south", "east", "north")
        ),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_road_sets")),
        comment="roads of one file, with the box they lie in; document = packed arrays of edges",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("road_sets")
