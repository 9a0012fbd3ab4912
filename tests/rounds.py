"""Rounds and random examples of one test, of which only a part runs every time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

IS_LONG = bool(os.environ.get("GEOPORTAL_TEST_LONG"))
"""Whether everything is asked for: ``make long``."""
_LEAST = 10


def first_always(rounds: Iterable[Any], count: int = 1) -> list[Any]:
    """Return parameters of which all but the first few run with ``make long`` only.

    A tuple has the values of several arguments.
    """
    return [
        pytest.param(
            *(one if isinstance(one, tuple) else (one,)),
            marks=[] if place < count else pytest.mark.long,
        )
        for place, one in enumerate(rounds)
    ]


def examples(number: int) -> int:
    """Return how many random examples a property meets: with ``make long`` all, else a quarter."""
    return number if IS_LONG else max(_LEAST, number // 4)
