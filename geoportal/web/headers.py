"""Security headers of every answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "geolocation=(self), camera=(), microphone=()"),
)
_YEAR_S: Final = 31_536_000


def add_headers(app: Flask) -> None:
    """Give every answer of an application its security headers."""
    app.after_request(harden)


def harden(response: Response) -> Response:
    """Set the headers that say what a browser may do with an answer.

    Nothing of an answer to a POST is stored, whoever made it: it may hold a home. Over TLS, the
    browser is told to come back over TLS only.
    """
    response.headers.extend(_ALWAYS)  # no route sets them itself
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    if request.method == "OPTIONS" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.NO_CONTENT  # Allow says it all
        del response.headers["Content-Type"]
    return response
