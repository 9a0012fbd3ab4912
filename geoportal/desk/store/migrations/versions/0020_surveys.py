"""Survey rounds: who is asked, how far each office is, what it answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geoportal.desk.store.schema import counter
from geoportal.store.columns import integers, texts

revision = "0020"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "desk_survey_rounds",
        *texts("id", "title", "kinds", "wards", "questions", "deadline", "created_at", "closed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_survey_rounds")),
        comment="survey rounds (在宅医療資源調査)",
    )
    op.create_table(
        "desk_survey_offices",
        *texts("round_id", "facility_id", "kind", "ward", "link_id", "code_key"),
        *texts("sent_at", "reminded_at", "opened_at", "answered_at", "approved_at"),
        *integers("reminders", nullable=False),
        sa.PrimaryKeyConstraint("round_id", "facility_id", name=op.f("pk_desk_survey_offices")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["desk_survey_rounds.id"], name=op.f("fk_desk_survey_offices_round_id")
        ),
        comment="offices asked in a round; code_key is an HMAC of the short code in the letter",
    )
    for column in ("link_id", "code_key"):
        name = op.f(f"ix_desk_survey_offices_{column}")
        op.create_index(name, "desk_survey_offices", [column])
    op.create_table(
        "desk_survey_answers",
        counter(),
        *texts("round_id", "facility_id", "subject", "value", "note", "who", "audience"),
        *texts("came_by", "submission", "at", "state", "actor_kind", "actor_id"),
        *texts("decided_by", "decided_at"),
        sa.UniqueConstraint("submission", "subject", name="uq_desk_survey_answers_submission"),
        comment="what offices answered; entries of the ledger once a coordinator approves them",
    )
    office = ["round_id", "facility_id"]
    op.create_index("ix_desk_survey_answers_office", "desk_survey_answers", office)


def downgrade() -> None:
    """Take back."""
    for table in ("answers", "offices", "rounds"):
        op.drop_table(f"desk_survey_{table}")
