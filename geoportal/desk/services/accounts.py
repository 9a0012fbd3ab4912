"""Making, disabling and resetting accounts; an account's own password and second factor."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from geoportal.desk.domain.account import COMMAND_LINE, Account, Actor, Role, account_name
from geoportal.desk.domain.password import fault_of
from geoportal.desk.services.desk import Desk
from geoportal.desk.services.passwords import hash_of, is_right, made_password
from geoportal.desk.services.second_factor import is_secret, step_of
from geoportal.desk.services.sign_in import account_key_of
from geoportal.desk.store.accounts import (
    Credentials,
    add_account,
    find_account,
    read_accounts,
    set_disabled,
    set_password_hash,
    set_second_factor,
)
from geoportal.desk.store.attempts import forget_account, forgive, take_attempt
from geoportal.desk.store.audit import record
from geoportal.desk.store.sessions import end_sessions
from geoportal.errors import NotFoundError, UsageError

_LONGEST_NAME: Final = 60
_FAULTS: Final = {
    "short": "a password has at least 12 characters",
    "long": "a password has at most 128 characters",
    "simple": "a password has at least 5 different characters",
    "name": "a password does not contain the name",
    "same": "this is the present password",
    "too_many": "wrong too often of late; try again in a quarter of an hour",
}


class PasswordRefusedError(UsageError):
    """A new password is not good enough, or the present one is wrong.

    ``reason`` is one of `fault_of`, ``same``, ``wrong`` or ``too_many``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(_FAULTS.get(reason, "the present password or code is wrong"), "password")
        self.reason = reason


def list_accounts(desk: Desk) -> list[Account]:
    """Return all accounts, by name."""
    with desk.database.reading() as connection:
        return read_accounts(connection)


def make_account(
    desk: Desk,
    actor: Actor,
    wanted: Account,
    centres: Collection[str],
    password: str = "",
) -> tuple[Account, str]:
    """Make an account; return it with its password, which is shown once and kept nowhere.

    Of ``wanted`` name, shown name, role and centre are taken; ``centres`` are the ids of the
    centres held. Without a password one is made; either has to be changed at the first sign-in.

    Raises
    ------
    UsageError
        When the name is taken or no name, or a coordinator has no centre that is held.
    """
    name = account_name(wanted.name)
    shown = " ".join(wanted.shown_name.split())[:_LONGEST_NAME] or name
    needs_centre = wanted.role is Role.COORDINATOR
    if needs_centre and wanted.centre_id not in centres:
        known = ", ".join(sorted(centres)) or "none is held; import centres first"
        raise UsageError(f"a coordinator needs one of the centres: {known}", "centre")
    password = _accepted(password, name) if password else made_password()
    account = Account(
        id=secrets.token_hex(6),
        name=name,
        shown_name=shown,
        role=wanted.role,
        centre_id=wanted.centre_id if needs_centre else "",
        must_change=True,
        created_at=desk.now_at,
    )
    try:
        with desk.database.writing() as connection:
            add_account(connection, account, hash_of(desk.hasher, password))
            after = {"name": name, "role": account.role.value, "centre": account.centre_id}
            subject = ("account", account.id)
            record(connection, desk.clock(), actor, "account.add", subject, after=after)
    except sa.exc.IntegrityError:
        raise UsageError("there is an account of this name already", "name") from None
    return account, password


def disable_account(desk: Desk, actor: Actor, name: str) -> Account:
    """Disable an account and end its sessions.

    Raises
    ------
    NotFoundError
        When there is none of this name.
    UsageError
        When it is the last administrator, unless the command line says so.
    """
    with desk.database.writing() as connection:
        account, _ = _named(connection, name)
        others = (
            other.is_administrator and not other.is_disabled and other.id != account.id
            for other in read_accounts(connection)
        )
        if account.is_administrator and actor != COMMAND_LINE and not any(others):
            raise UsageError("the last administrator cannot be disabled here", "last")
        set_disabled(connection, account.id, desk.now_at)
        end_sessions(connection, account.id)
        record(connection, desk.clock(), actor, "account.disable", ("account", account.id))
    return account


def reset_account(desk: Desk, actor: Actor, name: str, password: str = "") -> tuple[Account, str]:
    """Give an account a new password, take its second factor away, enable it, end its sessions.

    Raises
    ------
    NotFoundError
        When there is none of this name.
    """
    password = _accepted(password, name.strip().lower()) if password else made_password()
    password_hash = hash_of(desk.hasher, password)
    with desk.database.writing() as connection:
        account, _ = _named(connection, name)
        set_password_hash(connection, account.id, password_hash, must_change=True)
        set_second_factor(connection, account.id, "", 0)
        set_disabled(connection, account.id, "")
        end_sessions(connection, account.id)
        forget_account(connection, account_key_of(desk, account.name))
        record(connection, desk.clock(), actor, "account.reset", ("account", account.id))
    return account, password


def change_password(desk: Desk, account: Account, present: str, wanted: str) -> None:
    """Change an account's own password; every session of it ends, this one too.

    Raises
    ------
    PasswordRefusedError
        When the present password is wrong, or the wanted one not good enough.
    """
    checked = _checked(desk, account, present)
    password_hash = hash_of(desk.hasher, _accepted(wanted, account.name))
    if is_right(desk.hasher, checked.password_hash, wanted):
        raise PasswordRefusedError("same")
    with desk.database.writing() as connection:
        _require_unchanged(connection, account, checked)
        set_password_hash(connection, account.id, password_hash, must_change=False)
        end_sessions(connection, account.id)
        subject = ("account", account.id)
        record(connection, desk.clock(), account.actor, "account.password", subject)


def turn_second_factor_on(
    desk: Desk, account: Account, present: str, secret: str, code: str
) -> None:
    """Ask for one-time codes from now on; every session of the account ends.

    Raises
    ------
    PasswordRefusedError
        When the present password or the code of the new secret is wrong.
    """
    checked = _checked(desk, account, present)
    step = step_of(secret, code, desk.now_s) if is_secret(secret) else None
    if step is None:
        raise PasswordRefusedError("wrong")
    _set_second_factor(desk, account, checked, secret, step)


def turn_second_factor_off(desk: Desk, account: Account, present: str) -> None:
    """Ask for no one-time codes any more; every session of the account ends.

    Raises
    ------
    PasswordRefusedError
        When the present password is wrong.
    """
    _set_second_factor(desk, account, _checked(desk, account, present), "", 0)


def _set_second_factor(
    desk: Desk, account: Account, checked: Credentials, secret: str, step: int
) -> None:
    action = "account.second_factor_on" if secret else "account.second_factor_off"
    with desk.database.writing() as connection:
        _require_unchanged(connection, account, checked)
        set_second_factor(connection, account.id, secret, step)
        end_sessions(connection, account.id)
        record(connection, desk.clock(), account.actor, action, ("account", account.id))


def _checked(desk: Desk, account: Account, present: str) -> Credentials:
    """Return what an account is checked by, when its present password is right.

    Failures are counted as those to sign in are: whoever finds a screen open gets a few guesses.
    """
    key = desk.key_of("own", account.id)
    with desk.database.writing() as connection:
        attempt = take_attempt(connection, key, key, desk.now_s)
        found = find_account(connection, account_id=account.id)
    if attempt is None or found is None:
        raise PasswordRefusedError("too_many")
    if not is_right(desk.hasher, found[1].password_hash, present):
        raise PasswordRefusedError("wrong")
    with desk.database.writing() as connection:
        forgive(connection, attempt, key)
    return found[1]


def _require_unchanged(connection: sa.Connection, account: Account, checked: Credentials) -> None:
    found = find_account(connection, account_id=account.id, lock=True)
    if found is None or found[0].is_disabled or found[1].password_hash != checked.password_hash:
        raise PasswordRefusedError("wrong")


def _named(connection: sa.Connection, name: str) -> tuple[Account, Credentials]:
    found = find_account(connection, name=name.strip().lower(), lock=True)
    if found is None:
        raise NotFoundError("there is no account of this name; geoportal user list shows them")
    return found


def _accepted(password: str, name: str) -> str:
    fault = fault_of(password, name)
    if fault:
        raise PasswordRefusedError(fault)
    return password
