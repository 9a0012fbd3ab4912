"""Links to the calendar for professionals that were given out."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.desk.store.schema import accounts, feeds


def add_feed(connection: sa.Connection, feed_id: str, account_id: str, at: str) -> None:
    """Add the link of an account."""
    connection.execute(sa.insert(feeds).values(id=feed_id, account_id=account_id, created_at=at))


def revoke_feeds(connection: sa.Connection, account_id: str, at: str) -> int:
    """Revoke the links of an account since a moment (ISO 8601); return how many there were."""
    own = (feeds.c.account_id == account_id) & (feeds.c.revoked_at == "")
    return connection.execute(sa.update(feeds).where(own).values(revoked_at=at)).rowcount


def since_when(connection: sa.Connection, account_id: str) -> str:
    """Return when the link of an account that holds was made, empty for none."""
    own = (feeds.c.account_id == account_id) & (feeds.c.revoked_at == "")
    return connection.scalar(sa.select(feeds.c.created_at).where(own)) or ""


def holds(connection: sa.Connection, feed_id: str) -> bool:
    """Say whether a link is there, not revoked, and its account not disabled."""
    query = (
        sa.select(feeds.c.id)
        .join(accounts, accounts.c.id == feeds.c.account_id)
        .where(feeds.c.id == feed_id, feeds.c.revoked_at == "", accounts.c.disabled_at == "")
    )
    return connection.execute(query).first() is not None
