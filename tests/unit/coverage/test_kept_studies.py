"""Studies are kept by bytes: the newest always, others while there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from geoportal.coverage.kept_studies import KeptStudies, bytes_of
from geoportal.coverage.study import Study

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Part:
    """A part of a study that holds arrays."""

    one: np.ndarray[Any, Any]
    other: np.ndarray[Any, Any]


def study(size: int) -> Study:
    return cast("Study", Part(np.zeros(size, np.uint8), np.zeros(0)))


def test_arrays_are_counted_once_however_often_they_are_named():
    numbers = np.zeros(MEGABYTE, np.uint8)
    whole = cast("Study", (Part(numbers, numbers), {"again": numbers[10:], "shared": [numbers]}))
    assert MEGABYTE < bytes_of(whole) < MEGABYTE + 5_000
    copied = cast("Study", Part(numbers, numbers.copy()))
    assert 2 * MEGABYTE < bytes_of(copied) < 2 * MEGABYTE + 5_000


def test_what_was_asked_for_longest_ago_makes_room():
    kept = KeptStudies(most_bytes=3 * MEGABYTE + 50_000)
    for name in "abc":
        kept.put(name, study(MEGABYTE))
    assert kept.get("a") is not None
    kept.put("d", study(MEGABYTE))
    assert [kept.get(name) is not None for name in "abcd"] == [True, False, True, True]


def test_the_newest_is_kept_even_when_it_is_larger_than_all_the_room():
    kept = KeptStudies(most_bytes=MEGABYTE)
    kept.put("small", study(1000))
    large = study(5 * MEGABYTE)
    kept.put("large", large)
    assert kept.get("large") is large
    assert len(kept) == 1
    kept.put("small", study(1000))
    assert kept.get("large") is None
