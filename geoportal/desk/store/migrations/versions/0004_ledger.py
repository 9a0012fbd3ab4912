"""The ledger, and what the public is told by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.desk.store.append_only import statements
from geoportal.desk.store.schema import counter
from geoportal.store.columns import texts
from geoportal.store.staff_facts import TABLES

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "desk_ledger",
        counter(),
        *texts("facility_id", "subject", "value", "audience", "way", "who", "note"),
        *texts("valid_until"),
        sa.Column("undoes", sa.BigInteger(), nullable=False),
        *texts("at", "actor_kind", "actor_id", "centre_id", "form_key"),
        sa.UniqueConstraint("form_key", name=op.f("uq_desk_ledger_form_key")),
        comment="what staff found out by asking; only added to, by triggers",
    )
    op.create_index(op.f("ix_desk_ledger_facility_id"), "desk_ledger", ["facility_id"])
    dialect = op.get_bind().dialect.name
    for statement in (*statements("desk_ledger", dialect), *TABLES):
        op.execute(statement)
    if dialect == "sqlite":  # INSERT OR REPLACE removes the row that has the key
        op.execute(
            "CREATE TRIGGER desk_ledger_no_second BEFORE INSERT ON desk_ledger "
            "WHEN EXISTS (SELECT 1 FROM desk_ledger WHERE form_key = NEW.form_key) "
            "BEGIN SELECT RAISE(ABORT, 'a form becomes one line'); END"
        )


def downgrade() -> None:
    """Take back."""
    for table in ("ledger", "public_facts", "public_state"):
        op.drop_table(f"desk_{table}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION desk_ledger_refuse()")
