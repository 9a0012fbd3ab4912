"""UUIDs of facilities (RFC 9562, version 5), and facilities by them."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha1
from typing import Final
from uuid import UUID, uuid5

import numpy as np

NAMESPACE: Final = UUID("6f1d2c52-6a5e-5b0c-9d0e-3f6c1c7a84b1")
"""Of everything named here. It never changes: whoever keeps a UUID finds the same again."""
_FIRST: Final = 6
"""Bytes of a UUID before its version: as they are in the hash."""
_SIDES: Final = ("left", "right")


def uuid_of(facility_id: str) -> UUID:
    """Return the UUID of a facility."""
    return uuid5(NAMESPACE, facility_id)


class UuidIndex:
    """Facility numbers by UUID; 16 bytes for each facility.

    Parameters
    ----------
    ids : iterable of str
        The id of each number.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        begun = sha1(NAMESPACE.bytes, usedforsecurity=False)

        def first(facility_id: str) -> int:
            hashed = begun.copy()
            hashed.update(facility_id.encode())
            return int.from_bytes(hashed.digest()[:_FIRST])

        beginnings = np.fromiter(map(first, ids), dtype=np.int64)
        self._numbers = np.argsort(beginnings, kind="stable")
        self._beginnings = beginnings[self._numbers]

    def candidates(self, uuid: UUID) -> list[int]:
        """Return the numbers whose UUIDs begin with the same 48 bits."""
        wanted = int.from_bytes(uuid.bytes[:_FIRST])
        first, last = (int(np.searchsorted(self._beginnings, wanted, side)) for side in _SIDES)
        return [int(number) for number in self._numbers[first:last]]
