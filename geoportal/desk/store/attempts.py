"""Failed sign-ins, counted by account and by address, for all workers together."""

from __future__ import annotations

import sqlalchemy as sa

from geoportal.desk.domain.password import MOST_OF_ACCOUNT, MOST_OF_ADDRESS, WINDOW_S
from geoportal.desk.store.schema import attempts


def take_attempt(
    connection: sa.Connection, account_key: str, address_key: str, now_s: int
) -> int | None:
    """Count an attempt to sign in as failed until it is known to have succeeded.

    Returns its number, or None when the account or the address has failed too often of late: then
    nothing is counted, so that whoever waits gets in again. Counted first and checked afterwards,
    any number of attempts at once stay within the limits.
    """
    if connection.dialect.name == "postgresql":  # one counter at a time; SQLite has one writer
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x74727973)))
    connection.execute(sa.delete(attempts).where(attempts.c.at_s <= now_s - WINDOW_S))
    for column, key, most in (
        (attempts.c.account_key, account_key, MOST_OF_ACCOUNT),
        (attempts.c.address_key, address_key, MOST_OF_ADDRESS),
    ):
        query = sa.select(sa.func.count()).select_from(attempts).where(column == key)
        if (connection.scalar(query) or 0) >= most:
            return None
    added = connection.execute(
        sa.insert(attempts).values(at_s=now_s, account_key=account_key, address_key=address_key)
    )
    number = added.inserted_primary_key
    return int(number[0]) if number else None


def forgive(connection: sa.Connection, attempt: int, account_key: str) -> None:
    """Forget the failures of an account that has signed in, at whatever address.

    Those of others at the same address stay: who knows one password gets no more tries at others.
    """
    own = (attempts.c.account_key == account_key) | (attempts.c.id == attempt)
    connection.execute(sa.delete(attempts).where(own))


def forget_account(connection: sa.Connection, account_key: str) -> None:
    """Forget the failures of an account that was given a new password."""
    connection.execute(sa.delete(attempts).where(attempts.c.account_key == account_key))
