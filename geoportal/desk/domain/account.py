"""Accounts of staff, the roles they have, and who acts in an audit trail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geoportal.errors import UsageError

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])")


class Role(StrEnum):
    """What an account may do.

    A coordinator belongs to one liaison centre, sees everything and writes for the wards of that
    centre. An administrator is of the city: accounts, settings, and every ward. An office has no
    account: it comes by a signed link, see `geoportal.desk.domain.office_link`.
    """

    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the audit trail names it.

    Attributes
    ----------
    kind : str
        ``"account"``, ``"office"`` (by a link) or ``"command"`` (on the server's command line).
    id : str
        Id of the account or of the link; empty for a command.
    centre_id : str
        The centre it acts for, empty for none.
    """

    kind: str
    id: str = ""
    centre_id: str = ""


COMMAND_LINE: Final = Actor("command")


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff who signs in.

    Attributes
    ----------
    id : str
        Random, never used again.
    name : str
        Typed to sign in; lower case ASCII.
    shown_name : str
        As colleagues see it.
    role : Role
    centre_id : str
        The coordinator's centre (`geoportal.domain.centre.Centre.id`), empty for administrators.
    must_change : bool
        The password was made by somebody else and opens nothing but the page to change it.
    has_second_factor : bool
        A one-time code is asked for besides the password.
    is_disabled : bool
    created_at : str
        ISO 8601, Japan time.
    """

    id: str
    name: str
    shown_name: str
    role: Role
    centre_id: str = ""
    must_change: bool = False
    has_second_factor: bool = False
    is_disabled: bool = False
    created_at: str = ""

    @property
    def actor(self) -> Actor:
        """The account as the audit trail names it."""
        return Actor("account", self.id, self.centre_id)

    @property
    def is_administrator(self) -> bool:
        """True for accounts of the city."""
        return self.role is Role.ADMINISTRATOR


def account_name(text: str) -> str:
    """Return a name to sign in by as it is kept: lower case.

    Raises
    ------
    UsageError
        When it is not 2 to 32 ASCII letters, digits, dots, hyphens and underscores. The text is
        not repeated: a password may have been typed in its place.
    """
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        message = "a name to sign in by has 2 to 32 of a-z, 0-9, '.', '-', '_', no sign at its ends"
        raise UsageError(message, "name")
    return name
