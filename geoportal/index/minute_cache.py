"""Values that hold for one minute: how facilities stand now, asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from geoportal.index.snapshot import Snapshot

Value = TypeVar("Value")
_Key = tuple[Snapshot, datetime]


class MinuteCache(Generic[Value]):
    """One value for each row of a snapshot, worked out when first asked for in a minute.

    Safe to use from many threads: two may work out the same value, none is shown that of another
    minute or snapshot.
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
        """Return the value of a row, which ``make`` works out if it is not there yet."""
        key = (snapshot, now.replace(second=0, microsecond=0))
        current = self._current
        if current[0] != key:
            self._current = current = (key, {})
        values = current[1]
        if row not in values:
            values[row] = make(snapshot, row, now)
        return values[row]
