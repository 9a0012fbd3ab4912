"""Links for offices: signed, for one facility and one purpose, with an end, revocable."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from geoportal.desk.domain.account import Actor
from geoportal.desk.domain.office_link import LinkScope, OfficeLink
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.office_links import add_link, find_link, read_links
from geoportal.desk.store.office_links import revoke_link as set_revoked
from geoportal.errors import NotFoundError, UsageError

LONGEST_DAYS: Final = 400
_SALT: Final = "geoportal-office-link"
_DAY_S: Final = 86_400


class LinkRefusedError(NotFoundError):
    """A link opens nothing; ``reason`` is ``unknown``, ``expired`` or ``revoked``."""

    def __init__(self, reason: str) -> None:
        super().__init__("this link opens nothing (any more)")
        self.reason = reason


def issue_link(
    desk: Desk, actor: Actor, facility_id: str, scope: LinkScope, days: int
) -> OfficeLink:
    """Give out a link for a facility; the caller has checked that the actor writes for its ward.

    Raises
    ------
    UsageError
        When it would last no day, or longer than a year.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise UsageError(f"a link lasts 1 to {LONGEST_DAYS} days", "days")
    link = OfficeLink(
        id=secrets.token_hex(8),
        facility_id=facility_id,
        scope=scope,
        expires_s=desk.now_s + days * _DAY_S,
        created_at=desk.now_at,
        created_by=actor.id,
    )
    with desk.database.writing() as connection:
        add_link(connection, link)
        after = {"facility": facility_id, "scope": scope.value, "days": days}
        subject = ("office_link", link.id)
        record(connection, desk.clock(), actor, "office_link.add", subject, after=after)
    return link


def list_links(desk: Desk) -> list[OfficeLink]:
    """Return the links that have not expired, newest first."""
    with desk.database.reading() as connection:
        return read_links(connection, desk.now_s)


def link_of(desk: Desk, link_id: str) -> OfficeLink:
    """Return a link by its id.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    with desk.database.reading() as connection:
        link = find_link(connection, link_id)
    if link is None:
        raise NotFoundError("there is no such link")
    return link


def revoke_link(desk: Desk, actor: Actor, link_id: str) -> None:
    """Revoke a link: it opens nothing from now on."""
    with desk.database.writing() as connection:
        if set_revoked(connection, link_id, desk.now_at):
            subject = ("office_link", link_id)
            record(connection, desk.clock(), actor, "office_link.revoke", subject)


def token_of(desk: Desk, link: OfficeLink) -> str:
    """Return the signed token of a link: id, facility, scope and end."""
    return _serializer(desk).dumps(_content(link))


def opened_link(desk: Desk, token: str) -> OfficeLink:
    """Return the link of a token that is whole, in time and not revoked.

    Raises
    ------
    LinkRefusedError
    """
    try:
        content = _serializer(desk).loads(token)
    except BadData:
        raise LinkRefusedError("unknown") from None
    if not isinstance(content, list) or not content:
        raise LinkRefusedError("unknown")
    with desk.database.reading() as connection:
        link = find_link(connection, str(content[0]))
    if link is None or _content(link) != content:
        raise LinkRefusedError("unknown")
    if link.expires_s <= desk.now_s:
        raise LinkRefusedError("expired")
    if link.is_revoked:
        raise LinkRefusedError("revoked")
    return link


def _content(link: OfficeLink) -> list[object]:
    return [link.id, link.facility_id, link.scope.value, link.expires_s]


def _serializer(desk: Desk) -> URLSafeSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(desk.secret_key, salt=_SALT, signer_kwargs=options)
