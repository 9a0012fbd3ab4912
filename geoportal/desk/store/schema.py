"""Tables of the staff side, the same on SQLite and PostgreSQL. No patient is in any of them.

Times that are compared are seconds since 1970 (``…_s``); those that are shown are ISO 8601 with the
offset of Japan (``…_at``).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from geoportal.text.contact import visible

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


class VisibleText(sa.types.TypeDecorator[str]):
    """Text without what nobody sees and what turns it round, neither written nor read.

    What people type or paste in reaches pages, calendars and files through these columns only.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Return the text as it is written."""
        return None if value is None else visible(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Return the text as it is read, of older rows, too."""
        return None if value is None else visible(value)


def texts(*names: str, **options: Any) -> list[sa.Column[str]]:
    """Return text columns that are never null; ``options`` are those of `sqlalchemy.Column`."""
    return [sa.Column(name, VisibleText, nullable=False, **options) for name in names]


def counter() -> sa.Column[int]:
    """Return a column of ascending numbers, the key of its table."""
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("id", kind, primary_key=True, autoincrement=True)


def seconds(*names: str, **options: object) -> list[sa.Column[int]]:
    """Return columns of seconds since 1970, never null."""
    return [sa.Column(name, sa.BigInteger, nullable=False, **options) for name in names]  # type: ignore[arg-type]


accounts = sa.Table(
    "desk_accounts",
    metadata,
    *texts("id", primary_key=True),
    *texts("name", unique=True),
    *texts("shown_name", "role", "centre_id", "password_hash"),
    sa.Column("must_change", sa.Boolean, nullable=False),
    *texts("totp_secret", server_default=""),
    *seconds("totp_step", server_default="0"),
    *texts("disabled_at", server_default=""),
    *texts("created_at"),
    comment="staff who sign in; never deleted, as the audit trail names them",
)

sessions = sa.Table(
    "desk_sessions",
    metadata,
    *texts("id_hash", primary_key=True),
    sa.Column("account_id", sa.Text, sa.ForeignKey("desk_accounts.id"), nullable=False, index=True),
    *seconds("created_s", "seen_s"),
    comment="signed-in browsers; id_hash is SHA-256 of what the cookie holds",
)

attempts = sa.Table(
    "desk_attempts",
    metadata,
    counter(),
    *seconds("at_s"),
    *texts("account_key", index=True),
    *texts("address_key", index=True),
    comment="failed sign-ins of the last minutes; keys are HMACs, neither names nor addresses",
)

office_links = sa.Table(
    "desk_office_links",
    metadata,
    *texts("id", primary_key=True),
    *texts("facility_id", index=True),
    *texts("scope"),
    *seconds("expires_s"),
    *texts("created_at", "created_by"),
    *texts("revoked_at", server_default=""),
    comment="links given out to offices; the signed token is not kept",
)

audit = sa.Table(
    "desk_audit",
    metadata,
    counter(),
    *texts("at", "actor_kind", "actor_id", "centre_id", "action"),
    *texts("subject_kind"),
    *texts("subject_id", index=True),
    *texts("before", "after"),
    comment="who changed what, when, from what to what (JSON); only added to, by triggers",
)

cases = sa.Table(
    "desk_cases",
    metadata,
    *texts("id", primary_key=True),
    *texts("code", index=True),
    *texts("centre_id", "ward", "kind", "needs", "age_band", "urgency", "topic", "asker"),
    *texts("office", "wished", "note", "state", "created_at"),
    *texts("changed_at", index=True),
    *texts("town", server_default=""),
    comment="what is looked for, never for whom; erased to counts after a time",
)

enquiries = sa.Table(
    "desk_enquiries",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("desk_cases.id"), primary_key=True),
    *texts("facility_id", primary_key=True, index=True),
    *texts("state", "reason", "way", "condition", "centre_id", "changed_at"),
    sa.Column("asked_count", sa.Integer, nullable=False),
    sa.Column("is_confirmed", sa.Boolean, nullable=False),
    comment="candidates of a case and what they said",
)

case_counts = sa.Table(
    "desk_case_counts",
    metadata,
    *texts("month", "centre_id", "ward", "kind", "topic", "asker", "result", primary_key=True),
    *[sa.Column(n, sa.Integer, nullable=False) for n in ("cases", "calls", "days")],
    comment="what is left of erased cases; days from the case to its end, added up",
)

enquiry_counts = sa.Table(
    "desk_enquiry_counts",
    metadata,
    *texts("month", "facility_id", "result", "reason", primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    comment="how often each facility was asked in erased cases, and what it said",
)

ledger = sa.Table(
    "desk_ledger",
    metadata,
    counter(),
    *texts("facility_id", index=True),
    *texts("subject", "value", "audience", "way", "who", "note", "valid_until"),
    *seconds("undoes"),
    *texts("at", "actor_kind", "actor_id", "centre_id"),
    *texts("form_key", unique=True),
    *texts("terms", server_default=""),
    comment="what staff found out by asking; only added to, by triggers",
)

public_facts = sa.Table(
    "desk_public_facts",
    metadata,
    *texts("facility_id", primary_key=True),
    *texts("document"),
)
"""What the public is told of each facility, see `geoportal.store.staff_facts`."""

public_state = sa.Table(
    "desk_public_state",
    metadata,
    *texts("version", "changed_at"),
)
"""One row: a version that changes with the facts, and since when."""

survey_rounds = sa.Table(
    "desk_survey_rounds",
    metadata,
    *texts("id", primary_key=True),
    *texts("title", "kinds", "wards", "questions", "deadline", "created_at", "closed_at"),
    comment="survey rounds (在宅医療資源調査)",
)

survey_offices = sa.Table(
    "desk_survey_offices",
    metadata,
    sa.Column("round_id", sa.Text, sa.ForeignKey("desk_survey_rounds.id"), primary_key=True),
    *texts("facility_id", primary_key=True),
    *texts("kind", "ward"),
    *texts("link_id", index=True),
    *texts("code_key", index=True),
    *texts("sent_at", "reminded_at", "opened_at", "answered_at", "approved_at"),
    sa.Column("reminders", sa.Integer, nullable=False),
    comment="offices asked in a round; code_key is an HMAC of the short code in the letter",
)

survey_answers = sa.Table(
    "desk_survey_answers",
    metadata,
    counter(),
    *texts("round_id", "facility_id", "subject", "value", "note", "who", "audience", "came_by"),
    *texts("submission", "at", "state", "actor_kind", "actor_id", "decided_by", "decided_at"),
    sa.UniqueConstraint("submission", "subject", name="uq_desk_survey_answers_submission"),
    sa.Index("ix_desk_survey_answers_office", "round_id", "facility_id"),
    comment="what offices answered; entries of the ledger once a coordinator approves them",
)

need_counts = sa.Table(
    "desk_need_counts",
    metadata,
    *texts("month", "ward", "need", "result", "reason", primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    comment="what is left of the needs of erased cases, and of why offices declined",
)

issues = sa.Table(
    "desk_issues",
    metadata,
    *texts("id", primary_key=True),
    *texts("title", "topic", "stage", "note", "centre_id", "created_at", "changed_at"),
    comment="issues (地域課題) on their way from cases to a guide",
)

issue_marks = sa.Table(
    "desk_issue_marks",
    metadata,
    sa.Column("issue_id", sa.Text, sa.ForeignKey("desk_issues.id"), primary_key=True),
    *texts("month", "centre_id", primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    comment="how often cases showed an issue; no case is named",
)

events = sa.Table(
    "desk_events",
    metadata,
    *texts("id", primary_key=True),
    *texts("title", "sort", "audience"),
    *texts("starts_at", index=True),
    *texts("ends_at", "place", "organiser", "url", "note", "changed_at"),
    comment="training, meetings, lectures (研修会・会議・講演会)",
)

feeds = sa.Table(
    "desk_feeds",
    metadata,
    *texts("id", primary_key=True),
    sa.Column("account_id", sa.Text, sa.ForeignKey("desk_accounts.id"), nullable=False, index=True),
    *texts("created_at"),
    *texts("revoked_at", server_default=""),
    comment="links to the calendar for professionals; the signed token is not kept",
)

groups = sa.Table(
    "desk_groups",
    metadata,
    *texts("id", primary_key=True),
    *texts("sort", "name", "audience", "lead", "note", "last_day", "changed_at"),
    comment="groups of offices that stand in for one another",
)

group_members = sa.Table(
    "desk_group_members",
    metadata,
    sa.Column("group_id", sa.Text, sa.ForeignKey("desk_groups.id"), primary_key=True),
    *texts("facility_id", primary_key=True, index=True),
    sa.Column("place", sa.Integer, nullable=False),
    comment="facilities of a group, in order",
)
