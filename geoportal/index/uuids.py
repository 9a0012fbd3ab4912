"""UUIDs of facilities (RFC 9562, version 5), and facilities by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

import numpy as np

NAMESPACE: Final = UUID("6f1d2c52-6a5e-5b0c-9d0e-3f6c1c7a84b1")
"""Of everything named here. It never changes: whoever keeps a UUID finds the same again."""
_UPPER_BITS: Final = 64


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
        upper = np.fromiter((_upper(uuid_of(one)) for one in ids), dtype=np.uint64)
        self._numbers = np.argsort(upper, kind="stable")
        self._upper = upper[self._numbers]

    def candidates(self, uuid: UUID) -> list[int]:
        """Return the numbers whose UUIDs begin with the same 64 bits."""
        wanted = np.uint64(_upper(uuid))
        first, last = (int(np.searchsorted(self._upper, wanted, side)) for side in _SIDES)
        return [int(number) for number in self._numbers[first:last]]


_SIDES: Final = ("left", "right")


def _upper(uuid: UUID) -> int:
    return uuid.int >> _UPPER_BITS
