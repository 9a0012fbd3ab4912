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
MOST: Final = 4_096
_NOT_KEPT: Final = object()


class KeptParts:
    """The parts made last. Thread-safe: two threads may make the same one.

    Parameters
    ----------
    most : int
        How much is kept at most.
    size : callable
        Returns how much a part is; each is one unless given.
    """

    def __init__(self, most: int = MOST, size: Callable[[Any], int] = lambda _part: 1) -> None:
        self._most, self._size = most, size
        self._parts: dict[Hashable, Any] = {}
        self._held = 0
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
            if key not in self._parts:
                self._held += self._size(made)
            self._parts[key] = made
            while self._held > self._most:
                oldest = next(iter(self._parts))
                self._held -= self._size(self._parts.pop(oldest))
        return made

    def items(self) -> list[tuple[Hashable, Any]]:
        """Return what is kept, by key."""
        with self._lock:
            return list(self._parts.items())
