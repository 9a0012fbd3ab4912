"""Accounts, sessions, failed sign-ins, links of offices, audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.desk.store.append_only import statements
from geoportal.desk.store.schema import counter, seconds
from geoportal.store.columns import texts

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "desk_accounts",
        *texts("id", "name", "shown_name", "role", "centre_id", "password_hash"),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        *texts("totp_secret", server_default=""),
        *seconds("totp_step", server_default="0"),
        *texts("disabled_at", server_default=""),
        *texts("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_desk_accounts_name")),
        comment="staff who sign in; never deleted, as the audit trail names them",
    )
    op.create_table(
        "desk_sessions",
        *texts("id_hash", "account_id"),
        *seconds("created_s", "seen_s"),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_desk_sessions")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["desk_accounts.id"], name=op.f("fk_desk_sessions_account_id")
        ),
        comment="signed-in browsers; id_hash is SHA-256 of what the cookie holds",
    )
    op.create_index(op.f("ix_desk_sessions_account_id"), "desk_sessions", ["account_id"])
    op.create_table(
        "desk_attempts",
        counter(),
        *seconds("at_s"),
        *texts("account_key", "address_key"),
        comment="failed sign-ins of the last minutes; keys are HMACs, neither names nor addresses",
    )
    for column in ("account_key", "address_key"):
        op.create_index(op.f(f"ix_desk_attempts_{column}"), "desk_attempts", [column])
    op.create_table(
        "desk_office_links",
        *texts("id", "facility_id", "scope"),
        *seconds("expires_s"),
        *texts("created_at", "created_by"),
        *texts("revoked_at", server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_office_links")),
        comment="links given out to offices; the signed token is not kept",
    )
    op.create_index(op.f("ix_desk_office_links_facility_id"), "desk_office_links", ["facility_id"])
    op.create_table(
        "desk_audit",
        counter(),
        *texts("at", "actor_kind", "actor_id", "centre_id", "action"),
        *texts("subject_kind", "subject_id", "before", "after"),
        comment="who changed what, when, from what to what (JSON); only added to, by triggers",
    )
    op.create_index(op.f("ix_desk_audit_subject_id"), "desk_audit", ["subject_id"])
    for statement in statements("desk_audit", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    for table in ("audit", "office_links", "attempts", "sessions", "accounts"):
        op.drop_table(f"desk_{table}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION desk_audit_refuse()")
