"""The calendar for professionals as a feed: a personal link, signed and revocable.

Programs of calendars read a feed without signing in; the token in the link is the authority. It
opens nothing but events.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from itsdangerous import BadData, URLSafeSerializer

from geoportal.desk.domain.account import Account
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.audit import record
from geoportal.desk.store.feeds import add_feed, holds, revoke_feeds, since_when

_SALT: Final = "geoportal-calendar-feed"


def give_feed(desk: Desk, account: Account) -> str:
    """Return the token of a new link of an account; its earlier one is revoked."""
    feed_id = secrets.token_hex(16)
    with desk.database.writing() as connection:
        revoke_feeds(connection, account.id, desk.now_at)
        add_feed(connection, feed_id, account.id, desk.now_at)
        record(connection, desk.clock(), account.actor, "feed.add", ("account", account.id))
    return str(_serializer(desk).dumps(feed_id))


def take_feed_back(desk: Desk, account: Account) -> None:
    """Revoke the link of an account: it gives nothing from now on."""
    with desk.database.writing() as connection:
        if revoke_feeds(connection, account.id, desk.now_at):
            subject = ("account", account.id)
            record(connection, desk.clock(), account.actor, "feed.revoke", subject)


def feed_since(desk: Desk, account: Account) -> str:
    """Return when the link of an account was made (ISO 8601), empty when it has none."""
    with desk.database.reading() as connection:
        return since_when(connection, account.id)


def is_feed(desk: Desk, token: str) -> bool:
    """Say whether a token is whole, its link not revoked and its account not disabled."""
    try:
        content = _serializer(desk).loads(token)
    except BadData:
        return False
    if not isinstance(content, str):
        return False
    with desk.database.reading() as connection:
        return holds(connection, content)


def _serializer(desk: Desk) -> URLSafeSerializer:
    options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(desk.secret_key, salt=_SALT, signer_kwargs=options)
