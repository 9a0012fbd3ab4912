"""Rounds of one test, of which only the first run every time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


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
