"""The cookie of the staff side: signed, for this host only, never read or set on public pages."""

from __future__ import annotations

from typing import Final

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from geoportal.desk.web.desk_here import is_desk_path, is_layered_path
from geoportal.settings import Settings

COOKIE: Final = "__Host-desk"
PLAIN_COOKIE: Final = "desk-development"
"""Without TLS a browser takes no ``__Host-`` cookie."""


class DeskSessions(SecureCookieSessionInterface):
    """Sessions on the staff side, and on pages with a second layer when the cookie comes along.

    On every other path, and for everybody else, there is none. The cookie holds a random token,
    which is looked up among the sessions kept by the server, and the token of the forms. Without
    the key it cannot be made; what was signed out opens nothing.
    """

    def open_session(self, app: Flask, asked: Request) -> SecureCookieSession | None:
        """Return the session of a request."""
        if not has_session(app, asked):
            return SecureCookieSession()
        return super().open_session(app, asked)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie when the session has changed."""
        if has_session(app, request):
            super().save_session(app, session, response)


def has_session(app: Flask, asked: Request) -> bool:
    """Say whether a request may be of somebody who is signed in."""
    if is_desk_path(asked.path):
        return True
    return is_layered_path(asked.path) and app.config["SESSION_COOKIE_NAME"] in asked.cookies


def add_session_cookie(app: Flask, settings: Settings) -> None:
    """Give an application the sessions of the staff side."""
    plain = settings.desk_on_plain_http
    app.session_interface = DeskSessions()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=PLAIN_COOKIE if plain else COOKIE,
        SESSION_COOKIE_SECURE=not plain,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
