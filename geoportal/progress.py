"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with (label, done, total) while work goes on; a total of 0 is not known."""


def no_progress(_label: str, _done: int, _total: int) -> None:
    """Do nothing: the progress of those who do not ask."""
