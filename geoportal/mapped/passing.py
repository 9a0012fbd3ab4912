"""Passing files: what is written bit by bit and then read as a whole, without taking memory."""

from __future__ import annotations

import io
import mmap
import tempfile
from pathlib import Path
from typing import IO


def passing_file(directory: Path | None) -> IO[bytes]:
    """Return an unnamed file of a directory, which is gone when it is closed; else memory."""
    return tempfile.TemporaryFile(dir=directory) if directory else io.BytesIO()


def whole(file: IO[bytes]) -> memoryview:
    """Return what was written to a passing file, which is then closed: memory-mapped."""
    if isinstance(file, io.BytesIO):
        return file.getbuffer()
    with file:
        file.flush()
        empty = not file.tell()
        return memoryview(b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
