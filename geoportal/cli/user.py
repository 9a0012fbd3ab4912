"""``geoportal user``: accounts of staff, made and ended on the server's command line."""

from __future__ import annotations

import sys
from typing import Any

import click

from geoportal.cli.console import Console, command
from geoportal.desk.domain.account import COMMAND_LINE, Account, Role
from geoportal.desk.services.accounts import (
    disable_account,
    list_accounts,
    make_account,
    reset_account,
)
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.database import has_desk, open_desk
from geoportal.domain.centre import Centre
from geoportal.errors import UsageError
from geoportal.store.centres import read_centres
from geoportal.store.database import Database

_ONCE = "このパスワードは二度と表示されません。最初のサインインで変えてもらいます"
password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from stdin instead of making one."
)


@click.group()
def user() -> None:
    """Accounts of staff: add, list, disable, reset."""


@user.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default="coordinator",
    show_default=True,
)  # fmt: skip
@click.option("--centre", default="", metavar="ID", help="The coordinator's centre.")
@click.option("--shown-name", default="", metavar="TEXT", help="As colleagues see it.")
@password_option
@command
def add(
    console: Console, name: str, role: str, centre: str, shown_name: str, password_stdin: bool
) -> None:
    """Make an account; its password is printed once, and changed at the first sign-in."""
    wanted = Account("", name, shown_name, Role(role), centre)
    given = _given(password_stdin)
    centres = [one.id for one in _centres(console.database())]
    desk = _desk(console, create=True)
    _print_made(console, *make_account(desk, COMMAND_LINE, wanted, centres, given), given)


@user.command("list")
@command
def list_(console: Console) -> None:
    """List the accounts."""
    known = has_desk(console.settings.database)
    accounts = list_accounts(_desk(console)) if known else []
    documents = [_document(account) for account in accounts]
    lines = (
        f"{one['name']}\t{one['role']}\t{one['centre']}\t{'停止中' if one['disabled'] else ''}"
        for one in documents
    )
    console.print({"accounts": documents}, lambda: lines)


@user.command()
@click.argument("name")
@command
def disable(console: Console, name: str) -> None:
    """Disable an account and end its sessions."""
    account = disable_account(_desk(console), COMMAND_LINE, name)
    console.print({"name": account.name}, lambda: iter([f"{account.name} を止めました"]))


@user.command()
@click.argument("name")
@password_option
@command
def reset(console: Console, name: str, password_stdin: bool) -> None:
    """Give an account a new password, no second factor, and enable it again."""
    given = _given(password_stdin)
    account, password = reset_account(_desk(console), COMMAND_LINE, name, given)
    _print_made(console, account, password, given)


def make_sample_staff(console: Console, database: Database) -> list[dict[str, Any]]:
    """Make an administrator and a coordinator of each centre of the sample city, once."""
    desk = _desk(console, create=True)
    if list_accounts(desk):
        console.tell("アカウントはもうあります。作りませんでした")
        return []
    centres = _centres(database)
    wanted = [Account("", "sample.city", "見本 市の担当", Role.ADMINISTRATOR)] + [
        Account("", f"sample.{number}", f"見本 {centre.name}", Role.COORDINATOR, centre.id)
        for number, centre in enumerate(centres, 1)
    ]
    ids = [centre.id for centre in centres]
    made = [make_account(desk, COMMAND_LINE, account, ids) for account in wanted]
    console.tell(_ONCE)
    return [_document(account) | {"password": password} for account, password in made]


def _centres(database: Database) -> list[Centre]:
    with database.engine.connect() as connection:
        return [one for one in read_centres(connection) if one.kind == "liaison_centre"]


def _desk(console: Console, *, create: bool = False) -> Desk:
    settings = console.settings
    return Desk(open_desk(settings.database, create=create), settings.secret_key)


def _given(from_stdin: bool) -> str:
    """Return the password on stdin, empty when none is asked for.

    Raises
    ------
    UsageError
        When there is none on stdin.
    """
    if not from_stdin:
        return ""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise UsageError("--password-stdin: there is no password on stdin", "password")
    return password


def _print_made(console: Console, account: Account, password: str, given: str) -> None:
    made: dict[str, Any] = _document(account) | ({} if given else {"password": password})
    if not given:
        console.tell(_ONCE)
    console.print(made, lambda: iter([account.name if given else f"{account.name}\t{password}"]))


def _document(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "shown_name": account.shown_name,
        "role": account.role.value,
        "centre": account.centre_id,
        "disabled": account.is_disabled,
        "second_factor": account.has_second_factor,
        "created_at": account.created_at,
    }
