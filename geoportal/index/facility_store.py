"""Facilities as stored in a compiled snapshot: decoded one at a time, when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar, overload
from uuid import UUID
from zlib import crc32

import numpy as np
import orjson
from numpy.typing import NDArray

from geoportal.domain.facility import Facility
from geoportal.index.uuids import UuidIndex, uuid_of
from geoportal.mapped.archive import StaleArchiveError
from geoportal.mapped.hash_table import HashTable
from geoportal.store.documents import dump, load_facility

KEPT = 1024
"""Facilities, and their selected claims, that are kept decoded: some 4 KB each."""

Value = TypeVar("Value")


class KeptRows(Sequence[Value], Generic[Value]):
    """Values of some rows, made when they are asked for; the last `KEPT` are kept."""

    def __init__(self, size: int, make: Callable[[int], Value]) -> None:
        self._size = size
        self._kept = lru_cache(KEPT)(make)

    def first(self, size: int) -> KeptRows[Value]:
        """Return the first rows alone."""
        rows = copy(self)
        rows._size = size
        return rows

    def changed(self, values: Mapping[int, Value]) -> KeptRows[Value]:
        """Return rows of which some have other values."""
        below = self._kept
        return KeptRows(self._size, lambda row: values[row] if row in values else below(row))

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> list[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | list[Value]:
        """Return the value of a row, or those of a slice."""
        if isinstance(index, slice):
            return [self._kept(row) for row in range(*index.indices(self._size))]
        row = int(index) + (self._size if index < 0 else 0)
        if not 0 <= row < self._size:
            raise IndexError("no such row")
        return self._kept(row)

    def __iter__(self) -> Iterator[Value]:
        return map(self._kept, range(self._size))


class FacilityStore(Mapping[str, Facility]):
    """All facilities by id, closed ones too; those that are open have the first numbers.

    Parameters
    ----------
    arrays : mapping of str to memoryview
        ``record`` (JSON of one facility after the other), ``record.ends`` (where each ends),
        ``record.sums`` (CRC-32 of each), ``record.ids`` and ``record.ids.ends`` (their ids), and
        the hash tables ``id`` and ``number`` from ids and official numbers to facilities.

    Attributes
    ----------
    id_of : callable
        Returns the id of the facility with a number; the last are kept.
    """

    def __init__(self, arrays: Mapping[str, memoryview]) -> None:
        self._text = arrays["record"]
        self._ends: NDArray[Any] = np.asarray(arrays["record.ends"])
        self._sums: NDArray[Any] = np.asarray(arrays["record.sums"])
        self._id_text, self._id_ends = arrays["record.ids"], arrays["record.ids.ends"]
        self._ids = HashTable(arrays, "id")
        self._official = HashTable(arrays, "number")
        self.id_of = lru_cache(KEPT)(self._read_id)
        self.numbered = KeptRows[Facility](int(self._ends.size), self._read)
        self._changed: frozenset[int] = frozenset()

    def changed(self, facilities: Mapping[int, Facility]) -> FacilityStore:
        """Return a store in which the facilities of some numbers are others."""
        store = copy(self)
        store.numbered = self.numbered.changed(facilities)
        store._changed = self._changed | facilities.keys()
        return store

    def document(self, number: int) -> dict[str, Any]:
        """Return what is stored of a facility, as `geoportal.store.documents.dump` writes it.

        A tenth of the work of decoding it, where a few values of thousands are wanted.
        """
        text = dump(self.numbered[number]) if number in self._changed else self._text_of(number)
        document: dict[str, Any] = orjson.loads(text)
        return document

    def may_have_evidence(
        self, numbers: NDArray[np.int64], classes: Collection[str]
    ) -> NDArray[np.bool_]:
        """Say of which facilities a claim may have one of some classes of evidence.

        Of the others none has: their records, which are not decoded, do not name it.
        """
        words = [orjson.dumps(name) for name in classes]
        return np.array([self._may_name(number, words) for number in numbers.tolist()], dtype=bool)

    def _may_name(self, number: int, words: Sequence[bytes]) -> bool:
        if number in self._changed:
            return True
        text = self._text_of(number)
        return any(word in text for word in words)

    def __len__(self) -> int:
        return len(self.numbered)

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids())

    def ids(self) -> list[str]:
        """Return the id of each number."""
        return [self._read_id(number) for number in range(len(self))]

    def _read_id(self, number: int) -> str:
        start = self._id_ends[number - 1] if number else 0
        return bytes(self._id_text[start : self._id_ends[number]]).decode()

    def __contains__(self, facility_id: object) -> bool:
        return isinstance(facility_id, str) and self.number(facility_id) is not None

    def __getitem__(self, facility_id: str) -> Facility:
        number = self.number(facility_id)
        if number is None:
            raise KeyError(facility_id)
        return self.numbered[number]

    def number(self, facility_id: str) -> int | None:
        """Return the number of a facility, None when there is none of this id."""
        return next(iter(self._ids.get(facility_id)), None)

    def with_official_number(self, number: str) -> list[int]:
        """Return the numbers of the facilities that carry an official number, ascending."""
        return self._official.get(number)

    def with_uuid(self, uuid: UUID) -> str | None:
        """Return the id of the facility with a UUID, None when there is none."""
        found = map(self.id_of, self._uuids.candidates(uuid))
        return next((one for one in found if uuid_of(one) == uuid), None)

    @cached_property
    def _uuids(self) -> UuidIndex:
        return UuidIndex(self.ids())

    def _read(self, number: int) -> Facility:
        return load_facility(self._text_of(number))

    def _text_of(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) if number else 0
        text = bytes(self._text[start : int(self._ends[number])])
        if crc32(text) != self._sums[number]:
            raise StaleArchiveError("a facility in the compiled snapshot is damaged")
        return text


class RowNumbers(Mapping[str, int]):
    """Rows of the open facilities by id; rows ``without`` are of those closed since."""

    def __init__(
        self, store: FacilityStore, size: int, without: Collection[int] = frozenset()
    ) -> None:
        self._store, self._size, self._without = store, size, without

    def __len__(self) -> int:
        return self._size - len(self._without)

    def __iter__(self) -> Iterator[str]:
        ids = enumerate(self._store.ids()[: self._size])
        return (key for row, key in ids if row not in self._without)

    def __getitem__(self, facility_id: str) -> int:
        number = self._store.number(facility_id)
        if number is None or number >= self._size or number in self._without:
            raise KeyError(facility_id)
        return number
