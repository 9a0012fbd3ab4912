"""Per-minute cache of values by row of a snapshot, such as whether a facility is open now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from geoportal.index.snapshot import Snapshot

Value = TypeVar("Value")
_Key = tuple[Snapshot, datetime]


class MinuteCache(Generic[Value]):
    """One value per row of a snapshot, computed when first asked for in a minute.

    Thread-safe: two threads may compute the same value, none is given that of another minute or
    snapshot.
    """

    def __init__(self) -> None:
        self._current: tuple[_Key | None, dict[int, Value]] = (None, {})

    def value(
        self,
        snapshot: Snapshot,
        row: int,
        now: datetime,
        make: Callable[[Snapshot, int, datetime], Value],
    ) -> Value:
        """Return the value of a row, computed by ``make`` unless it is cached."""
        key = (snapshot, now.replace(second=0, microsecond=0))
        current = self._current
        if current[0] != key:
            self._current = current = (key, {})
        values = current[1]
        if row not in values:
            values[row] = make(snapshot, row, now)
        return values[row]
