"""Signing in and out: one way in, the same refusal for whatever is wrong."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Final

import sqlalchemy as sa

from geoportal.desk.domain.account import Account, account_name
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.passwords import hash_of, is_right
from geoportal.desk.services.second_factor import step_of
from geoportal.desk.store.accounts import (
    Credentials,
    find_account,
    set_password_hash,
    use_code,
)
from geoportal.desk.store.attempts import forgive, take_attempt
from geoportal.desk.store.audit import record
from geoportal.desk.store.sessions import (
    account_of_session,
    add_session,
    end_session,
    note_use,
)
from geoportal.errors import BusyError, GeoportalError, UsageError

_TOKEN_BYTES: Final = 32


class SignInRefusedError(GeoportalError):
    """Nobody is signed in; ``reason`` is ``wrong`` or ``too_many``, and nothing more is told."""

    def __init__(self, reason: str) -> None:
        super().__init__("signing in was refused")
        self.reason = reason


def sign_in(desk: Desk, name: str, password: str, code: str, address: str) -> tuple[Account, str]:
    """Check who signs in from an address; return the account and the token of a new session.

    The same time is taken and the same refusal given for a wrong name, password or code and for an
    account that is disabled. A code is taken once.

    Raises
    ------
    SignInRefusedError
    """
    account_key, address_key = account_key_of(desk, name), desk.key_of("address", address)
    with desk.database.writing() as connection:
        attempt = take_attempt(connection, account_key, address_key, desk.now_s)
    if attempt is None:
        raise SignInRefusedError("too_many")
    with desk.database.reading() as connection:
        found = find_account(connection, name=_kept_name(name)) if _kept_name(name) else None
    account, credentials = found or (None, Credentials("", "", 0))
    right = is_right(desk.hasher, credentials.password_hash, password)
    step = step_of(credentials.totp_secret, code, desk.now_s) if credentials.totp_secret else 0
    if account is None:
        raise SignInRefusedError("wrong")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with desk.database.writing() as connection:
        if not (right and step is not None) or not _admit(connection, account, credentials, step):
            subject = ("account", account.id)
            record(connection, desk.clock(), account.actor, "sign_in.refused", subject)
            refused = True
        else:
            refused = False
            add_session(connection, token, account.id, desk.now_s)
            forgive(connection, attempt, account_key)
            if desk.hasher.check_needs_rehash(credentials.password_hash):
                renewed = hash_of(desk.hasher, password)
                set_password_hash(connection, account.id, renewed, must_change=account.must_change)
            subject = ("account", account.id)
            record(connection, desk.clock(), account.actor, "sign_in", subject)
    if refused:
        raise SignInRefusedError("wrong")
    return account, token


def _admit(connection: sa.Connection, account: Account, checked: Credentials, step: int) -> bool:
    """Say whether an account is still as it was checked, and use up its code."""
    found = find_account(connection, account_id=account.id, lock=True)
    if found is None or found[0].is_disabled:
        return False
    now = found[1]
    if (now.password_hash, now.totp_secret) != (checked.password_hash, checked.totp_secret):
        return False
    return not checked.totp_secret or use_code(connection, account.id, step)


def account_key_of(desk: Desk, name: str) -> str:
    """Return what failures to sign in under a name are counted by."""
    return desk.key_of("account", name.strip().lower())


def resume(desk: Desk, token: str) -> Account | None:
    """Return who is signed in by a session's token, None for nobody."""
    with desk.database.reading() as connection:
        account_id, is_due = account_of_session(connection, token, desk.now_s)
        found = find_account(connection, account_id=account_id) if account_id else None
    if found is None or found[0].is_disabled:
        return None
    if is_due:
        with suppress(BusyError), desk.database.writing() as connection:
            note_use(connection, token, desk.now_s)
    return found[0]


def sign_out(desk: Desk, account: Account, token: str) -> None:
    """End a session."""
    with desk.database.writing() as connection:
        end_session(connection, token)
        record(connection, desk.clock(), account.actor, "sign_out", ("account", account.id))


def _kept_name(name: str) -> str:
    try:
        return account_name(name)
    except UsageError:
        return ""
