"""Rounds of one test, of which only the first run every time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def first_always(rounds: Iterable[Any], count: int = 1) -> list[Any]:
    """Return parameters of which all but the first few run with ``make long`` only."""
    return [
        one if place < count else pytest.param(one, marks=pytest.mark.long)
        for place, one in enumerate(rounds)
    ]
