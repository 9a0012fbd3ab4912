"""Hashes of passwords, and passwords made for others."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geoportal.desk.domain.password import LONGEST, normalised

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when they are read out."""


def made_password() -> str:
    """Return a password nobody has seen, to be typed once: 16 letters in four groups, 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def hash_of(hasher: PasswordHasher, password: str) -> str:
    """Return the hash of a password, as it is kept."""
    return hasher.hash(normalised(password))


def is_right(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    """Say whether a password is the one of a hash; an empty hash takes as long and fits none."""
    if len(password) > LONGEST:
        return False
    try:
        return hasher.verify(password_hash or _nobody(hasher), normalised(password)) and bool(
            password_hash
        )
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_hex())
