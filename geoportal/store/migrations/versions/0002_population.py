"""Population by half mesh and by age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import edition_columns, integers, texts

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mesh_cells",
        *integers("code", autoincrement=False, nullable=False),
        *texts("first_mesh"),
        *integers("pop", nullable=False),
        *integers("pop65", "pop75", "pop85", "alone", "merged_into"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mesh_cells")),
        comment="people by half mesh (census, T001101); null: suppressed, merged into another cell",
    )
    op.create_index(op.f("ix_mesh_cells_first_mesh"), "mesh_cells", ["first_mesh"], unique=False)
    op.create_table(
        "mesh_sets",
        *texts("first_mesh", "source"),
        *edition_columns(),
        sa.PrimaryKeyConstraint("first_mesh", name=op.f("pk_mesh_sets")),
        comment="which edition the cells of a first-level mesh are from; they are replaced together",
    )
    op.create_table(
        "age_population",
        *texts("municipality_code", "source", "as_of"),
        *integers("pop", "pop65", "pop75", "pop85", nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_age_population")),
        comment="residents by age group (住民基本台帳), both sexes",
    )


def downgrade() -> None:
    """Take back."""
    for name in ("age_population", "mesh_sets", "mesh_cells"):
        op.drop_table(name)
