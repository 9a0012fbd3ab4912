"""The audit trail: written in the transaction of the change it tells of, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from geoportal.desk.domain.account import Actor
from geoportal.desk.store.schema import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: when, by whom, of what, from what to what."""

    id: int
    at: str
    actor: Actor
    action: str
    subject_kind: str
    subject_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def record(
    connection: sa.Connection,
    now: datetime,
    actor: Actor,
    action: str,
    subject: tuple[str, str],
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the audit trail.

    ``subject`` is kind and id of what was changed, ``action`` what was done (``account.disable``).
    Secrets, and anything of a patient, do not belong into ``before`` and ``after``.
    """
    connection.execute(
        sa.insert(audit).values(
            at=now.isoformat(timespec="milliseconds"),
            actor_kind=actor.kind,
            actor_id=actor.id,
            centre_id=actor.centre_id,
            action=action,
            subject_kind=subject[0],
            subject_id=subject[1],
            before=_written(before),
            after=_written(after),
        )
    )


def read_audit(
    connection: sa.Connection, *, subject: tuple[str, str] | None = None, limit: int = 0
) -> list[AuditEntry]:
    """Return the trail, newest first: of one subject or all; at most ``limit`` lines if not 0."""
    query = sa.select(audit).order_by(audit.c.id.desc())
    if subject is not None:
        query = query.where(audit.c.subject_kind == subject[0], audit.c.subject_id == subject[1])
    if limit:
        query = query.limit(limit)
    return [
        AuditEntry(
            row.id,
            row.at,
            Actor(row.actor_kind, row.actor_id, row.centre_id),
            row.action,
            row.subject_kind,
            row.subject_id,
            json.loads(row.before),
            json.loads(row.after),
        )
        for row in connection.execute(query)
    ]


def _written(values: Mapping[str, Any] | None) -> str:
    return json.dumps(dict(values or {}), ensure_ascii=False, sort_keys=True)
