"""Parts of answers that depend on codes alone, kept for as long as a snapshot is used.

Much of an answer is the same for every home of a municipality: which sources are held there, who
answers for it, what needs and kinds have to do with each other. Such parts are kept here, and
nowhere else, by the codes of needs, kinds and districts, and by days.
A point, an address or free text is never part of a key, and no kept value is made from one
(``geoportal/decisions/147-parts-of-answers-kept-by-codes.md``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

Part = TypeVar("Part")
_NOT_KEPT: Final = object()
MOST: Final = 2_048
"""A facility as it stands in a list is 3 KB of HTML: all of a city's, or 6 MB of a nation's."""


def _one(_part: Any) -> int:
    return 1


class KeptParts:
    """The parts made last, and the newest always. Thread-safe: two threads may make the same one.

    Parameters
    ----------
    most : int
        The most they may weigh together.
    weight : callable
        Returns what a part weighs: one, or its bytes.
    """

    def __init__(self, most: int = MOST, weight: Callable[[Any], int] = _one) -> None:
        self._most, self._weight, self._total = most, weight, 0
        self._parts: dict[Hashable, Any] = {}
        self._lock = threading.Lock()

    def part(self, key: Hashable, make: Callable[[], Part]) -> Part:
        """Return the part of a key, made where it is not kept.

        ``key`` begins with the name of the part; the rest are codes and days.
        """
        found: Part = self._parts.get(key, _NOT_KEPT)
        if found is not _NOT_KEPT:
            return found
        made = make()
        with self._lock:
            if key in self._parts:
                self._total -= self._weight(self._parts.pop(key))
            self._parts[key] = made
            self._total += self._weight(made)
            while self._total > self._most and len(self._parts) > 1:
                self._total -= self._weight(self._parts.pop(next(iter(self._parts))))
        return made

    def items(self) -> list[tuple[Hashable, Any]]:
        """Return what is kept, by key."""
        with self._lock:
            return list(self._parts.items())
