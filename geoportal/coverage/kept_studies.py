"""Studies computed last, as many as fit into so many bytes: a prefecture's has thousands of cells.

A page, its map and its figures are made from one study; the next visitor asks the same.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.coverage.population import Population
from geoportal.coverage.study import Study
from geoportal.index.facility_store import FacilityStore

MOST_BYTES: Final = 4 * 1024 * 1024
_SHARED: Final = (FacilityStore, Population)
"""Parts of a study that its dataset version holds anyway."""
_COORDINATE_BYTES: Final = 16


class KeptStudies:
    """The studies asked for last, by question: always the newest, others while there is room.

    Safe to use from many threads.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._studies: OrderedDict[Hashable, tuple[Study, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._studies)

    def get(self, key: Hashable) -> Study | None:
        """Return the study of a question, None where it is not kept."""
        with self._lock:
            found = self._studies.get(key)
            if found is None:
                return None
            self._studies.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, study: Study) -> None:
        """Keep a study, in place of those that were asked for longest ago."""
        size = bytes_of(study)
        with self._lock:
            self._studies[key] = (study, size)
            self._studies.move_to_end(key)
            total = sum(size for _, size in self._studies.values())
            while total > self._most_bytes and len(self._studies) > 1:
                _, (_, freed) = self._studies.popitem(last=False)
                total -= freed


def bytes_of(part: Any) -> int:
    """Return about how many bytes a study, or a part of one, holds that nothing else does."""
    return _bytes(part, set())


def _bytes(value: Any, counted: set[int]) -> int:
    if id(value) in counted or isinstance(value, _SHARED):
        return 0
    counted.add(id(value))
    match value:
        case np.ndarray():
            base = value.base if isinstance(value.base, np.ndarray) else value
            return 0 if base is not value and id(base) in counted else _array(base, counted)
        case BaseGeometry():
            return _COORDINATE_BYTES * int(shapely.count_coordinates(value))
        case Mapping():
            parts = [*value.keys(), *value.values()]
        case list() | tuple() | set() | frozenset():
            parts = [*value]
        case _ if is_dataclass(value):
            parts = [getattr(value, one.name) for one in fields(value)]
        case _:
            return sys.getsizeof(value)
    return sys.getsizeof(value) + sum(_bytes(part, counted) for part in parts)


def _array(base: np.ndarray[Any, Any], counted: set[int]) -> int:
    counted.add(id(base))
    return base.nbytes
