"""What a password must be, and how long sign-ins last and may be tried."""

from __future__ import annotations

import unicodedata
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 128
_FEWEST_LETTERS: Final = 5
IDLE_S: Final = 60 * 60
"""A session ends after so many seconds without a request: a lunch break away from the screen."""
ABSOLUTE_S: Final = 12 * 60 * 60
"""A session ends so many seconds after the sign-in, whatever is done: a working day."""
WINDOW_S: Final = 15 * 60
"""Failed sign-ins are counted over so many seconds."""
MOST_OF_ACCOUNT: Final = 8
MOST_OF_ADDRESS: Final = 40
"""Failures in the window after which an account, or an address, is refused. A city office has one
address for all of its staff."""


def normalised(password: str) -> str:
    """Return a password as it is hashed: full-width letters of a Japanese keyboard as plain ones.

    NFKC, as recommended for passwords by NIST SP 800-63B, 5.1.1.2.
    """
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, name: str) -> str:
    """Return what is wrong with a new password: ``short``, ``long``, ``simple``, ``name`` or empty.

    Length is what counts (NIST SP 800-63B); no classes of characters are asked for.
    """
    text = normalised(password)
    if len(text) < SHORTEST:
        return "short"
    if len(text) > LONGEST:
        return "long"
    if len(set(text.casefold())) < _FEWEST_LETTERS:
        return "simple"
    return "name" if name and name in text.casefold() else ""
