"""Long lists that are held as bytes: of a hundred thousand values a few thousand are objects.

Objects take five to ten times the room of what they say, and a forked process that looks at one has
its page to itself from then on. Values that are gone through in order need neither.
"""

from __future__ import annotations

import pickle
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, Generic, Self, TypeVar, overload

BLOCK: Final = 500
"""Values that are packed together."""
_LOOSE: Final = 4_000
"""Values at the end that are still objects: a short list is never packed."""

_MOST_AGAIN: Final = 50
"""Blocks that are read once more before they are kept."""

Value = TypeVar("Value")


class Packed(Sequence[Value], Generic[Value]):
    """A list to which values are added at its end, and of which one can take another's place.

    Parameters
    ----------
    values : iterable
        What it holds at first.
    dump, load : callable
        A list of values as bytes, and back; by default anything that can be pickled.
    """

    def __init__(
        self,
        values: Iterable[Value] = (),
        dump: Callable[[list[Value]], bytes] = pickle.dumps,
        load: Callable[[bytes], list[Value]] = pickle.loads,
    ) -> None:
        self._dump, self._load = dump, load
        self._blocks: list[bytes] = []
        self._ends: list[int] = []
        self._loose: list[Value] = []
        self._others: dict[int, Value] = {}
        self._read: dict[int, list[Value]] = {}
        self._once: set[int] = set()
        self._again = 0
        self.extend(values)

    def __len__(self) -> int:
        return self._packed + len(self._loose)

    def __iter__(self) -> Iterator[Value]:
        return self._between(0, len(self))

    def __eq__(self, other: object) -> bool:
        """Compare with another sequence, value by value."""
        if not isinstance(other, Packed | list | tuple):
            return NotImplemented
        return len(self) == len(other) and all(map(lambda a, b: a == b, self, other))

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, place: int) -> Value: ...
    @overload
    def __getitem__(self, place: slice) -> list[Value]: ...
    def __getitem__(self, place: int | slice) -> Value | list[Value]:
        """Return a value, or a list of those of a slice."""
        if isinstance(place, slice):
            start, stop, step = place.indices(len(self))
            if step == 1:
                return list(self._between(start, stop))
            return [self[number] for number in range(start, stop, step)]
        number = range(len(self))[place]
        if number in self._others:
            return self._others[number]
        if number >= self._packed:
            return self._loose[number - self._packed]
        place = bisect_right(self._ends, number)
        return self._kept(place)[number - self._first(place)]

    def __setitem__(self, place: int, value: Value) -> None:
        self._others[range(len(self))[place]] = value

    def append(self, value: Value) -> None:
        """Add a value at the end."""
        self._loose.append(value)
        if len(self._loose) == _LOOSE:
            self._pack()

    def extend(self, values: Iterable[Value]) -> None:
        """Add values at the end."""
        coming = iter(values)
        while more := list(islice(coming, _LOOSE - len(self._loose))):
            self._loose += more
            if len(self._loose) == _LOOSE:
                self._pack()

    def add_block(self, octets: bytes, count: int) -> None:
        """Add values at the end that are packed already."""
        self._pack()
        self._add(octets, count)

    def pack(self) -> Self:
        """Pack what is still unpacked; a short list, too. Returned is the list itself."""
        self._pack()
        return self

    @property
    def octets(self) -> int:
        """How many bytes what is packed takes."""
        return sum(map(len, self._blocks))

    def clear(self) -> None:
        """Let go of everything."""
        self._blocks, self._ends, self._loose, self._others = [], [], [], {}
        self._read, self._once = {}, set()

    @property
    def _packed(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _pack(self) -> None:
        for start in range(0, len(self._loose), BLOCK):
            part = self._loose[start : start + BLOCK]
            self._add(self._dump(part), len(part))
        self._loose = []

    def _add(self, octets: bytes, count: int) -> None:
        if count:
            self._blocks.append(octets)
            self._ends.append(self._packed + count)

    def _first(self, place: int) -> int:
        """Return the number of the first value of a block."""
        return self._ends[place - 1] if place else 0

    def _kept(self, place: int) -> list[Value]:
        """Return the values of a block, kept until those of another are asked for.

        Who goes back and forth between blocks has them all: time is dearer then.
        """
        if place not in self._read:
            self._again += place in self._once
            self._once.add(place)
            if self._again < _MOST_AGAIN:
                self._read.clear()
            self._read[place] = self._load(self._blocks[place])
        return self._read[place]

    def _between(self, start: int, stop: int) -> Iterator[Value]:
        others = self._others
        while start < stop:
            place = bisect_right(self._ends, start)
            first = self._first(place)
            is_packed = place < len(self._blocks)
            block = self._load(self._blocks[place]) if is_packed else self._loose
            end = min(stop, first + len(block))
            for number, value in enumerate(block[start - first : end - first], start):
                yield others.get(number, value) if others else value
            start = end
