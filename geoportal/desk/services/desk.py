"""The staff side as its use cases need it: database, moment, keys."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher

from geoportal.desk.services.knowledge import KnownLedger
from geoportal.desk.store.database import DeskDatabase
from geoportal.services.portal import now_in_japan


@dataclass(frozen=True)
class Desk:
    """What every use case of the staff side works on.

    Attributes
    ----------
    database : DeskDatabase
    secret_key : str
        What links are signed with and names are hidden by; empty on the command line, where
        neither is done.
    clock : callable
        Returns the present moment in Japan time.
    hasher : argon2.PasswordHasher
        Argon2id with the second recommended parameters of RFC 9106 (64 MiB, 3 passes).
    ledger : KnownLedger
        The ledger as this process holds it.
    """

    database: DeskDatabase
    secret_key: str = field(default="", repr=False)
    clock: Callable[[], datetime] = now_in_japan
    hasher: PasswordHasher = field(default_factory=PasswordHasher, repr=False)
    ledger: KnownLedger = field(default_factory=KnownLedger, repr=False, compare=False)

    @property
    def now_s(self) -> int:
        """The present moment in seconds since 1970."""
        return int(self.clock().timestamp())

    @property
    def now_at(self) -> str:
        """The present moment in ISO 8601, to the second."""
        return self.clock().isoformat(timespec="seconds")

    def key_of(self, purpose: str, text: str) -> str:
        """Return what stands for a text where the text itself is not to be kept (HMAC-SHA-256)."""
        message = f"{purpose}\n{text}".encode()
        return hmac.new(self.secret_key.encode(), message, hashlib.sha256).hexdigest()
