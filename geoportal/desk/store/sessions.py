"""Signed-in browsers. What a cookie holds is random; here is only its digest."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from geoportal.desk.domain.password import ABSOLUTE_S, IDLE_S
from geoportal.desk.store.schema import sessions

_SEEN_EVERY_S = 60


def add_session(connection: sa.Connection, token: str, account_id: str, now_s: int) -> None:
    """Add a signed-in browser, and remove sessions that have ended."""
    connection.execute(
        sa.delete(sessions).where(
            (sessions.c.created_s <= now_s - ABSOLUTE_S) | (sessions.c.seen_s <= now_s - IDLE_S)
        )
    )
    connection.execute(
        sa.insert(sessions).values(
            id_hash=_digest(token), account_id=account_id, created_s=now_s, seen_s=now_s
        )
    )


def account_of_session(connection: sa.Connection, token: str, now_s: int) -> tuple[str, bool]:
    """Return the account of a session that has not ended, and whether its use is to be noted.

    The account is empty when there is no such session, or it has been idle or open for too long.
    """
    row = connection.execute(
        sa.select(sessions).where(sessions.c.id_hash == _digest(token))
    ).one_or_none()
    if row is None or now_s - row.created_s >= ABSOLUTE_S or now_s - row.seen_s >= IDLE_S:
        return "", False
    return row.account_id, now_s - row.seen_s >= _SEEN_EVERY_S


def note_use(connection: sa.Connection, token: str, now_s: int) -> None:
    """Note that a session is in use."""
    own = sessions.c.id_hash == _digest(token)
    connection.execute(sa.update(sessions).where(own).values(seen_s=now_s))


def end_session(connection: sa.Connection, token: str) -> None:
    """End one session."""
    connection.execute(sa.delete(sessions).where(sessions.c.id_hash == _digest(token)))


def end_sessions(connection: sa.Connection, account_id: str) -> None:
    """End every session of an account."""
    connection.execute(sa.delete(sessions).where(sessions.c.account_id == account_id))


def end_all_sessions(connection: sa.Connection) -> None:
    """End every session: those of a copy put back may have been ended since."""
    connection.execute(sa.delete(sessions))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
