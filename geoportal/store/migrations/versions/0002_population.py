"""Population by half mesh and by age."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "mesh_cells",
        sa.Column("code", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_mesh", sa.Text(), nullable=False),
        sa.Column("pop", sa.Integer(), nullable=False),
        sa.Column("pop65", sa.Integer(), nullable=True),
        sa.Column("pop75", sa.Integer(), nullable=True),
        sa.Column("pop85", sa.Integer(), nullable=True),
        sa.Column("alone", sa.Integer(), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mesh_cells")),
        comment="people by half mesh (census, T001101); null: suppressed, merged into another cell",
    )
    with op.batch_alter_table("mesh_cells", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mesh_cells_first_mesh"), ["first_mesh"], unique=False)
    op.create_table(
        "mesh_sets",
        sa.Column("first_mesh", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("first_mesh", name=op.f("pk_mesh_sets")),
        comment="which edition the cells of a first-level mesh are from; they are replaced together",
    )
    op.create_table(
        "age_population",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("pop", sa.Integer(), nullable=False),
        sa.Column("pop65", sa.Integer(), nullable=False),
        sa.Column("pop75", sa.Integer(), nullable=False),
        sa.Column("pop85", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", name=op.f("pk_age_population")),
        comment="residents by age group (住民基本台帳), both sexes",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("age_population")
    op.drop_table("mesh_sets")
    with op.batch_alter_table("mesh_cells", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mesh_cells_first_mesh"))
    op.drop_table("mesh_cells")
