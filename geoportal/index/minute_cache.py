"""Per-minute cache of values by a number in a snapshot, such as what hours mean now."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from geoportal.index.snapshot import Snapshot

Value = TypeVar("Value")
_Key = tuple[Snapshot, datetime]


class MinuteCache(Generic[Value]):
    """One value per number of a snapshot and minute.

    Thread-safe: two threads may compute the same value, none is given that of another minute or
    snapshot.
    """

    def __init__(self) -> None:
        self._current: tuple[_Key | None, dict[int, Value]] = (None, {})

    def at(self, snapshot: Snapshot, now: datetime) -> dict[int, Value]:
        """Return the values of a minute known so far, by number; the caller adds to them."""
        minute = now.replace(second=0, microsecond=0)
        key, values = self._current
        if key is None or key[0] is not snapshot or key[1] != minute:
            values = {}
            self._current = ((snapshot, minute), values)
        return values
