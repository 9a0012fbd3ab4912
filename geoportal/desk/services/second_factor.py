"""One-time codes (RFC 6238) besides the password."""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import quote

import pyotp

_STEP_S: Final = 30
_ISSUER: Final = "geoportal"
_SECRET_LENGTH: Final = 32
"""Base32 letters: 160 bits, as RFC 4226 recommends."""


def new_secret() -> str:
    """Return a new secret in Base32."""
    return pyotp.random_base32(_SECRET_LENGTH)


def is_secret(text: str) -> bool:
    """Say whether a text is a secret as `new_secret` makes them."""
    return len(text) == _SECRET_LENGTH and set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def step_of(secret: str, code: str, now_s: int) -> int | None:
    """Return the number of the 30 seconds a code belongs to, None when it belongs to none.

    Those before and after the present ones count, as clocks of phones differ.
    """
    given = "".join(code.split())
    one_time = pyotp.TOTP(secret)
    for step in (now_s // _STEP_S + offset for offset in (0, -1, 1)):
        if hmac.compare_digest(one_time.at(step * _STEP_S).encode(), given.encode()):
            return step
    return None


def address_of(secret: str, name: str) -> str:
    """Return what an authenticator reads from a QR code."""
    label = quote(f"{_ISSUER}:{name}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={_ISSUER}"
