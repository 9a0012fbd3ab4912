"""Memory of a worker: what an answer needed goes back to the system when it is sent.

The C library (glibc) keeps what is freed for what is asked for next: a worker that has once drawn
a country's list would hold the most it ever needed, for months. Elsewhere nothing is done.
"""

from __future__ import annotations

import asyncio
import ctypes
import mmap
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_ARENAS, _MAPPED_FROM, _TRIM_FROM = -8, -3, -1
"""Parameters of ``mallopt``: M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD."""
LARGE_BYTES: Final = 1024 * 1024
"""An array of this size or more is a mapping of its own, which ends with it."""
_FOR_READING: Final = b" r--s "
"""In a line of ``/proc/self/maps``: shared with the file and never written to."""
_LEFT_BYTES: Final = 8 * LARGE_BYTES
"""So much may be free at the end of the heap before it shrinks: `HandBack` empties it later."""
HANDED_BACK_AFTER_S: Final = 2.0
"""After a request, once for all that come until then: who asks on finds memory at hand."""


def _of_c_library(name: str) -> Any:
    """Return a function of glibc, None on other systems."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), name, None)


def keep_little() -> None:
    """Let the C library keep little of what is freed; before there are threads."""
    set_option = _of_c_library("mallopt")
    if set_option is not None:
        set_option(_ARENAS, 1)  # Python's lock lets one thread at a time ask for memory
        set_option(_MAPPED_FROM, LARGE_BYTES)
        set_option(_TRIM_FROM, _LEFT_BYTES)


def trim() -> None:
    """Hand back what is free, and pages of mapped files: they count where nobody else has them."""
    hand_back = _of_c_library("malloc_trim")
    if hand_back is not None:
        hand_back(0)
        _let_go_of_files()


def _let_go_of_files() -> None:
    """Let go of the pages of files that are mapped to be read; reading them maps them again."""
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for line in Path("/proc/self/maps").read_bytes().splitlines():
        if _FOR_READING in line:
            first, last = (int(place, 16) for place in line.split(b" ", 1)[0].split(b"-"))
            advise(first, last - first, mmap.MADV_DONTNEED)


def private_bytes() -> int:
    """Return the memory that this process shares with no other; 0 where nothing tells."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


class HandBack:
    """Hands freed memory back some time after requests; belongs to the event loop."""

    def __init__(
        self, after_s: float = HANDED_BACK_AFTER_S, hand_back: Callable[[], None] = trim
    ) -> None:
        self._after_s = after_s
        self._trim = hand_back
        self._is_due = False

    def soon(self) -> None:
        """Hand back once within the time set, however many requests there are until then."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(self._after_s, self._hand_back)

    def _hand_back(self) -> None:
        self._is_due = False
        self._trim()
