"""Reading and writing accounts."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from geoportal.desk.domain.account import Account, Role
from geoportal.desk.store.schema import accounts


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What an account is checked by; never written out.

    ``totp_secret`` is Base32, empty without a second factor; ``totp_step`` the number of the last
    30 seconds whose code was used.
    """

    password_hash: str
    totp_secret: str
    totp_step: int


def add_account(connection: sa.Connection, account: Account, password_hash: str) -> None:
    """Add an account.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        When the name is taken.
    """
    connection.execute(
        sa.insert(accounts).values(
            id=account.id,
            name=account.name,
            shown_name=account.shown_name,
            role=account.role.value,
            centre_id=account.centre_id,
            password_hash=password_hash,
            must_change=account.must_change,
            created_at=account.created_at,
        )
    )


def read_accounts(connection: sa.Connection) -> list[Account]:
    """Return all accounts, by name."""
    return [_account(row) for row in connection.execute(sa.select(accounts).order_by("name"))]


def find_account(
    connection: sa.Connection, *, account_id: str = "", name: str = "", lock: bool = False
) -> tuple[Account, Credentials] | None:
    """Return an account by its id or its name, None for none.

    With ``lock`` nobody else changes it until the transaction ends (`DeskDatabase.writing`).
    """
    own = accounts.c.id == account_id if account_id else accounts.c.name == name
    query = sa.select(accounts).where(own)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        return None
    return _account(row), Credentials(row.password_hash, row.totp_secret, row.totp_step)


def set_password_hash(
    connection: sa.Connection, account_id: str, password_hash: str, *, must_change: bool
) -> None:
    """Give an account another password."""
    _update(connection, account_id, password_hash=password_hash, must_change=must_change)


def set_second_factor(connection: sa.Connection, account_id: str, secret: str, step: int) -> None:
    """Give an account a second factor (Base32), or take it away with an empty secret."""
    _update(connection, account_id, totp_secret=secret, totp_step=step)


def use_code(connection: sa.Connection, account_id: str, step: int) -> bool:
    """Note that the code of a step was used; False when it, or a later one, was before."""
    used = connection.execute(
        sa.update(accounts)
        .where(accounts.c.id == account_id, accounts.c.totp_step < step)
        .values(totp_step=step)
    )
    return used.rowcount == 1


def set_disabled(connection: sa.Connection, account_id: str, at: str) -> None:
    """Disable an account since a moment (ISO 8601), or enable it with an empty one."""
    _update(connection, account_id, disabled_at=at)


def _update(connection: sa.Connection, account_id: str, **values: object) -> None:
    connection.execute(sa.update(accounts).where(accounts.c.id == account_id).values(**values))


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        shown_name=row.shown_name,
        role=Role(row.role),
        centre_id=row.centre_id,
        must_change=row.must_change,
        has_second_factor=bool(row.totp_secret),
        is_disabled=bool(row.disabled_at),
        created_at=row.created_at,
    )
