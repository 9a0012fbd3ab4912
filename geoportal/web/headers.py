"""Security headers of every answer."""

from __future__ import annotations

from typing import Final

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
_TLS_ONLY: Final = ("Strict-Transport-Security", "max-age=31536000")
_NOT_STORED: Final = ("Cache-Control", "no-store")
Headers = list[tuple[str, str]]


def hardened(headers: Headers, method: str, scheme: str) -> Headers:
    """Return the headers of an answer with those that say what a browser may do with it.

    Nothing of an answer to a POST is stored, whoever made it: it may hold a home. Over TLS, the
    browser is told to come back over TLS only.
    """
    if method == "POST":
        headers = [one for one in headers if one[0].lower() != "cache-control"]
        headers.append(_NOT_STORED)
    if scheme == "https":
        headers = [*headers, _TLS_ONLY]
    return [*headers, *_ALWAYS]  # no route sets them itself
