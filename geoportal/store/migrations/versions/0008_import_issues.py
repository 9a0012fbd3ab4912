"""What was found wrong with imported files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.store.columns import integers, texts

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "import_issues",
        *integers("edition", "ordinal", "line", nullable=False),
        *texts("field", "code", "severity", "value", "message"),
        sa.PrimaryKeyConstraint("edition", "ordinal", name=op.f("pk_import_issues")),
        comment="issues of an imported file, gravest first; value is empty for answers of surveys",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("import_issues")
