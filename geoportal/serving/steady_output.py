"""Log lines on a full disk, or into a pipe that nobody reads: lost, while the server goes on."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _SteadyFile(io.RawIOBase):
    """Writes to a file descriptor at once; what cannot be written is dropped."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of it, or as much as there is room for; the rest is lost."""
        left = memoryview(data).cast("B")
        size = len(left)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            pass
        return size


def steady(stream: TextIO) -> TextIO:
    """Return a stream to the same file whose writes never fail; itself when it is no file.

    Log lines are no reason to answer 500 or to end: the disk they go to may be full for hours.
    """
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):  # a stream in memory, or closed
        return stream
    file = _SteadyFile(descriptor)
    return io.TextIOWrapper(file, "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]
